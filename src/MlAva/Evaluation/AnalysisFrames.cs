using Microsoft.Data.Analysis;
using MlAva.Annotations;
using MlAva.Evaluation;
using MlAva.Evaluation.Analysis;

namespace MlAva;

/// <summary>
/// Evaluations and their breakdowns as tidy <see cref="DataFrame"/>s: one row an observation, columns string, int and double. Frames with an
/// <c>Id</c> join on it. Figures that are undefined are NaN.
/// </summary>
public static class AnalysisFrames
{
    /// <summary>
    /// One row a class: <c>Id</c>, <c>Name</c>, <c>Group</c>, <c>AP</c>, <c>Precision</c>, <c>Recall</c> over all detections, the point of best F1
    /// (<c>BestThreshold</c>, <c>BestF1</c>, <c>BestPrecision</c>, <c>BestRecall</c>; NaN without curves), <c>GroundTruth</c>, <c>Detections</c>,
    /// <c>TruePositives</c>.
    /// </summary>
    /// <param name="result">The evaluation.</param>
    public static DataFrame PerClass(this FrameMapResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        IReadOnlyList<ClassResult> classes = result.Classes;
        OperatingPoint[] best = [.. classes.Select(c => c.Curve?.BestF1() ?? new(double.NaN, double.NaN, double.NaN, double.NaN, 0))];
        return new([
            .. Names(classes.Select(c => (c.Id, c.Name, c.Group))),
            Numbers("AP", classes.Select(c => c.AveragePrecision)),
            Numbers("Precision", classes.Select(c => c.NumDetections == 0 ? double.NaN : (double)c.NumTruePositives / c.NumDetections)),
            Numbers("Recall", classes.Select(c => c.Recall)),
            Numbers("BestThreshold", best.Select(b => b.Threshold)), Numbers("BestF1", best.Select(b => b.F1)),
            Numbers("BestPrecision", best.Select(b => b.Precision)), Numbers("BestRecall", best.Select(b => b.Recall)),
            Counts("GroundTruth", classes.Select(c => c.NumGroundTruth)), Counts("Detections", classes.Select(c => c.NumDetections)),
            Counts("TruePositives", classes.Select(c => c.NumTruePositives))]);
    }

    /// <summary>One row a group: <c>Group</c>, <c>MeanAP</c>, <c>Classes</c>, <c>ClassesAveraged</c>.</summary>
    /// <param name="result">The evaluation.</param>
    public static DataFrame PerGroup(this FrameMapResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new(
            Texts("Group", result.Groups.Select(g => NameOf(g.Group))), Numbers("MeanAP", result.Groups.Select(g => g.MeanAveragePrecision)),
            Counts("Classes", result.Groups.Select(g => g.NumClasses)), Counts("ClassesAveraged", result.Groups.Select(g => g.NumClassesAveraged)));
    }

    /// <summary>
    /// One row a detection of a class with a curve: <c>Id</c>, <c>Name</c>, <c>Rank</c> (from 1), <c>Score</c>, <c>Precision</c>, <c>Recall</c>,
    /// <c>Interpolated</c>.
    /// </summary>
    /// <param name="result">The evaluation, with curves.</param>
    public static DataFrame Curves(this FrameMapResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var points = (from c in result.Classes
                      where c.Curve is not null
                      let interpolated = c.Curve!.ToInterpolated()
                      from rank in Enumerable.Range(0, c.Curve!.Count)
                      select (Class: c, Rank: rank, Interpolated: interpolated[rank])).ToArray();
        return new(
            Counts("Id", points.Select(p => p.Class.Id)), Texts("Name", points.Select(p => p.Class.Name)),
            Counts("Rank", points.Select(p => p.Rank + 1)), Numbers("Score", points.Select(p => p.Class.Curve!.Scores[p.Rank])),
            Numbers("Precision", points.Select(p => p.Class.Curve!.PrecisionAt(p.Rank))),
            Numbers("Recall", points.Select(p => p.Class.Curve!.RecallAt(p.Rank))),
            Numbers("Interpolated", points.Select(p => p.Interpolated)));
    }

