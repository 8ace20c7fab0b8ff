using Microsoft.Data.Analysis;
using MlAva.Annotations;
using MlAva.Evaluation;
using MlAva.Reporting;

namespace MlAva;

/// <summary>Frame-mAP of scored data: the mean, each class, each of AVA's groups, and all of it as a <see cref="DataFrame"/>. Immutable.</summary>
public sealed class ActionDetectionMetrics
{
    /// <param name="result">The evaluation.</param>
    public ActionDetectionMetrics(FrameMapResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        Result = result;
    }

    /// <summary>Everything the evaluation found, with precision–recall curves.</summary>
    public FrameMapResult Result { get; }

    /// <summary>mAP at an IoU of 0.5, 0–1; NaN when no class has ground truth (<see cref="FrameMapResult.UndefinedReason"/> says why).</summary>
    public double MeanAveragePrecision => Result.MeanAveragePrecision;

    /// <summary>The classes, by id.</summary>
    public IReadOnlyList<ClassResult> Classes => Result.Classes;

    /// <summary>AVA's groups, or those that the label map says.</summary>
    public IReadOnlyList<GroupResult> Groups => Result.Groups;

    /// <summary>One row a class with precision, recall and the point of best F1; see <see cref="AnalysisFrames.PerClass(FrameMapResult)"/>.</summary>
    public DataFrame PerClass() => Result.PerClass();

    /// <summary>One row a group; see <see cref="AnalysisFrames.PerGroup"/>.</summary>
    public DataFrame PerGroup() => Result.PerGroup();

    /// <summary>Every point of every precision–recall curve; see <see cref="AnalysisFrames.Curves"/>.</summary>
    public DataFrame Curves() => Result.Curves();

    /// <summary>One row a class: <c>Id</c> (int), <c>Name</c>, <c>Group</c> (string), <c>AP</c>, <c>Recall</c> (double), <c>GroundTruth</c>, <c>Detections</c>, <c>TruePositives</c> (int).</summary>
    public DataFrame ToDataFrame() => new(
        new Int32DataFrameColumn("Id", Classes.Select(c => c.Id)),
        new StringDataFrameColumn("Name", Classes.Select(c => c.Name)),
        new StringDataFrameColumn("Group", Classes.Select(c => c.Group == ActionGroup.Unknown ? "" : c.Group.ToString())),
        new DoubleDataFrameColumn("AP", Classes.Select(c => c.AveragePrecision)),
        new DoubleDataFrameColumn("Recall", Classes.Select(c => c.Recall)),
        new Int32DataFrameColumn("GroundTruth", Classes.Select(c => c.NumGroundTruth)),
        new Int32DataFrameColumn("Detections", Classes.Select(c => c.NumDetections)),
        new Int32DataFrameColumn("TruePositives", Classes.Select(c => c.NumTruePositives)));

    /// <summary>Every figure of every class as a table: a fragment of HTML that carries its own style, for notebooks.</summary>
    public string ToHtml() => MetricsHtml.Table(Result);

    /// <summary>For example <c>mAP@0.5IOU 0.8123 over 12 classes</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"mAP@{Result.Options.IouThreshold}IOU {MeanAveragePrecision:F4} over {Result.NumClassesAveraged} classes");
}
