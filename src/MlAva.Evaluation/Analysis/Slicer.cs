using MlAva.Annotations;

namespace MlAva.Evaluation.Analysis;

/// <summary>Evaluates parts of the data from one matching.</summary>
sealed class Slicer(MatchedClass[] matched)
{
    /// <summary>Parts by a property of the keyframe.</summary>
    public SliceResult[] ByKeyframe(IReadOnlyList<string> names, Func<int, int> sliceOf) => Slices(names,
        (c, i) => sliceOf(matched[c].Detections.Keyframe(i)), (c, t) => sliceOf(matched[c].Truth.Keyframe(t)));

    /// <summary>Parts by a property of the box; a hit goes with the ground truth that it took.</summary>
    public SliceResult[] ByBox(IReadOnlyList<string> names, Func<Box, int> sliceOf) => Slices(names,
        (c, i) => sliceOf(matched[c].Hits[i] ? matched[c].Truth.Box(matched[c].BestTruth[i]) : matched[c].Detections.Box(i)),
        (c, t) => sliceOf(matched[c].Truth.Box(t)));

    SliceResult[] Slices(IReadOnlyList<string> names, Func<int, int, int> sliceOfDetection, Func<int, int, int> sliceOfTruth)
    {
        SliceClass[][] rows = [.. names.Select(_ => new SliceClass[matched.Length])];
        for (int c = 0; c < matched.Length; c++)
        {
            RankedHits[] ranked = [.. names.Select(_ => new RankedHits())];
            int[] truths = new int[names.Count];
            for (int t = 0; t < matched[c].Truth.Count; t++) truths[sliceOfTruth(c, t)]++;
            for (int i = 0; i < matched[c].Detections.Count; i++) ranked[sliceOfDetection(c, i)].Add(matched[c].Hits[i]);
            for (int s = 0; s < names.Count; s++)
            {
                double area = matched[c].AveragePrecision(ranked[s], truths[s]);
                rows[s][c] = new(matched[c].Class.Id, area, truths[s], (int)ranked[s].Count, (int)ranked[s].TruePositives);
            }
        }
        return [.. names.Select((name, s) =>
            new SliceResult(name, DetectionAnalysis.Mean(rows[s].Select(r => r.AveragePrecision)), rows[s]))];
    }
}
