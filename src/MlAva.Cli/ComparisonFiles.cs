using MlAva.Annotations;
using MlAva.Evaluation.Analysis;

namespace MlAva.Cli;

/// <summary>Several detections files and the ground truth against which they are compared.</summary>
sealed record ComparisonFiles(string[] Detections, string Annotations, LabelMap Classes, string? Exclude)
{
    /// <summary>Reads and compares; detections are streamed.</summary>
    public ComparisonResult Compare(ComparisonOptions options, ConsoleProgress progress, CancellationToken token)
    {
        List<AnnotationRow> truth = [];
        List<KeyframeKey> empty = [];
        List<long> emptyBefore = [];
        foreach (AnnotationRow row in AnnotationFile.Enumerate(Annotations, RememberEmpty, token)) truth.Add(row);
        ExcludedTimestamps? excluded = Exclude is { } file ? ExcludedTimestamps.Read(file) : null;
        string reading = Detections[0];
        string[] names = Names();
        try
        {
            KeyValuePair<string, IEnumerable<DetectionRow>>[] runs = [.. Detections.Select((f, i) =>
                new KeyValuePair<string, IEnumerable<DetectionRow>>(names[i], Rows(f)))];
            return DetectionComparison.Run(runs, truth, [.. Classes], excluded?.Keys, options, empty, new Share(progress), token);
        }
        catch (AnnotationFormatException e) when (e.File is "ground truth")
        {
            // The evaluation counts rows with a box; the file may have rows of keyframes without people in between.
            throw new AnnotationFormatException(Annotations, e.Row + emptyBefore.Count(b => b < e.Row), e.Found, e.Expected, e.Mend, e);
        }
        catch (AnnotationFormatException e) when (e.File is "detections")
        {
            throw new AnnotationFormatException(reading, e.Row, e.Found, e.Expected, e.Mend, e);
        }

        void RememberEmpty(KeyframeKey key)
        {
            empty.Add(key);
            emptyBefore.Add(truth.Count);
        }

        IEnumerable<DetectionRow> Rows(string path)
        {
            reading = path;
            foreach (DetectionRow row in DetectionFile.Enumerate(path, token)) yield return row;
        }
    }

    /// <summary>File names where they tell the runs apart, else whole paths, else numbered ones.</summary>
    string[] Names()
    {
        string[] names = [.. Detections.Select(d => Path.GetFileName(d)!)];
        if (names.Distinct().Count() == names.Length) return names;
        return Detections.Distinct().Count() == Detections.Length ? Detections : [.. Detections.Select((d, i) => $"{i + 1}: {d}")];
    }

    sealed class Share(ConsoleProgress progress) : IProgress<double>
    {
        public void Report(double value)
        {
            lock (progress) progress.Report(value, "resampling");
        }
    }
}
