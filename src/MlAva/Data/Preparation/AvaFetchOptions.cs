using static System.FormattableString;

namespace MlAva.Preparation;

/// <summary>What of AVA is downloaded, and where to.</summary>
public sealed record AvaFetchOptions
{
    /// <summary>The folder; annotations go into <c>annotations</c>, videos into <c>videos</c>.</summary>
    public required string Output { get; init; }

    /// <summary>Whether only the annotations come: no videos.</summary>
    public bool AnnotationsOnly { get; init; }

    /// <summary>
    /// Only videos whose file name this matches, with <c>*</c> for any characters and <c>?</c> for one; null: those of training and validation.
    /// </summary>
    public string? Videos { get; init; }

    /// <summary>Whether the videos of the test split come too: their annotations are not public.</summary>
    public bool WithTest { get; init; }

    /// <summary>Files at once, 1 to 64. Default 4.</summary>
    public int Parallel { get; init; } = 4;

    /// <summary>Where the publisher keeps the set: <c>annotations</c>, <c>trainval</c> and <c>test</c> are below it.</summary>
    public Uri BaseUrl { get; init; } = AvaFetch.Publisher;

    /// <summary>How many attempts in a row may fail for one file, 1 to 100.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>The pause before the second attempt.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What to do about a file that cannot be had. Default: fail.</summary>
    public Annotations.OnError OnError { get; init; }

    /// <summary>Told of every file that is done.</summary>
    public IProgress<AvaFetchProgress>? Progress { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and the legal range.</exception>
    public void Validate()
    {
        if (string.IsNullOrEmpty(Output)) throw new ArgumentException($"{nameof(Output)} is empty; expected a folder.");
        if (Videos is "") throw new ArgumentException($"{nameof(Videos)} is empty; expected a pattern such as 1j20*.");
        if (Parallel is < 1 or > 64) throw new ArgumentException(Invariant($"{nameof(Parallel)} is {Parallel}; expected 1 to 64."));
        if (BaseUrl is not { IsAbsoluteUri: true, Scheme: "http" or "https" })
            throw new ArgumentException(Invariant($"{nameof(BaseUrl)} is {BaseUrl}; expected an address that begins with http:// or https://."));
        if (Attempts is < 1 or > 100) throw new ArgumentException(Invariant($"{nameof(Attempts)} is {Attempts}; expected 1 to 100."));
        if (FirstDelay < TimeSpan.Zero) throw new ArgumentException(Invariant($"{nameof(FirstDelay)} is {FirstDelay}; expected at least 0."));
        if (!Enum.IsDefined(OnError)) throw new ArgumentException(Invariant($"{nameof(OnError)} is {OnError}; expected Fail or Skip."));
    }
}