    /// <summary>
    /// One row a class and threshold: <c>Id</c>, <c>Name</c>, <c>Threshold</c>, <c>Precision</c>, <c>Recall</c>, <c>F1</c>, <c>Detections</c>.
    /// </summary>
    /// <param name="points">See <see cref="AnalysisResult.OperatingPoints"/>.</param>
    public static DataFrame ToDataFrame(this IReadOnlyList<ClassOperatingPoints> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        var rows = (from c in points from p in c.Points select (c.Id, c.Name, Point: p)).ToArray();
        return new(
            Counts("Id", rows.Select(r => r.Id)), Texts("Name", rows.Select(r => r.Name)), Numbers("Threshold", rows.Select(r => r.Point.Threshold)),
            Numbers("Precision", rows.Select(r => r.Point.Precision)), Numbers("Recall", rows.Select(r => r.Point.Recall)),
            Numbers("F1", rows.Select(r => r.Point.F1)), Counts("Detections", rows.Select(r => r.Point.Count)));
    }

    /// <summary>One row a slice: <c>Slice</c>, <c>MeanAP</c>, <c>ClassesAveraged</c>, <c>GroundTruth</c>, <c>Detections</c>.</summary>
    /// <param name="slices">For example <see cref="AnalysisResult.BySize"/>.</param>
    public static DataFrame ToDataFrame(this IReadOnlyList<SliceResult> slices)
    {
        ArgumentNullException.ThrowIfNull(slices);
        return new(
            Texts("Slice", slices.Select(s => s.Name)), Numbers("MeanAP", slices.Select(s => s.MeanAveragePrecision)),
            Counts("ClassesAveraged", slices.Select(s => s.NumClassesAveraged)), Counts("GroundTruth", slices.Select(s => s.NumGroundTruth)),
            Counts("Detections", slices.Select(s => s.NumDetections)));
    }

    /// <summary>
    /// One row a slice and class: <c>Slice</c>, <c>Id</c>, <c>AP</c>, <c>GroundTruth</c>, <c>Detections</c>, <c>TruePositives</c>.
    /// </summary>
    /// <param name="slices">For example <see cref="AnalysisResult.BySize"/>.</param>
    public static DataFrame PerClass(this IReadOnlyList<SliceResult> slices)
    {
        ArgumentNullException.ThrowIfNull(slices);
        var rows = (from s in slices from c in s.Classes select (s.Name, Class: c)).ToArray();
        return new(
            Texts("Slice", rows.Select(r => r.Name)), Counts("Id", rows.Select(r => r.Class.Id)),
            Numbers("AP", rows.Select(r => r.Class.AveragePrecision)), Counts("GroundTruth", rows.Select(r => r.Class.NumGroundTruth)),
            Counts("Detections", rows.Select(r => r.Class.NumDetections)), Counts("TruePositives", rows.Select(r => r.Class.NumTruePositives)));
    }

    /// <summary>One row an IoU threshold: <c>IoU</c>, <c>MeanAP</c>.</summary>
    /// <param name="results">See <see cref="AnalysisResult.ByIoU"/>.</param>
    public static DataFrame ToDataFrame(this IReadOnlyList<IoUResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        return new(Numbers("IoU", results.Select(r => r.Threshold)), Numbers("MeanAP", results.Select(r => r.MeanAveragePrecision)));
    }

