using System.Globalization;
using System.Text.RegularExpressions;

namespace MlAva.Networks;

/// <summary>Tells from names and shapes why a checkpoint does not fit a network.</summary>
static partial class StateHints
{
    const string Classifier = "fc_cls.weight", Slow = ".slow_path.", NonLocal = ".non_local_block.", Backbone = "backbone.";
    const string Lateral = "lateral", RoIHead = "roi_head.", RecogniserHead = "cls_head.";
    static readonly (int[] Blocks, bool Bottleneck, int Depth)[] Depths =
    [
        ([2, 2, 2, 2], false, 18), ([3, 4, 6, 3], false, 34), ([3, 4, 6, 3], true, 50), ([3, 4, 23, 3], true, 101),
        ([3, 8, 36, 3], true, 152),
    ];

    /// <param name="own">Names and shapes of the network.</param>
    /// <param name="given">Names and shapes of the checkpoint.</param>
    public static IReadOnlyList<string> Of(IReadOnlyDictionary<string, long[]> own, IReadOnlyDictionary<string, long[]> given)
    {
        if (!own.Keys.Any(given.ContainsKey)) return [Strangers(own, given)];
        List<string> hints = [];
        (bool slowFastOwn, bool slowFastGiven) = (Any(own, Slow), Any(given, Slow));
        if (slowFastOwn != slowFastGiven)
        {
            hints.Add($"the checkpoint holds a {Family(slowFastGiven)} backbone, the network has {Family(slowFastOwn)}; "
                + "choose the one that the file was made for");
            return hints;
        }
        hints.AddRange(Depth(own, given));
        bool nonLocalGiven = Any(given, NonLocal);
        if (Any(own, NonLocal) != nonLocalGiven)
            hints.Add($"the {(nonLocalGiven ? "checkpoint" : "network")} alone has non-local blocks; choose the network with the file's");
        hints.AddRange(Widths(own, given));
        hints.AddRange(Head(own, given));
        return hints;
    }

    static string Family(bool slowFast) => slowFast ? "SlowFast" : "SlowOnly";

    static bool Any(IReadOnlyDictionary<string, long[]> names, string part) =>
        names.Keys.Any(n => n.Contains(part, StringComparison.Ordinal));

    static string Strangers(IReadOnlyDictionary<string, long[]> own, IReadOnlyDictionary<string, long[]> given)
    {
        if (given.Count == 0) return "the checkpoint holds no tensors";
        if (given.Keys.Any(n => n.Contains("pathway", StringComparison.Ordinal) && n.StartsWith('s')))
            return "the names are PySlowFast's; expected those of MMAction2, whose zoo has the same networks";
        if (own.Keys.Any(n => n.StartsWith(Backbone, StringComparison.Ordinal) && given.ContainsKey(n[Backbone.Length..])))
            return $"the checkpoint holds a bare backbone; put '{Backbone}' before its names";
        if (given.Keys.Any(n => n.StartsWith(Backbone, StringComparison.Ordinal) && own.ContainsKey(n[Backbone.Length..])))
            return $"the network is a bare backbone; take '{Backbone}' from the checkpoint's names and leave the others out";
        return $"no name is common to both: the checkpoint has '{given.Keys.First()}', the network '{own.Keys.FirstOrDefault()}'; "
            + "give a checkpoint of MMAction2 or of this library";
    }

    static IEnumerable<string> Depth(IReadOnlyDictionary<string, long[]> own, IReadOnlyDictionary<string, long[]> given)
    {
        Dictionary<string, int[]> ownBlocks = Blocks(own), givenBlocks = Blocks(given);
        foreach ((string path, int[] blocks) in givenBlocks)
        {
            if (!ownBlocks.TryGetValue(path, out int[]? expected) || expected.SequenceEqual(blocks)) continue;
            yield return $"the checkpoint's {path}layer1, 2, … have {string.Join(", ", blocks)} blocks{Named(blocks, given, path)}, "
                + $"the network's {string.Join(", ", expected)}{Named(expected, own, path)}; give the network the checkpoint's depth";
            yield break;
        }
    }

