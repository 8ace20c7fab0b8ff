using System.Globalization;

namespace MlAva.Annotations;

/// <summary>What was left out under <see cref="OnError.Skip"/>: each item once, the first with their reasons. Thread-safe.</summary>
public sealed class SkippedItems
{
    /// <summary>Reasons that are kept.</summary>
    public const int MaximumReasons = 20;

    readonly Lock _gate = new();
    readonly HashSet<string> _items = new(StringComparer.Ordinal);
    readonly List<string> _reasons = [];

    /// <summary>How many items were left out.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _items.Count;
        }
    }

    /// <summary>Why, for the first <see cref="MaximumReasons"/> of them: the messages of their errors.</summary>
    public IReadOnlyList<string> Reasons
    {
        get
        {
            lock (_gate) return [.. _reasons];
        }
    }

    /// <summary>Counts an item.</summary>
    /// <param name="item">What tells it from others, such as its file and row, or its keyframe.</param>
    /// <param name="reason">Its error.</param>
    /// <returns>Whether it was not counted before.</returns>
    public bool Add(string item, Exception reason)
    {
        ArgumentNullException.ThrowIfNull(item);
        ArgumentNullException.ThrowIfNull(reason);
        lock (_gate)
        {
            if (!_items.Add(item)) return false;
            if (_reasons.Count < MaximumReasons) _reasons.Add(reason.Message);
            return true;
        }
    }

    /// <summary>How many, and the first reason, in words; empty where nothing was left out.</summary>
    /// <param name="what">What the items are, in the plural.</param>
    public string Describe(string what)
    {
        lock (_gate)
        {
            return _items.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture,
                $"{_items.Count} {what} cannot be used and were left out, the first because of: {_reasons[0]}");
        }
    }
}
