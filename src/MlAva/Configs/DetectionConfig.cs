using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using MlAva.Annotations;
using MlAva.FeatureBanks;
using MlAva.Networks;
using MlAva.Training;

namespace MlAva.Configs;

/// <summary>
/// A detector's whole configuration: network, clips, training, data, and what was published for it. Those of MMAction2 0.x for AVA, with
/// ACRN and feature banks, travel with the assembly under their own names (reference specification §1); <c>docs/configs.md</c> says how to
/// write others.
/// </summary>
public sealed record DetectionConfig
{
    ConfigNode _tree = ConfigNode.Object(ConfigOrigin.Default, []);

    [JsonConstructor]
    DetectionConfig()
    {
    }

    /// <summary>Names of the configurations that travel with the assembly: those of AVA, then ACRN, then feature banks.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. ConfigFile.Shipped.Select(p => System.IO.Path.GetFileNameWithoutExtension(p))];

    /// <summary>The JSON schema of configurations, for editors.</summary>
    public static string Schema => ConfigSchema.Text;

    /// <summary>The file's name without its ending; MMAction2's name for those that travel with the assembly.</summary>
    [JsonIgnore]
    public string Name { get; private init; } = "";

    /// <summary>The file's path; in the repository, for those that travel with the assembly.</summary>
    [JsonIgnore]
    public string Path { get; private init; } = "";

    /// <summary>The network. Input channels of its head follow from the rest.</summary>
    [JsonInclude]
    public DetectorOptions Model { get; private init; } = new();

    /// <summary>How a keyframe becomes the network's input.</summary>
    [JsonInclude]
    public ClipOptions Clip { get; private init; } = new();

    /// <summary>How the network is trained; null: it is not.</summary>
    [JsonInclude]
    public TrainingOptions? Training { get; private init; }

    /// <summary>The data set's files.</summary>
    [JsonInclude]
    public DataOptions Data { get; private init; } = new();

    /// <summary>The checkpoint with which a training begins; null: none.</summary>
    [JsonInclude]
    public WarmStart? WarmStart { get; private init; }

    /// <summary>What was published for this configuration; null: nothing.</summary>
    [JsonInclude]
    public PublishedModel? Published { get; private init; }

    /// <summary>
    /// Where a training leaves its checkpoints and results: what the configuration says, or <c>work_dirs/</c> and its name, as MMAction2
    /// has it.
    /// </summary>
    [JsonIgnore]
    public string WorkDirectory => Training?.WorkDirectory ?? $"work_dirs/{Name}";

    /// <summary>The network in a few words, such as <c>SlowFast R50 8x8, context</c>.</summary>
    [JsonIgnore]
    public string Summary => ConfigSummary.Of(this);

    /// <summary>Frames and interval of a clip, such as <c>32x2</c>.</summary>
    [JsonIgnore]
    public string ClipForm => $"{Clip.Sampling.ClipLength}x{Clip.Sampling.FrameInterval}";

    /// <summary>Every value, those that nobody gave too, with its origin; in the order of the sections.</summary>
    [JsonIgnore]
    public IReadOnlyList<ConfigValue> Values => [.. Flatten(JsonSerializer.SerializeToNode(this, ConfigJson.Options), "")];

