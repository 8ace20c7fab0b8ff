using Microsoft.ML;
using MlAva.Annotations;
using MlAva.Evaluation;

namespace MlAva.Cli;

/// <summary>Scores a data set with a model and evaluates what comes out.</summary>
static class Scoring
{
    /// <summary>
    /// Writes the detections in the form of MMAction2's results.csv, where a file is asked for, and evaluates them as <c>mlava evaluate</c>
    /// would that file.
    /// </summary>
    public static FrameMapResult WriteAndEvaluate(
        Terminal terminal, ActionDetectionCatalog catalog, ITransformer model, AvaDataView view, string? file, FrameMapFiles files,
            IReadOnlyList<LabelMapEntry> classes, FrameMapOptions options, CancellationToken token) =>
        ConsoleProgress.Run(terminal, "score", progress =>
        {
            IEnumerable<DetectionRow> rows =
                CountKeyframes(progress, catalog.Detections(model.Transform(view), cancellationToken: token), view.GetRowCount() ?? 0);
            if (file is null) return FrameMap.EvaluateFiles(files, classes, options, rows, cancellationToken: token);
            DetectionFile.Write(file, rows, cancellation: token);
            return FrameMap.EvaluateFiles(files with { Detections = file }, classes, options, cancellationToken: token);
        });

    static IEnumerable<DetectionRow> CountKeyframes(ConsoleProgress progress, IEnumerable<DetectionRow> rows, long keyframes)
    {
        int count = 0;
        KeyframeKey last = default;
        foreach (DetectionRow row in rows)
        {
            if (row.Key != last)
            {
                progress.Report(count++, keyframes, "keyframes"); // those before this one
                last = row.Key;
            }
            yield return row;
        }
    }
}
