namespace MlAva.Configs;

/// <summary>What was published for a configuration: facts, which change nothing (reference specification §1.3–§1.8).</summary>
public sealed record PublishedModel
{
    /// <summary>
    /// Frame-mAP at an IoU of 0.5, 0 to 1, as MMAction2's tables give it. Up to its version 0.22 it was measured with random frames.
    /// </summary>
    public double? MeanAveragePrecision { get; init; }

    /// <summary>Where the trained detector can be fetched.</summary>
    public string? Url { get; init; }

    /// <summary>The first digits of the file's SHA-256, hexadecimal.</summary>
    public string? Sha256Prefix { get; init; }

    /// <summary>The number of GPUs of the published training; each had a batch of its own.</summary>
    public int? Gpus { get; init; }

    /// <summary>The number of the network's parameters.</summary>
    public long? Parameters { get; init; }

    /// <summary>Where the original differs from this configuration, and what else is to be known.</summary>
    public string? Remark { get; init; }

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate()
    {
        if (MeanAveragePrecision is not (null or (>= 0 and <= 1)))
            throw Illegal(nameof(MeanAveragePrecision), MeanAveragePrecision, "0 to 1");
        if (Gpus < 1) throw Illegal(nameof(Gpus), Gpus, "at least 1");
        if (Parameters < 1) throw Illegal(nameof(Parameters), Parameters, "at least 1");
        HashPrefix.Check(Sha256Prefix, $"{nameof(PublishedModel)}.{nameof(Sha256Prefix)}");
    }

    static ArgumentException Illegal(string option, object value, string expected) =>
        new(FormattableString.Invariant($"{nameof(PublishedModel)}.{option} is {value}; expected {expected}."));
}
