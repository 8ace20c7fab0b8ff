namespace MlAva.Configs;

/// <summary>Where a configuration's value was written.</summary>
/// <param name="Source">The file's path, <c>override 'path=value'</c>, or <c>default</c>.</param>
/// <param name="Line">1-based line, or 0 where there are no lines.</param>
public sealed record ConfigOrigin(string Source, int Line)
{
    /// <summary>Of values that nobody gave.</summary>
    public static ConfigOrigin Default { get; } = new("default", 0);

    /// <summary>Rises with every file and override: of two values of one place, the later wins.</summary>
    internal int Layer { get; init; }

    /// <summary>For example <c>mine.json:12</c>.</summary>
    public override string ToString() => Line > 0 ? $"{Source}:{Line}" : Source;
}
