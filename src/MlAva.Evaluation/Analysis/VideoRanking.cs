using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MlAva.Evaluation.Analysis;

/// <summary>One class's ranking, kept as the videos and the hits that resamplings of videos need.</summary>
sealed class VideoRanking
{
    /// <summary>Samples evaluated in one pass over the ranking, which is too long to stay in a cache.</summary>
    public const int Lanes = 8;

    readonly int[] _videos;
    readonly int[] _hits;
    readonly int[] _truthVideos;
    readonly bool _isAveraged;

    /// <param name="matched">The class.</param>
    /// <param name="videoOf">By keyframe: the number of its video.</param>
    public VideoRanking(MatchedClass matched, int[] videoOf)
    {
        _isAveraged = matched.Class.IsAveraged;
        _videos = Videos(matched.Detections, videoOf);
        _truthVideos = Videos(matched.Truth, videoOf);
        List<int> hits = [];
        for (int i = 0; i < matched.Hits.Length; i++)
        {
            if (matched.Hits[i]) hits.Add(i);
        }
        _hits = [.. hits];
    }

    /// <summary>
    /// AP when each video occurs as often as its weight says: exactly that of data with the video repeated. NaN without ground truth, and
    /// for classes that the protocol leaves out of the mean of all videos.
    /// </summary>
    /// <param name="weights">[video, lane]: one lane a sample; whole numbers.</param>
    /// <param name="areas">[lane]: filled with the samples' AP.</param>
    /// <param name="scratch">Used up; grows as needed.</param>
    public void AveragePrecisions(double[] weights, Span<double> areas, ref double[] scratch)
    {
        Vector512<double> truths = Vector512<double>.Zero;
        foreach (int video in _truthVideos) truths += At(weights, video);
        if (!_isAveraged || Vector512.EqualsAll(truths, Vector512<double>.Zero))
        {
            areas.Fill(double.NaN);
            return;
        }

        if (scratch.Length < 2 * _hits.Length * Lanes) scratch = new double[3 * _hits.Length * Lanes];
        double[] found = scratch;
        int precisions = _hits.Length;
        Vector512<double> count = Vector512<double>.Zero, hits = Vector512<double>.Zero;
        for (int h = 0, i = 0; h < _hits.Length; h++)
        {
            for (; i <= _hits[h]; i++) count += At(weights, _videos[i]);
            hits += At(weights, _videos[i - 1]);
            Set(found, h, hits);
            // Before the first drawn video both are 0.
            Set(found, precisions + h, hits / Vector512.Max(count, Vector512<double>.One));
        }

        // Between two hits precision only falls: hits alone carry the envelope. One that was not drawn is below the one before it.
        Vector512<double> envelope = Vector512<double>.Zero;
        for (int h = _hits.Length - 1; h >= 0; h--)
        {
            envelope = Vector512.Max(envelope, At(found, precisions + h));
            Set(found, precisions + h, envelope);
        }

        // As differences of recalls from the left, so that the rounding is that of PrecisionRecallCurve.
        (Vector512<double> area, Vector512<double> before) = (Vector512<double>.Zero, Vector512<double>.Zero);
        for (int h = 0; h < _hits.Length; h++)
        {
            Vector512<double> next = At(found, h);
            area += (next / truths - before / truths) * At(found, precisions + h);
            before = next;
        }
        // 0/0 where a lane has no ground truth, unless there is no hit at all.
        Vector512.ConditionalSelect(Vector512.Equals(truths, Vector512<double>.Zero), Vector512.Create(double.NaN), area).CopyTo(areas);
    }

    static Vector512<double> At(double[] values, int row) =>
        Vector512.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(values), (nuint)(row * Lanes));

    static void Set(double[] values, int row, Vector512<double> lanes) =>
        lanes.StoreUnsafe(ref MemoryMarshal.GetArrayDataReference(values), (nuint)(row * Lanes));

    static int[] Videos(ClassBoxes boxes, int[] videoOf)
    {
        int[] videos = new int[boxes.Count];
        for (int i = 0; i < videos.Length; i++) videos[i] = videoOf[boxes.Keyframe(i)];
        return videos;
    }
}
