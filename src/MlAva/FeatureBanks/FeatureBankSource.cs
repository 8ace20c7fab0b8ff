using System.Text.Json.Serialization;
using MlAva.Networks;

namespace MlAva.FeatureBanks;

/// <summary>Where a network with a <see cref="FeatureBankHead"/> takes its long-term features from: files, or a bank in memory.</summary>
public sealed record FeatureBankSource
{
    /// <summary>
    /// Files of banks, ours (<c>.safetensors</c>) or MMAction2's (<c>.pkl</c>): usually one of the training set and one of the validation
    /// set. A video that several have is the last one's. Relative paths begin at the current folder, and where nothing is there, at
    /// <see cref="Folder"/>.
    /// </summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>
    /// The second place to look for relative paths; trainers note the folder that they ran in, so that a saved model finds its bank.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>
    /// Whether a saved model holds the bank itself. Otherwise it holds the paths, and the files must be there when it scores. A bank that
    /// came from no file is always held.
    /// </summary>
    public bool Embed { get; init; }

    /// <summary>A bank in memory; takes the place of the files.</summary>
    [JsonIgnore]
    public FeatureBank? Bank { get; init; }

    /// <summary>Whether a saved model holds the bank itself.</summary>
    internal bool IsEmbedded => Embed || Files.Count == 0;

    /// <summary>What the bank is called in messages.</summary>
    internal string Name => Files.Count == 0 ? "the feature bank" : string.Join(" with ", Files);

    /// <summary>
    /// The banks of splits in one folder: <c>lfb_SPLIT.safetensors</c>, and where that is missing MMAction2's <c>lfb_SPLIT.pkl</c>.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="splits">For example <c>train</c>, <c>val</c>; a video that several have is the last one's.</param>
    public static FeatureBankSource OfSplits(string folder, params IEnumerable<string> splits)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(splits);
        return new() { Files = [.. splits.Select(FileOf)] };

        string FileOf(string split)
        {
            string path = Path.Combine(folder, $"lfb_{split}");
            return File.Exists(path + ".safetensors") || !File.Exists(path + ".pkl") ? path + ".safetensors" : path + ".pkl";
        }
    }

    /// <summary>Whether a network gets what it asks for: a bank where it has a head for one, none where it has not.</summary>
    /// <param name="source">The source given, if any.</param>
    /// <param name="network">The network.</param>
    /// <param name="owner">The options that name the source, for messages.</param>
    /// <exception cref="ArgumentException">A source is missing, or nothing takes from it.</exception>
    internal static void Validate(FeatureBankSource? source, DetectorOptions network, string owner)
    {
        bool asked = network.SharedHead is FeatureBankHeadOptions;
        if (asked && source is null)
        {
            throw new ArgumentException($"{owner}.FeatureBank is not set; the network's {nameof(FeatureBankHead)} takes its long-term "
                + "features from a bank. To mend: name its files; 'mlava lfb build' or BuildFeatureBank makes them.");
        }
        if (!asked && source is not null)
        {
            throw new ArgumentException($"{owner}.FeatureBank is set; the network has no {nameof(FeatureBankHead)} that would take from "
                + $"it. To mend: set Network.SharedHead to {nameof(FeatureBankHeadOptions)}, or leave the bank out.");
        }
        source?.Validate();
    }

    /// <exception cref="ArgumentException">There are neither files nor a bank.</exception>
    public void Validate()
    {
        const string Name = nameof(FeatureBankSource);
        if (Bank is null && Files.Count == 0)
            throw new ArgumentException($"{Name} has neither {nameof(Files)} nor a {nameof(Bank)}; expected one of them.");
        if (Files.Any(string.IsNullOrEmpty)) throw new ArgumentException($"{Name}.{nameof(Files)} holds an empty path; expected files.");
    }

    /// <summary>Reads the bank, unless it is in memory.</summary>
    /// <exception cref="CheckpointFormatException">A file is missing or holds something else; the message says how to mend it.</exception>
    /// <exception cref="ArgumentException">There are neither files nor a bank, or the files do not go together.</exception>
    public FeatureBank Load()
    {
        Validate();
        if (Bank is not null) return Bank;
        string[] found = [.. Files.Select(Find)]; // all of them, before the first of many gigabytes is read
        FeatureBank bank = FeatureBank.Read(found[0]);
        foreach (string path in found.Skip(1))
        {
            FeatureBank next = FeatureBank.Read(path);
            if (next.Channels != bank.Channels)
            {
                throw new CheckpointFormatException(
                    path, $"features of {next.Channels} channels", $"{bank.Channels}, as {found[0]} has", mend: "build both with the same detector.");
            }
            bank.Merge(next);
        }
        return bank;
    }

    /// <summary>The same source that is found again when the current folder is another.</summary>
    internal FeatureBankSource Here() =>
        Folder is null && Files.Any(f => !Path.IsPathRooted(f)) ? this with { Folder = Directory.GetCurrentDirectory() } : this;

    string Find(string file)
    {
        string near = Path.GetFullPath(file), far = Folder is null ? near : Path.GetFullPath(file, Path.GetFullPath(Folder));
        if (File.Exists(near)) return near;
        if (File.Exists(far)) return far;
        string found = far == near ? "no such file" : $"no such file, nor {far}";
        throw new CheckpointFormatException(near, found, "the feature bank that the network asks for",
            mend: "put the bank there, give the model another one (WithFeatureBank), or build one with 'mlava lfb build'.");
    }
}