    /// <summary>One row a bin: <c>From</c>, <c>To</c>, <c>Detections</c>, <c>MeanScore</c>, <c>Precision</c>.</summary>
    /// <param name="calibration">Of all classes or of one.</param>
    public static DataFrame ToDataFrame(this Calibration calibration)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        IReadOnlyList<CalibrationBin> bins = calibration.Bins;
        return new(
            Numbers("From", bins.Select(b => b.From)), Numbers("To", bins.Select(b => b.To)), Counts("Detections", bins.Select(b => b.Count)),
            Numbers("MeanScore", bins.Select(b => b.MeanScore)), Numbers("Precision", bins.Select(b => b.Precision)));
    }

    /// <summary>
    /// One row a pair of classes: <c>Truth</c>, <c>Prediction</c> (ids), <c>Persons</c> with the one and given the other, <c>Share</c> of those with
    /// the one, <c>Annotated</c> persons with both.
    /// </summary>
    /// <param name="pairs">See <see cref="AnalysisResult.CoOccurrence"/>.</param>
    public static DataFrame ToDataFrame(this CoOccurrence pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        int classes = pairs.ClassIds.Count;
        var cells = (from t in Enumerable.Range(0, classes) from p in Enumerable.Range(0, classes) select (Truth: t, Prediction: p)).ToArray();
        return new(
            Counts("Truth", cells.Select(c => pairs.ClassIds[c.Truth])), Counts("Prediction", cells.Select(c => pairs.ClassIds[c.Prediction])),
            Counts("Persons", cells.Select(c => pairs.Count(c.Truth, c.Prediction))),
            Numbers("Share", cells.Select(c => pairs.Share(c.Truth, c.Prediction))),
            Counts("Annotated", cells.Select(c => pairs.CountAnnotated(c.Truth, c.Prediction))));
    }

    /// <summary>One row a class and kind: <c>Id</c>, <c>Name</c>, <c>Group</c>, <c>Kind</c>, <c>Count</c>, <c>TopCount</c>, <c>Gain</c> in AP.</summary>
    /// <param name="errors">See <see cref="AnalysisResult.Errors"/>.</param>
    public static DataFrame ToDataFrame(this ErrorBreakdown errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        var rows = (from c in errors.Classes from k in c.Kinds select (Class: c, Kind: k)).ToArray();
        return new([
            .. Names(rows.Select(r => (r.Class.Id, r.Class.Name, r.Class.Group))), Texts("Kind", rows.Select(r => r.Kind.Kind.ToString())),
            Counts("Count", rows.Select(r => r.Kind.Count)), Counts("TopCount", rows.Select(r => r.Kind.TopCount)),
            Numbers("Gain", rows.Select(r => r.Kind.Gain))]);
    }

    /// <summary>
    /// One row a run: <c>Run</c>, <c>MeanAP</c>, <c>Low</c>, <c>High</c>, and against the first run <c>Difference</c>, <c>DifferenceLow</c>,
    /// <c>DifferenceHigh</c>, <c>ShareBetter</c> (NaN in the first row).
    /// </summary>
    /// <param name="comparison">The comparison.</param>
    public static DataFrame ToDataFrame(this ComparisonResult comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        IReadOnlyList<ComparedRun> runs = comparison.Runs;
        RunDifference none = new("", double.NaN, new(double.NaN, double.NaN), double.NaN, []);
        RunDifference[] differences = [none, .. comparison.Differences];
        return new(
            Texts("Run", runs.Select(r => r.Name)), Numbers("MeanAP", runs.Select(r => r.Result.MeanAveragePrecision)),
            Numbers("Low", runs.Select(r => r.Interval.Low)), Numbers("High", runs.Select(r => r.Interval.High)),
            Numbers("Difference", differences.Select(d => d.Difference)), Numbers("DifferenceLow", differences.Select(d => d.Interval.Low)),
            Numbers("DifferenceHigh", differences.Select(d => d.Interval.High)), Numbers("ShareBetter", differences.Select(d => d.ShareBetter)));
    }

    /// <summary>
    /// One row a class and run but the first: <c>Run</c>, <c>Id</c>, <c>Name</c>, <c>Group</c>, <c>Before</c>, <c>After</c>, <c>Difference</c>,
    /// <c>Low</c>, <c>High</c>, <c>GroundTruth</c>.
    /// </summary>
    /// <param name="comparison">The comparison.</param>
    public static DataFrame PerClass(this ComparisonResult comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        var rows = (from d in comparison.Differences from c in d.Classes select (d.Name, Class: c)).ToArray();
        return new([
            Texts("Run", rows.Select(r => r.Name)), .. Names(rows.Select(r => (r.Class.Id, r.Class.Name, r.Class.Group))),
            Numbers("Before", rows.Select(r => r.Class.Before)), Numbers("After", rows.Select(r => r.Class.After)),
            Numbers("Difference", rows.Select(r => r.Class.Difference)), Numbers("Low", rows.Select(r => r.Class.Interval.Low)),
            Numbers("High", rows.Select(r => r.Class.Interval.High)), Counts("GroundTruth", rows.Select(r => r.Class.NumGroundTruth))]);
    }

    static DataFrameColumn[] Names(IEnumerable<(int Id, string Name, ActionGroup Group)> classes)
    {
        (int Id, string Name, ActionGroup Group)[] rows = [.. classes];
        return [Counts("Id", rows.Select(r => r.Id)), Texts("Name", rows.Select(r => r.Name)), Texts("Group", rows.Select(r => NameOf(r.Group)))];
    }

    static string NameOf(ActionGroup group) => group == ActionGroup.Unknown ? "" : group.ToString();

    static StringDataFrameColumn Texts(string name, IEnumerable<string> values) => new(name, values);

    static Int32DataFrameColumn Counts(string name, IEnumerable<int> values) => new(name, values);

    static DoubleDataFrameColumn Numbers(string name, IEnumerable<double> values) => new(name, values);
}
