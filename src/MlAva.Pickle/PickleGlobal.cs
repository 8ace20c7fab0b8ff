namespace MlAva.Pickle;

/// <summary>A reference to a Python class or function by name. It is only a name: nothing is ever imported or run.</summary>
/// <param name="Module">The module, for example <c>collections</c>.</param>
/// <param name="Name">The name in the module, for example <c>OrderedDict</c>.</param>
public sealed record PickleGlobal(string Module, string Name)
{
    /// <summary><c>collections.OrderedDict</c>: the class of mmcv's and torch's state dicts.</summary>
    public static PickleGlobal OrderedDict { get; } = new("collections", "OrderedDict");

    /// <summary>Whether it names a function by which a pickle runs a program or foreign code, and which nothing honest is pickled by.</summary>
    internal bool RunsCode => Module switch
    {
        "os" or "posix" or "nt" => Name is "system" or "popen" or "startfile" or "fork"
            || Name.StartsWith("exec", StringComparison.Ordinal) || Name.StartsWith("spawn", StringComparison.Ordinal)
            || Name.StartsWith("posix_spawn", StringComparison.Ordinal),
        "subprocess" => Name is "Popen" or "run" or "call" or "check_call" or "check_output" or "getoutput" or "getstatusoutput",
        "builtins" or "__builtin__" => Name is "eval" or "exec" or "execfile" or "compile" or "__import__",
        "runpy" or "pty" or "commands" => true,
        "importlib" => Name is "import_module",
        _ => false,
    };

    /// <summary>The dotted name, <c>module.name</c>.</summary>
    public override string ToString() => $"{Module}.{Name}";
}
