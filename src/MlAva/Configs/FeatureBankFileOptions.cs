namespace MlAva.Configs;

/// <summary>Where long-term features are kept, and for which splits (reference specification §1.6, §10.1).</summary>
public sealed record FeatureBankFileOptions
{
    /// <summary>The folder of the banks, one file a split; relative paths start at <see cref="DataOptions.Root"/>.</summary>
    public string Path { get; init; } = "lfb_half";

    /// <summary>The splits whose banks are read.</summary>
    public IReadOnlyList<DataSplit> Splits { get; init; } = [DataSplit.Train, DataSplit.Val];

    /// <summary>The split whose bank this configuration builds; null: it reads banks.</summary>
    public DataSplit? Build { get; init; }

    /// <summary>Whether features are kept in half precision.</summary>
    public bool HalfPrecision { get; init; } = true;

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(Path)) throw Illegal(nameof(Path), $"\"{Path}\"", "a folder");
        if (Splits.Distinct().Count() != Splits.Count || Splits.Count == 0)
            throw Illegal(nameof(Splits), $"({string.Join(", ", Splits)})", "at least one split, each once");
    }

    static ArgumentException Illegal(string option, string found, string expected) =>
        new($"{nameof(FeatureBankFileOptions)}.{option} is {found}; expected {expected}.");
}
