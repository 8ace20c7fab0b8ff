using MlAva.Evaluation;
using MlAva.Training;

namespace MlAva.Reporting;

/// <summary>
/// Pieces of <see cref="EvaluationReport"/> as fragments of HTML that carry their own style, for notebooks and pages of one's own. They load nothing and
/// change nothing around them.
/// </summary>
public static class MetricsHtml
{
    /// <summary>Every figure of every class as a table: AP, ground truth, detections, and where F1 is best.</summary>
    /// <param name="result">The evaluation.</param>
    /// <param name="keyframeOnly">For a column beside it: the evaluation without motion.</param>
    /// <param name="baseline">For a column beside it: the evaluation of <see cref="FrequencyBaseline"/>.</param>
    public static string Table(FrameMapResult result, FrameMapResult? keyframeOnly = null, FrameMapResult? baseline = null)
    {
        ArgumentNullException.ThrowIfNull(result);
        return Fragment(to => ClassTable.Add(to, result, keyframeOnly, baseline, []));
    }

    /// <summary>AP of every class as bars, by AVA's groups.</summary>
    /// <param name="result">The evaluation.</param>
    /// <param name="keyframeOnly">For a second bar: the evaluation without motion.</param>
    /// <param name="baseline">For a stroke on the bar: the evaluation of <see cref="FrequencyBaseline"/>.</param>
    public static string Bars(FrameMapResult result, FrameMapResult? keyframeOnly = null, FrameMapResult? baseline = null)
    {
        ArgumentNullException.ThrowIfNull(result);
        return Fragment(to => ClassBars.Add(to, result, keyframeOnly, baseline, []));
    }

    /// <summary>Precision–recall curves, one small picture a class; classes without ground truth have none.</summary>
    /// <param name="result">An evaluation with <see cref="FrameMapOptions.KeepCurves"/>.</param>
    public static string Curves(FrameMapResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return Fragment(to => EvaluationReport.AddCurveGrid(to, result.Classes.Where(c => c.Curve is not null), []));
    }

    /// <summary>Loss and mAP over epochs, side by side.</summary>
    /// <param name="epochs">At least one epoch.</param>
    /// <exception cref="ArgumentException">There is no epoch.</exception>
    public static string Training(IReadOnlyList<TrainingEpoch> epochs)
    {
        ArgumentNullException.ThrowIfNull(epochs);
        if (epochs.Count == 0) throw new ArgumentException("There is no epoch to draw.", nameof(epochs));
        return Fragment(to => EvaluationReport.AddTrainingCharts(to, epochs, double.NaN));
    }

    static string Fragment(Action<Markup> add)
    {
        Markup to = new();
        to.Add($"<div class=\"mlava\" style=\"padding:12px\"><style>{Markup.Raw(ReportStyle.Pieces)}</style>");
        add(to);
        return to.Add($"</div>").ToString();
    }
}
