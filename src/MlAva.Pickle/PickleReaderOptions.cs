namespace MlAva.Pickle;

/// <summary>
/// What a <see cref="PickleReader"/> may make beyond numbers, strings, lists, dictionaries and NumPy arrays. By default nothing:
/// the first other class or function that a file names is an error.
/// </summary>
public sealed record PickleReaderOptions
{
    /// <summary>Turns a persistent id (opcodes PERSID, BINPERSID) into the object it stands for. Null: persistent ids are errors.</summary>
    public Func<object?, object?>? PersistentLoad { get; init; }

    /// <summary>
    /// Says which further classes and functions a file may name. It is asked before the built-in list, so it can also take over a
    /// built-in one. Those allowed appear as <see cref="PickleGlobal"/> and, when called, go to <see cref="Call"/>.
    /// </summary>
    public Func<PickleGlobal, bool>? AllowGlobal { get; init; }

    /// <summary>
    /// Gives a meaning to a call of a global that <see cref="AllowGlobal"/> allowed: it receives the global and the arguments and
    /// returns the result. Throw a <see cref="FormatException"/> for arguments that make no sense. Null: such calls are errors.
    /// </summary>
    public Func<PickleGlobal, object?[], object?>? Call { get; init; }

    /// <summary>
    /// Whether classes and functions that are not allowed become inert data (<see cref="PickleGlobal"/>,
    /// <see cref="PickleObject"/>) instead of an error: for files whose other parts matter, such as the <c>meta</c> of a
    /// checkpoint. Functions whose only use in a pickle is to run foreign code, such as <c>os.system</c>, stay errors. Default: false.
    /// </summary>
    public bool KeepUnknownGlobals { get; init; }
}
