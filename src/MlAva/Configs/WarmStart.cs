namespace MlAva.Configs;

/// <summary>The checkpoint with which a training begins (MMAction2's <c>load_from</c>; reference specification §1.7).</summary>
public sealed record WarmStart
{
    /// <summary>Where the checkpoint can be fetched, or a file's path.</summary>
    public string Url { get; init; } = "";

    /// <summary>The first digits of the file's SHA-256, hexadecimal; null: not known.</summary>
    public string? Sha256Prefix { get; init; }

    /// <summary>What else is to be known.</summary>
    public string? Remark { get; init; }

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(Url))
            throw new ArgumentException($"{nameof(WarmStart)}.{nameof(Url)} is \"{Url}\"; expected an address or a file.");
        HashPrefix.Check(Sha256Prefix, $"{nameof(WarmStart)}.{nameof(Sha256Prefix)}");
    }
}
