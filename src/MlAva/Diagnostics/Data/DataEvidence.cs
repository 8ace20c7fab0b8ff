namespace MlAva.Diagnostics;

/// <summary>An example of what a <see cref="DataFinding"/> speaks of.</summary>
/// <param name="File">The file's path.</param>
/// <param name="Line">1-based line, as an editor counts; 0 where the place is not a line (a pickle, a folder).</param>
/// <param name="Text">What stands there, shortened.</param>
public sealed record DataEvidence(string File, long Line, string Text)
{
    /// <summary>For example <c>val.csv:12: v1,0902,0.1,…</c>.</summary>
    public override string ToString() => Line > 0 ? FormattableString.Invariant($"{File}:{Line}: {Text}") : $"{File}: {Text}";
}
