using MlAva.Annotations;
using MlAva.Evaluation;

namespace MlAva.Cli;

/// <summary>Ground truth, label map and exclusions on disk, against which detections are evaluated.</summary>
sealed record EvaluationFiles(string Annotations, LabelMap Classes, string? Exclude)
{
    /// <summary>Evaluates detections; files are streamed, never held whole.</summary>
    /// <param name="detections">The detections, in file order.</param>
    /// <param name="detectionFile">Their file, for messages; null where there is none.</param>
    /// <param name="options">The rules.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    public FrameMapResult Evaluate(IEnumerable<DetectionRow> detections, string? detectionFile, FrameMapOptions options,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<KeyframeKey>? excluded = Exclude is { } file ? ExcludedTimestamps.Read(file).Keys : null;
        List<KeyframeKey> empty = [];
        List<long> emptyBefore = [];
        long boxes = 0;
        try
        {
            return FrameMap.Evaluate(Truths(), detections, [.. Classes], excluded, options, empty, cancellationToken);
        }
        catch (AnnotationFormatException e) when (e.File is "ground truth")
        {
            // The evaluation counts rows with a box; the file may have rows of keyframes without people in between.
            throw new AnnotationFormatException(Annotations, e.Row + emptyBefore.Count(b => b < e.Row), e.Found, e.Expected, e.Mend, e);
        }
        catch (AnnotationFormatException e) when (e.File is "detections" && detectionFile is not null)
        {
            throw new AnnotationFormatException(detectionFile, e.Row, e.Found, e.Expected, e.Mend, e);
        }

        IEnumerable<AnnotationRow> Truths()
        {
            foreach (AnnotationRow row in AnnotationFile.Enumerate(Annotations, RememberEmpty, cancellationToken))
            {
                boxes++;
                yield return row;
            }
        }

        void RememberEmpty(KeyframeKey key)
        {
            empty.Add(key);
            emptyBefore.Add(boxes);
        }
    }
}
