using Microsoft.ML;
using MlAva.Annotations;
using MlAva.Evaluation;
using MlAva.Transforms;

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
            if (view.Dataset.Skipped.Count > 0)
            {
                // The file has rows that an evaluation of it would refuse: what could be used of it is the truth.
                DetectionRow[] all = [.. rows];
                if (file is not null) DetectionFile.Write(file, all, cancellation: token);
                IEnumerable<KeyframeKey>? excluded = files.Exclude is { } exclude ? ExcludedTimestamps.Read(exclude).Keys : null;
                return FrameMap.Evaluate(Truths(view.Dataset), all, classes, excluded, options, cancellationToken: token);
            }
            if (file is null) return FrameMap.EvaluateFiles(files, classes, options, rows, cancellationToken: token);
            DetectionFile.Write(file, rows, cancellation: token);
            return FrameMap.EvaluateFiles(files with { Detections = file }, classes, options, cancellationToken: token);
        });

    static IEnumerable<AnnotationRow> Truths(AvaDataset dataset) =>
        from keyframe in dataset.Keyframes
        from box in keyframe.Boxes.Index()
        from action in keyframe.Classes[box.Index]
        select new AnnotationRow(keyframe.VideoId, keyframe.Timestamp, box.Item, dataset.ActionIds[action], keyframe.EntityIds[box.Index]);

    /// <summary>Says how many keyframes of a scoring could not be read.</summary>
    public static void NoteSkipped(ITransformer model)
    {
        foreach (LoadClipTransformer part in ModelFile.Parts(model).OfType<LoadClipTransformer>().Where(p => p.Skipped.Count > 0))
            Terminal.Note($"{part.Skipped.Describe("keyframes")}; their labels count as missed");
    }

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
