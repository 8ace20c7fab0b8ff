namespace MlAva.Pickle;

/// <summary>
/// The inert record of a Python object: what would be called with which arguments, and what would be set on the result. The
/// reader makes these only with <see cref="PickleReaderOptions.KeepUnknownGlobals"/>; the writer turns one into a call (REDUCE)
/// that Python carries out when it loads the file.
/// </summary>
public sealed class PickleObject
{
    /// <summary>Creates the record.</summary>
    /// <param name="callable">A <see cref="PickleGlobal"/>, or a <see cref="PickleObject"/> whose result is called.</param>
    /// <param name="arguments">The positional arguments.</param>
    public PickleObject(object callable, params IReadOnlyList<object?> arguments)
    {
        ArgumentNullException.ThrowIfNull(callable);
        ArgumentNullException.ThrowIfNull(arguments);
        if (callable is not (PickleGlobal or PickleObject))
        {
            throw new ArgumentException($"A {callable.GetType().Name} cannot be called; give a PickleGlobal or a PickleObject.",
                nameof(callable));
        }
        Callable = callable;
        Arguments = arguments;
    }

    /// <summary>What is called: a <see cref="PickleGlobal"/> or a <see cref="PickleObject"/>.</summary>
    public object Callable { get; }

    /// <summary>The class or function called, or null where <see cref="Callable"/> is itself the result of a call.</summary>
    public PickleGlobal? Global => Callable as PickleGlobal;

    /// <summary>The positional arguments.</summary>
    public IReadOnlyList<object?> Arguments { get; }

    /// <summary>The keyword arguments, where there were any (opcode NEWOBJ_EX).</summary>
    public PickleDictionary? KeywordArguments { get; init; }

    /// <summary>What would be given to <c>__setstate__</c> or put into <c>__dict__</c> (opcode BUILD); null where there is none.</summary>
    public object? State { get; set; }

    /// <summary>What would be appended to the object, where it derives from <c>list</c> or <c>set</c>.</summary>
    public IList<object?> Items { get; } = [];

    /// <summary>What would be set as items of the object, where it derives from <c>dict</c>.</summary>
    public PickleDictionary Entries { get; } = [];

    /// <summary>The callable and the number of arguments, for messages; calls of calls are not followed.</summary>
    public override string ToString() => $"<{Global?.ToString() ?? "the result of a call"} of {Arguments.Count} arguments>";
}
