using System.Diagnostics.CodeAnalysis;

namespace MlAva.Annotations;

/// <summary>
/// The person boxes of many keyframes, found by keyframe however its seconds were written (<c>v,1</c> and <c>v,0001</c> are one).
/// </summary>
public sealed class Proposals
{
    readonly OrderedDictionary<KeyframeKey, KeyframeProposals> _byKey = [];

    /// <summary>Creates proposals.</summary>
    /// <param name="entries">The keyframes and their boxes, in order.</param>
    /// <exception cref="ArgumentException">A keyframe appears twice.</exception>
    public Proposals(IEnumerable<KeyValuePair<KeyframeKey, KeyframeProposals>> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        foreach ((KeyframeKey key, KeyframeProposals value) in entries)
        {
            if (!_byKey.TryAdd(key, value)) throw new ArgumentException($"Keyframe {key} has proposals twice.", nameof(entries));
        }
    }

    /// <summary>The number of keyframes.</summary>
    public int Count => _byKey.Count;

    /// <summary>The keyframes, in file order.</summary>
    public IReadOnlyList<KeyframeKey> Keys => _byKey.Keys;

    /// <summary>The keyframes and their boxes, in file order.</summary>
    public IEnumerable<KeyValuePair<KeyframeKey, KeyframeProposals>> Entries => _byKey;

    /// <summary>The boxes of a keyframe.</summary>
    /// <exception cref="KeyNotFoundException">The keyframe has no entry.</exception>
    public KeyframeProposals this[KeyframeKey key] =>
        TryGet(key, out KeyframeProposals? found) ? found : throw new KeyNotFoundException($"There are no proposals for keyframe {key}.");

    /// <summary>The boxes of a keyframe, if it has an entry.</summary>
    public bool TryGet(KeyframeKey key, [NotNullWhen(true)] out KeyframeProposals? proposals) => _byKey.TryGetValue(key, out proposals);
}
