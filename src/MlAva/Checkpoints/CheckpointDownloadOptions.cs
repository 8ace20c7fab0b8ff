using System.Globalization;
using MlAva.Networks;

namespace MlAva.Checkpoints;

/// <summary>What to download, where to, and how long to try.</summary>
public sealed record CheckpointDownloadOptions
{
    const int MinDigits = 8, MaxDigits = 64;

    /// <summary>The file's address, http or https.</summary>
    public required Uri Source { get; init; }

    /// <summary>The file to write. Until it is whole, its bytes are in the same path with <c>.part</c> behind it.</summary>
    public required string Path { get; init; }

    /// <summary>
    /// The first 8 to 64 hexadecimal digits of the file's SHA-256. Default: those in the name of <see cref="Path"/>, else those in the name
    /// of <see cref="Source"/> (see <see cref="CheckpointHash"/>); where neither tells any, the content is not checked.
    /// </summary>
    public string? ExpectedHash { get; init; }

    /// <summary>
    /// Whether a file that is there already is replaced. Default: one with the right hash, or one whose hash is not known, is kept; one
    /// with another hash is an error.
    /// </summary>
    public bool Replace { get; init; }

    /// <summary>How many attempts in a row may fail, 1–100. One that brought at least a MiB does not count.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>The pause before the second attempt; it doubles with every further one, up to 30 s.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the server may stay silent before the connection counts as cut.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate()
    {
        if (Source is not { IsAbsoluteUri: true, Scheme: "http" or "https" })
            throw Illegal(nameof(Source), Source, "an address that begins with http:// or https://");
        if (string.IsNullOrEmpty(Path) || Directory.Exists(Path))
            throw Illegal(nameof(Path), $"'{Path}'", "the path of a file, not of a folder");
        if (ExpectedHash is { } hash && (hash.Length is < MinDigits or > MaxDigits || !hash.All(char.IsAsciiHexDigit)))
            throw Illegal(nameof(ExpectedHash), $"'{hash}'", $"{MinDigits} to {MaxDigits} hexadecimal digits of a SHA-256");
        (string? own, string? other) = (CheckpointHash.InName(Path), CheckpointHash.InName(Source.AbsolutePath));
        if (ExpectedHash is null && own is not null && other is not null && own != other)
            throw Illegal(nameof(Path), $"'{Path}', whose name tells another hash than the address",
                $"…-{other}, or {nameof(ExpectedHash)} to decide");
        if (Attempts is < 1 or > 100) throw Illegal(nameof(Attempts), Attempts, "1 to 100");
        if (FirstDelay < TimeSpan.Zero || FirstDelay > TimeSpan.FromHours(1)) throw Illegal(nameof(FirstDelay), FirstDelay, "0 to an hour");
        if (StallTimeout <= TimeSpan.Zero || StallTimeout > TimeSpan.FromHours(1))
            throw Illegal(nameof(StallTimeout), StallTimeout, "more than 0, up to an hour");
    }

    /// <summary>The digits with which the file's hash must begin, in lower case; null where none are known.</summary>
    internal string? Digits() =>
        ExpectedHash?.ToLowerInvariant() ?? CheckpointHash.InName(Path) ?? CheckpointHash.InName(Source.AbsolutePath);

    /// <summary>The address without what may be secret in it.</summary>
    internal string Address() => Source.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    static ArgumentException Illegal(string option, object? value, string expected) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{nameof(CheckpointDownloadOptions)}.{option} is {value}; expected {expected}."));
}
