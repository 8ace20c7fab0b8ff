using MlAva.Evaluation;
using MlAva.Evaluation.Analysis;

namespace MlAva.Reporting;

/// <summary>Writes the report of an evaluation alone, for tools that have trained nothing.</summary>
public static class EvaluationReportWriter
{
    /// <summary>Writes <c>report.html</c>, safely: a temporary file, then a move.</summary>
    /// <param name="path">The file to write or replace.</param>
    /// <param name="result">The evaluation; with <see cref="FrameMapOptions.KeepCurves"/> the page has precision–recall curves.</param>
    /// <param name="analysis">Its breakdowns; null to leave them out.</param>
    /// <param name="comparison">A comparison to show beside; null for none.</param>
    /// <param name="title">The page's title.</param>
    /// <param name="subtitle">The line under it, for example the name of the detections file.</param>
    /// <param name="command">The command that made the report.</param>
    public static void Write(
        string path, FrameMapResult result, AnalysisResult? analysis = null, ComparisonResult? comparison = null,
        string title = "AVA action detection", string subtitle = "", string command = "")
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(result);
        new EvaluationReport { Title = title, Subtitle = subtitle, Command = command, Result = result, Analysis = analysis, Comparison = comparison }
            .Save(path);
    }
}
