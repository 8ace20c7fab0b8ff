namespace MlAva.Networks;

/// <summary>A file held against the hash in its name.</summary>
/// <param name="Path">The file.</param>
/// <param name="Verdict">Whether they agree.</param>
/// <param name="Expected">The first hexadecimal digits that the name tells; null where it tells none.</param>
/// <param name="Actual">The content's SHA-256: 64 hexadecimal digits.</param>
public sealed record CheckpointHashResult(string Path, CheckpointHashVerdict Verdict, string? Expected, string Actual)
{
    /// <summary>A line for people.</summary>
    public override string ToString() => Verdict switch
    {
        CheckpointHashVerdict.Matches => $"{Path}: SHA-256 {Actual}, as its name says",
        CheckpointHashVerdict.Differs =>
            $"{Path}: found SHA-256 {Actual}; expected one that begins with {Expected}, as its name says. To mend: fetch the file again",
        _ => $"{Path}: SHA-256 {Actual}; its name tells none to compare with",
    };
}
