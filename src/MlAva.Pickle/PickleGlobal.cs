namespace MlAva.Pickle;

/// <summary>A reference to a Python class or function by name. It is only a name: nothing is ever imported or run.</summary>
/// <param name="Module">The module, for example <c>collections</c>.</param>
/// <param name="Name">The name in the module, for example <c>OrderedDict</c>.</param>
public sealed record PickleGlobal(string Module, string Name)
{
    /// <summary><c>collections.OrderedDict</c>: the class of mmcv's and torch's state dicts.</summary>
    public static PickleGlobal OrderedDict { get; } = new("collections", "OrderedDict");

    /// <summary>The dotted name, <c>module.name</c>.</summary>
    public override string ToString() => $"{Module}.{Name}";
}
