using MlAva.Annotations;

namespace MlAva.Evaluation.Analysis;

/// <summary>
/// Compares runs by paired bootstrap over videos: keyframes of one video resemble each other, so videos are what is drawn, with
/// replacement, and every run is evaluated on the same draw (Efron and Tibshirani, 1993).
/// </summary>
public static class DetectionComparison
{
    /// <summary>Compares the rows of two or more runs; differences are against the first.</summary>
    /// <param name="runs">Names and detections.</param>
    /// <param name="groundTruth">Ground truth, normalised boxes.</param>
    /// <param name="classes">The classes to evaluate; the last entry of an id counts.</param>
    /// <param name="excluded">Keyframes that are not evaluated; null for none.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="emptyKeyframes">Keyframes that were annotated and show nobody; see <see cref="FrameMap.Evaluate"/>.</param>
    /// <param name="keyframes">Keyframes to evaluate, where the rules ask for a list; see <see cref="FrameMap.Evaluate"/>.</param>
    /// <param name="progress">Told the share of resamplings done, 0–1.</param>
    /// <param name="cancellationToken">Ends the comparison early.</param>
    /// <exception cref="ArgumentException">There are fewer than two runs, or an option is out of range.</exception>
    /// <exception cref="AnnotationFormatException">As <see cref="FrameMap.Evaluate"/>.</exception>
    public static ComparisonResult Run(
        IReadOnlyList<KeyValuePair<string, IEnumerable<DetectionRow>>> runs, IReadOnlyList<AnnotationRow> groundTruth,
        IReadOnlyList<LabelMapEntry> classes, IEnumerable<KeyframeKey>? excluded = null, ComparisonOptions? options = null,
        IEnumerable<KeyframeKey>? emptyKeyframes = null, IEnumerable<KeyframeKey>? keyframes = null, IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(groundTruth);
        ArgumentNullException.ThrowIfNull(classes);
        options ??= new();
        options.Validate();
        KeyframeKey[]? left = excluded?.ToArray(), empty = emptyKeyframes?.ToArray(), listed = keyframes?.ToArray();
        FrameMapOptions rules = options.Rules with { KeepCurves = false, KeepMatches = true };
        return Run(runs.Select(r => KeyValuePair.Create(
            r.Key, FrameMap.Evaluate(groundTruth, r.Value, classes, left, rules, empty, listed, cancellationToken))),
            options, progress, cancellationToken);
    }

    /// <summary>Compares two or more evaluations of the same ground truth; differences are against the first.</summary>
    /// <param name="runs">
    /// Names and evaluations, each with <see cref="FrameMapOptions.KeepMatches"/> and the same classes. Gone through once, and an
    /// evaluation's matches are let go before the next is asked for: evaluations made as they are asked for need the memory of one.
    /// </param>
    /// <param name="options">Null for the defaults; the rules are those of the evaluations.</param>
    /// <param name="progress">Told the share of resamplings done, 0–1.</param>
    /// <param name="cancellationToken">Ends the comparison early.</param>
    /// <exception cref="ArgumentException">
    /// There are fewer than two runs, an option is out of range, a run has no matches, or the runs' classes differ.
    /// </exception>
    public static ComparisonResult Run(
        IEnumerable<KeyValuePair<string, FrameMapResult>> runs, ComparisonOptions? options = null, IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runs);
        options ??= new();
        options.Validate();
        List<string> names = [];
        List<FrameMapResult> results = [];
        List<ResampledRun> resampled = [];
        foreach ((string name, FrameMapResult result) in runs)
        {
            if (results.Count > 0 && !result.Classes.Select(c => c.Id).SequenceEqual(results[0].Classes.Select(c => c.Id)))
                throw new ArgumentException($"'{name}' was evaluated for other classes than '{names[0]}'.", nameof(runs));
            names.Add(name);
            // Matches are as large as the detections file.
            results.Add(result with { Matches = null });
            resampled.Add(new(AnalysisInput.From(result)));
        }
        if (names.Count < 2) throw new ArgumentException($"A comparison needs at least two runs; {names.Count} is given.", nameof(runs));
        options = options with { Rules = results[0].Options };

        // Sorted, so that the draws depend on no file's order of rows.
        string[] videos = [.. resampled.SelectMany(r => r.Videos).Distinct().Order(StringComparer.Ordinal)];
        foreach (ResampledRun run in resampled) run.Prepare(videos, options.Samples);
        Draw(resampled, videos.Length, options, progress, cancellationToken);
        double[][] means = [.. resampled.Select(r => r.MeanAveragePrecisions())];
        return new([.. names.Select(Compared)], [.. Enumerable.Range(1, names.Count - 1).Select(AgainstFirst)], videos.Length, options);

        ComparedRun Compared(string name, int r) =>
            new(name, results[r], Interval.Of(means[r], options.Confidence), Array.AsReadOnly(means[r]));

        RunDifference AgainstFirst(int r) => Difference(names[r], results[0], results[r], resampled[0], resampled[r], options);
    }

    static void Draw(List<ResampledRun> runs, int videos, ComparisonOptions options, IProgress<double>? progress, CancellationToken token)
    {
        const int Lanes = VideoRanking.Lanes;
        int done = 0, passes = (options.Samples + Lanes - 1) / Lanes;
        ParallelOptions parallel = new() { CancellationToken = token, MaxDegreeOfParallelism = options.Rules.MaxDegreeOfParallelism };
        Parallel.For(0, passes, parallel, () => (Weights: new double[videos * Lanes], Scratch: Array.Empty<double>()), (pass, _, local) =>
        {
            Array.Clear(local.Weights);
            for (int lane = 0; lane < Lanes; lane++)
            {
                // A generator of its own for each sample: no matter which worker draws it.
                SplitMix random = new(((ulong)(uint)options.Seed << 32) | (uint)(pass * Lanes + lane));
                for (int i = 0; i < videos; i++) local.Weights[random.Next(videos) * Lanes + lane]++;
            }
            foreach (ResampledRun run in runs) run.Evaluate(pass * Lanes, local.Weights, ref local.Scratch);
            progress?.Report((double)Interlocked.Increment(ref done) / passes);
            return local;
        }, _ => { });
    }

    static RunDifference Difference(
        string name, FrameMapResult before, FrameMapResult after, ResampledRun first, ResampledRun other, ComparisonOptions options)
    {
        double[] differences = [.. other.MeanAveragePrecisions().Zip(first.MeanAveragePrecisions(), (b, a) => b - a)];
        double[] defined = [.. differences.Where(d => !double.IsNaN(d))];
        double better = defined.Length == 0 ? double.NaN : defined.Average(d => d > 0 ? 1 : d == 0 ? 0.5 : 0);
        ClassDifference[] classes = [.. before.Classes.Select((c, i) => new ClassDifference(
            c.Id, c.Name, c.Group, c.NumGroundTruth, c.AveragePrecision, after.Classes[i].AveragePrecision,
            Interval.Of(other.AveragePrecisions(i).Zip(first.AveragePrecisions(i), (b, a) => b - a), options.Confidence)))];
        double difference = after.MeanAveragePrecision - before.MeanAveragePrecision;
        return new(name, difference, Interval.Of(differences, options.Confidence), better, classes);
    }
}