    /// <summary>Reads a configuration.</summary>
    /// <param name="nameOrPath">
    /// MMAction2's name, with or without folder and ending (<c>configs/detection/ava/NAME.py</c>), or the path of a JSON file; a file that
    /// is there goes first.
    /// </param>
    /// <param name="overrides">
    /// Values that replace others, the later ones winning: <c>training.batchSize=8</c>, <c>clip.mean.0=120</c>,
    /// <c>model.sharedHead=null</c>.
    /// </param>
    /// <exception cref="ConfigException">
    /// There is no such configuration, or it makes no sense; all that is wrong is named with file and line, or override.
    /// </exception>
    /// <exception cref="AnnotationFormatException">There are custom classes, and the label map cannot be read.</exception>
    public static DetectionConfig Load(string nameOrPath, IEnumerable<string>? overrides = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrPath);
        ConfigFile file = ConfigFile.Find(nameOrPath);
        ConfigLoader loader = new();
        ConfigNode tree = loader.Load(file);
        foreach (string text in overrides ?? []) tree = loader.Apply(tree, text);
        ThrowIfAny(ConfigSchema.Check(tree));
        DetectionConfig config = Bind(tree) with { Name = file.Name, Path = file.Path, _tree = tree };
        ThrowIfAny(ConfigRules.Check(config, tree));
        return config with { Model = config.Model.WithMatchingHead() };
    }

    /// <summary>The places at which two configurations differ, values that nobody gave included.</summary>
    public static IReadOnlyList<ConfigDifference> Compare(DetectionConfig first, DetectionConfig second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        Dictionary<string, ConfigValue> a = first.Values.ToDictionary(v => v.Path), b = second.Values.ToDictionary(v => v.Path);
        return
        [
            .. a.Keys.Union(b.Keys).Select(p => new ConfigDifference(p, a.GetValueOrDefault(p), b.GetValueOrDefault(p)))
                .Where(d => d.First?.Json != d.Second?.Json),
        ];
    }

    /// <summary>
    /// The settings for <see cref="ActionDetectorTrainer"/>; what belongs to a single run (validation set, progress, resumption, and the
    /// file of the warm start, once it is fetched) is to be added.
    /// </summary>
    /// <exception cref="InvalidOperationException">The configuration has no training.</exception>
    public ActionDetectorOptions ToTrainerOptions() => Training is null
        ? throw new InvalidOperationException($"{Path} has no training; expected the section \"training\".")
        : Training.ToTrainerOptions() with { Network = Model, Clip = Clip, FeatureBank = ToFeatureBankSource() };

    /// <summary>The banks that the network takes long-term features from; null where it takes none. Nothing is read yet.</summary>
    public FeatureBankSource? ToFeatureBankSource() => Model.SharedHead is FeatureBankHeadOptions && Data.FeatureBank is { } banks
        ? FeatureBankSource.OfSplits(Data.Resolve(banks.Path), banks.Splits.Select(s => s.ToString().ToLowerInvariant())) : null;

    /// <summary>The settings with which <see cref="AvaDataView"/> reads a split.</summary>
    /// <param name="split">The split.</param>
    /// <param name="testMode">Whether excluded keyframes stay; null: in all splits but that for training.</param>
    /// <exception cref="InvalidOperationException">The configuration names no annotations for the split.</exception>
    public AvaDataViewOptions ToDataViewOptions(DataSplit split, bool? testMode = null)
    {
        DataSplitOptions files = Data.Of(split);
        string annotations = files.AnnotationPath ?? throw new InvalidOperationException(
            $"{Path} names no annotations for the split {split}; expected data.{ConfigJson.Key($"{split}")}.annotationPath.");
        return new()
        {
            Frames = Data.Resolve(files.FramesPath ?? Data.FramesPath),
            Dataset = new()
            {
                AnnotationPath = Data.Resolve(annotations),
                ExcludePath = Resolve(files.ExcludePath),
                LabelMapPath = Resolve(Data.LabelMapPath),
                ProposalPath = Resolve(files.ProposalPath),
                PersonScoreThreshold = Data.PersonScoreThreshold,
                MaxProposals = Data.MaxProposals,
                NumClasses = Model.Head.NumClasses,
                CustomClasses = Data.CustomClasses,
                TestMode = testMode ?? split != DataSplit.Train,
                UnlistedActions = Data.UnlistedActions,
                RefusePixelBoxes = Data.RefusePixelBoxes,
                RefuseInvertedBoxes = Data.RefuseInvertedBoxes,
                Compatibility = Data.Compatibility,
            },
        };

        string? Resolve(string? path) => path is null ? null : Data.Resolve(path);
    }

    /// <summary>The whole configuration as JSON, which extends nothing and reads back as the same.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ConfigJson.Options);

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    static DetectionConfig Bind(ConfigNode tree)
    {
        try
        {
            return JsonSerializer.Deserialize<DetectionConfig>(tree.ToString(), ConfigJson.Options)!;
        }
        catch (JsonException e)
        {
            // For example $.clip.mean[0].
            string path = (e.Path ?? "").TrimStart('$', '.').Replace('[', '.').Replace("]", "", StringComparison.Ordinal);
            ConfigNode node = tree.Follow(path).Node;
            // The schema lets only two kinds of value through that no option holds: a number out of range, and text with a form of its own.
            string expected = node.Text.StartsWith('"')
                ? $"text of another form ({e.Message.TrimEnd('.')})" : $"a number from {int.MinValue} to {int.MaxValue}";
            throw new ConfigException(node.Origin, path, ConfigLoader.Found(node), expected, inner: e);
        }
    }

    static void ThrowIfAny(IReadOnlyList<ConfigProblem> problems)
    {
        if (problems.Count > 0) throw new ConfigException(problems);
    }

    IEnumerable<ConfigValue> Flatten(JsonNode? node, string path)
    {
        if (node is JsonObject members) return members.SelectMany(m => Flatten(m.Value, path.Length == 0 ? m.Key : $"{path}.{m.Key}"));
        (ConfigNode given, string left) = _tree.Follow(path);
        return [new(path, node is null ? "null" : node.ToJsonString(Compact), left.Length == 0 ? given.Origin : ConfigOrigin.Default)];
    }

    static readonly JsonSerializerOptions Compact = new(ConfigJson.Options) { WriteIndented = false };
}
