using MlAva.Annotations;
using MlAva.Evaluation;

namespace MlAva.Diagnostics;

/// <summary>Computes mAP of the rows in memory, as they stand and with things mended.</summary>
sealed class Trials(
    TruthFile truth, LooseLabelMap? labels, KeyframeTable? excluded, DetectionSample sample, CancellationToken cancellation)
{
    static readonly FrameMapOptions Rules = new() { KeepCurves = false };

    /// <summary>The share of keyframes that figures are of.</summary>
    public double Share => sample.Share;

    /// <summary>mAP, null where no truth is left to evaluate or the evaluation refuses the truth.</summary>
    /// <param name="mending">What is mended.</param>
    /// <param name="isStrict">Whether inverted truth boxes end the evaluation, as they do elsewhere, or count as never found.</param>
    /// <param name="score">Other scores; null: the file's.</param>
    public double? MeanAveragePrecision(Mending mending, bool isStrict = false, Func<DetectionSampleRow, double>? score = null)
    {
        LabelMapEntry[] classes = Classes(mending);
        if (classes.Length == 0) return null;
        IEnumerable<KeyframeKey>? left = excluded is null || mending.IgnoresExclusions ? null
            : Enumerable.Range(0, excluded.Count).Select(i => excluded[i]);
        try
        {
            double mean = FrameMap.Evaluate(
                Truths(mending, isStrict), Detections(mending, score), classes, left, Rules,
                    cancellationToken: cancellation).MeanAveragePrecision;
            return double.IsNaN(mean) ? null : mean;
        }
        catch (AnnotationFormatException) when (isStrict)
        {
            return null;
        }
    }

    LabelMapEntry[] Classes(Mending mending) => labels is { Entries.Count: > 0 } ? [.. labels.Entries]
        : [.. truth.Classes.Ids.Select(mending.TruthActions.Map).Where(id => id >= 1).Distinct()
            .Select(id => new LabelMapEntry(id, $"class {id}", ActionGroup.Unknown))];

    bool IsDrawn(string video, double time) => sample.Share >= 1 || RowHash.Share(video, time) < sample.Share;

    IEnumerable<AnnotationRow> Truths(Mending mending, bool isStrict)
    {
        for (int i = 0; i < truth.Rows.Count; i++)
        {
            if (mending.DistinctTruth && truth.Repeats.Contains(i)) continue;
            TruthRow row = truth.Rows[i];
            (string video, double time) = truth.Keys[row.Keyframe];
            if (!IsDrawn(video, time)) continue;
            Box box = mending.TruthBoxes.Apply(video, row.Box);
            if (!isStrict && (box.X1 > box.X2 || box.Y1 > box.Y2)) box = new(box.X1, box.Y1, box.X1, box.Y1);
            yield return new(video, time, box, mending.TruthActions.Map(row.Action), Person(row.Person));
        }
    }

    static int Person(double person) => double.IsFinite(person) && Math.Abs(person) <= int.MaxValue ? (int)person : -1;

    IEnumerable<DetectionRow> Detections(Mending mending, Func<DetectionSampleRow, double>? score)
    {
        HashSet<ulong>? seen = mending.DistinctDetections ? [] : null;
        KeyframeTable? keys = seen is null ? null : new();
        foreach (DetectionSampleRow row in sample.Rows)
        {
            if (seen is not null && !seen.Add(RowHash.Of(keys!.Add(row.Video, row.Time), row.Box, row.Action, row.Score))) continue;
            (string video, double time) = (mending.Keys.VideoOf(row.Video), mending.Keys.TimeOf(row.Time));
            if (!IsDrawn(video, time)) continue;
            yield return new(video, time, mending.DetectionBoxes.Apply(row.Video, row.Box), mending.DetectionActions.Map(row.Action),
                score is null ? row.Score : score(row));
        }
    }
}
