using System.Reflection;
using System.Text.RegularExpressions;
using MlAva.Annotations;
using MlAva.Networks;

namespace MlAva.Configs;

/// <summary>Finds values that are impossible, alone or together, and where they were written.</summary>
sealed partial class ConfigRules
{
    readonly DetectionConfig _config;
    readonly ConfigNode _tree;
    readonly List<ConfigProblem> _problems = [];

    ConfigRules(DetectionConfig config, ConfigNode tree) => (_config, _tree) = (config, tree);

    public static IReadOnlyList<ConfigProblem> Check(DetectionConfig config, ConfigNode tree)
    {
        ConfigRules rules = new(config, tree);
        rules.CheckRecords(config, "");
        if (rules._problems.Count == 0) rules.CheckTogether();
        return rules._problems;
    }

    /// <summary>
    /// Asks every record of options whether it is possible: parts before wholes, which would only repeat what is wrong with a part.
    /// </summary>
    /// <returns>Whether all is well.</returns>
    bool CheckRecords(object record, string path)
    {
        bool well = true;
        foreach (PropertyInfo property in record.GetType().GetProperties().Where(p => p.CanWrite && ConfigJson.IsRecord(p.PropertyType)))
        {
            if (property.GetValue(record) is { } part) well &= CheckRecords(part, Join(path, ConfigJson.Key(property.Name)));
        }
        // The parts before the head say what goes into it; a detector is put together only when they are known to be possible.
        if (!well || record is DetectorOptions) return well;
        try
        {
            MethodInfo? validate = record.GetType().GetMethod(nameof(ClipOptions.Validate), []);
            validate?.Invoke(record, BindingFlags.DoNotWrapExceptions, null, null, null);
        }
        catch (ArgumentException e)
        {
            _problems.Add(Placed(record.GetType(), path, e.Message));
            return false;
        }
        return true;
    }

    /// <summary>Turns a record's complaint, which names a property, into one that names a place in a file.</summary>
    ConfigProblem Placed(Type type, string path, string message)
    {
        Match match = Complaint().Match(message);
        if (!match.Success) return new(OriginOf(path), path, message.TrimEnd('.'), "other values");
        string inside = string.Join('.', match.Groups["name"].Value.Split('.').Select(ConfigJson.Key));
        // A pathway also speaks for its non-local blocks.
        PropertyInfo? part = type.GetProperties().FirstOrDefault(p => p.PropertyType.Name == match.Groups["type"].Value);
        string place = Join(path, part is null ? inside : $"{ConfigJson.Key(part.Name)}.{inside}");
        string expected = Word().Replace(
            match.Groups["expected"].Value, word => type.GetProperty(word.Value) is null ? word.Value : ConfigJson.Key(word.Value));
        return new(OriginOf(place), place, match.Groups["found"].Value, expected + LastGiven(path, OriginOf(place)));
    }

    /// <summary>What was given after a value, beside it: more often than not, the cause.</summary>
    string LastGiven(string path, ConfigOrigin origin)
    {
        (ConfigNode node, string left) = _tree.Follow(path);
        if (left.Length > 0) return "";
        (string Path, ConfigNode Node)[] later = [.. Leaves(node, path).Where(l => l.Node.Origin.Layer > origin.Layer)];
        if (later.Length == 0) return "";
        int top = later.Max(l => l.Node.Origin.Layer);
        return "; given later: " + string.Join(", ", later.Where(l => l.Node.Origin.Layer == top).Select(Place));
    }

    static IEnumerable<(string Path, ConfigNode Node)> Leaves(ConfigNode node, string path) => node.Members is null ? [(path, node)]
        : node.Members.SelectMany(m => Leaves(m.Value, Join(path, m.Key)));

    void CheckTogether()
    {
        switch (_config.Model.Backbone)
        {
            case SlowOnlyOptions only:
                CheckStride(only.Pathway, "model.backbone.pathway");
                CheckChannels(only.Pathway, "model.backbone.pathway");
                break;
            case SlowFastOptions both:
                CheckStride(both.Slow, "model.backbone.slow");
                CheckChannels(both.Slow, "model.backbone.slow");
                CheckChannels(both.Fast, "model.backbone.fast");
                CheckClipLength(both);
                break;
        }
        if (_config.Data.CustomClasses is { } custom) CheckCustomClasses(custom);
        CheckFeatureBank();
    }