    static string Named(int[] blocks, IReadOnlyDictionary<string, long[]> names, string path)
    {
        bool bottleneck = names.ContainsKey($"{path}layer1.0.conv3.conv.weight");
        foreach ((int[] known, bool kind, int depth) in Depths)
        {
            if (kind == bottleneck && known.SequenceEqual(blocks)) return string.Create(CultureInfo.InvariantCulture, $" (ResNet-{depth})");
        }
        return "";
    }

    /// <summary>How many blocks each stage has, by what stands before the stages' names.</summary>
    static Dictionary<string, int[]> Blocks(IReadOnlyDictionary<string, long[]> names) =>
        names.Keys.Select(n => Block().Match(n)).Where(m => m.Success)
        .GroupBy(m => m.Groups[1].Value).ToDictionary(path => path.Key, path => path.GroupBy(m => Number(m, 2)).OrderBy(stage => stage.Key)
            .Select(stage => 1 + stage.Max(m => Number(m, 3))).ToArray());

    static int Number(Match match, int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    static IEnumerable<string> Widths(IReadOnlyDictionary<string, long[]> own, IReadOnlyDictionary<string, long[]> given)
    {
        string[] other = [.. given.Keys.Where(n => own.TryGetValue(n, out long[]? shape) && shape.Length == 5 && given[n].Length == 5)
            .Where(n => !own[n].SequenceEqual(given[n]))];
        if (other.FirstOrDefault(n => own[n][0] != given[n][0]) is { } wide)
        {
            yield return $"{wide} has {given[wide][0]} channels in the checkpoint, {own[wide][0]} in the network; "
                + "set the base channels to the checkpoint's";
        }
        if (other.FirstOrDefault(n => !own[n].AsSpan(2).SequenceEqual(given[n].AsSpan(2))) is { } kernel)
        {
            string found = string.Join('×', given[kernel][2..]), expected = string.Join('×', own[kernel][2..]);
            yield return $"{kernel} has a kernel of {found} in the checkpoint, {expected} in the network; "
                + $"set the {(kernel.Contains(Lateral, StringComparison.Ordinal) ? "fusion" : "stem's")} kernel to the checkpoint's";
        }
    }

    static IEnumerable<string> Head(IReadOnlyDictionary<string, long[]> own, IReadOnlyDictionary<string, long[]> given)
    {
        bool recogniser = given.Keys.Any(n => n.StartsWith(RecogniserHead, StringComparison.Ordinal));
        if (recogniser && own.Keys.Any(n => n.StartsWith(RoIHead, StringComparison.Ordinal)))
            yield return "the checkpoint is a recogniser's; it can start a detector's training, not replace a trained detector";
        if (own.Keys.FirstOrDefault(n => n.EndsWith(Classifier, StringComparison.Ordinal) && given.ContainsKey(n)) is not { } name)
            yield break;
        (long[] network, long[] checkpoint) = (own[name], given[name]);
        if (network.Length != 2 || checkpoint.Length != 2) yield break;
        if (network[0] != checkpoint[0])
        {
            yield return FormattableString.Invariant($"the checkpoint scores {checkpoint[0]} classes, the network {network[0]}; ")
                + FormattableString.Invariant($"set NumClasses to {checkpoint[0]}, or begin a training from it with a head of its own");
        }
        if (network[1] != checkpoint[1])
        {
            yield return FormattableString.Invariant($"the checkpoint's head takes {checkpoint[1]} features of a box, ")
                + FormattableString.Invariant($"the network's {network[1]}; ")
                + "choose the backbone and the RoI extraction that the file was made for";
        }
    }

    [GeneratedRegex(@"^(.*?)layer(\d{1,4})\.(\d{1,4})\.")]
    private static partial Regex Block();
}