    void CheckStride(ResNet3dOptions pathway, string place)
    {
        int stem = pathway.StemSpatialStride * (pathway.StemPooling ? pathway.PoolSpatialStride : 1);
        int stride = pathway.SpatialStrides.Take(pathway.Blocks().Count).Aggregate(stem, (all, s) => all * s);
        if (_config.Model.RoIExtractor.FeatureStride is var given && given != stride)
        {
            string expected = $"the backbone's spatial stride, {stride}: {stem} of the stem times those of the stages";
            string[] causes = [.. ((string[])["spatialStrides", "stemSpatialStride", "stemPooling", "poolSpatialStride"]).Select(c => $"{place}.{c}")];
            Conflict($"{given}", expected, "model.roIExtractor.featureStride", causes);
        }
    }

    void CheckChannels(ResNet3dOptions pathway, string place)
    {
        int channels = _config.Clip.Mean.Count;
        if (pathway.InputChannels != channels) Conflict($"{pathway.InputChannels}", $"{channels}, as clips have red, green and blue", place + ".inputChannels", "clip.mean");
    }

    void CheckClipLength(SlowFastOptions backbone)
    {
        if (_config.Clip.Sampling.ClipLength is var given && given % backbone.ResampleRate == 0) return;
        string expected = $"a multiple of the backbone's resample rate, {backbone.ResampleRate}";
        Conflict($"{given}", expected, "clip.sampling.clipLength", "model.backbone.resampleRate");
    }

    void CheckCustomClasses(IReadOnlyList<int> custom)
    {
        const string Place = "data.customClasses";
        if (_config.Model.Head.NumClasses is var classes && classes != custom.Count + 1)
        {
            string expected = $"{custom.Count + 1}, one more than there are custom classes, since column 0 stands for none";
            Conflict($"{classes}", expected, "model.head.numClasses", Place);
        }
        if (_config.Data.LabelMapPath is not { } file || _config.Data.Resolve(file) is var path && !File.Exists(path)) return;
        LabelMap map = LabelMap.Read(path);
        int[] missing = [.. custom.Where(c => !map.Contains(c))];
        if (missing.Length == 0) return;
        string ids = $"ids of the label map {path}, which has {map.Count} from {map.Min(e => e.Id)} to {map.MaxId}";
        Conflict(string.Join(", ", missing), ids, Place, "data.labelMapPath");
    }

    void CheckFeatureBank()
    {
        const string Place = "data.featureBank", Build = Place + ".build", Head = "model.sharedHead";
        FeatureBankFileOptions? bank = _config.Data.FeatureBank;
        bool reads = _config.Model.SharedHead is FeatureBankHeadOptions;
        if (reads && bank is null)
            Conflict("no feature bank", "the bank that the shared head reads, such as { \"path\": \"lfb_half\" }", Place, Head);
        if (bank?.Build is not { } split) return;
        if (reads)
            Conflict($"\"{split}\"", "null: a detector that reads a bank cannot build one", Build, Head);
        else if (_config.Training is not null)
            Conflict($"\"{split}\"", "null, or no training: a bank is built with trained weights", Build, "training");
    }

    /// <summary>
    /// Several values that do not go together; it is told where the one that was given last stands, and where the others do.
    /// </summary>
    void Conflict(string found, string expected, string path, params string[] others)
    {
        (string Path, ConfigNode Node)[] given =
        [
            .. others.Prepend(path).Select(p => (Path: p, At: _tree.Follow(p)))
                .Where(p => p.At.Left.Length == 0 && !p.At.Node.IsNull).Select(p => (p.Path, p.At.Node)),
        ];
        ConfigOrigin last = given.Select(g => g.Node.Origin).MaxBy(o => o.Layer) ?? OriginOf(path);
        string elsewhere = string.Join(", ", given.Where(g => g.Path != path || g.Node.Origin != last).Select(Place));
        _problems.Add(new(last, path, found, expected + (elsewhere.Length > 0 ? $"; given: {elsewhere}" : "")));
    }

    static string Place((string Path, ConfigNode Node) value) => $"{value.Path} at {value.Node.Origin}";

    /// <summary>Where a value was written, or what it would stand in.</summary>
    ConfigOrigin OriginOf(string path) => _tree.Follow(path).Node.Origin;

    static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    // For example "ResNet3dOptions.Depth is 34; expected 50 or 101.", as Validate has it everywhere.
    [GeneratedRegex(
        @"^(?:(?<type>\w+)\.)?(?<name>\w+(?:\.\w+)*) (?:is|has|holds) (?<found>.*); (?:expected|it must be) (?<expected>.*?)\.?$")]
    private static partial Regex Complaint();

    [GeneratedRegex(@"\b[A-Z]\w+")]
    private static partial Regex Word();
}
