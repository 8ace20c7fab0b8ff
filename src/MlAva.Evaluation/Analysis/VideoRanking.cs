namespace MlAva.Evaluation.Analysis;

/// <summary>One class's ranking, kept as the videos and the hits that a resampling of videos needs.</summary>
sealed class VideoRanking
{
    readonly int[] _videos;
    readonly bool[] _hits;
    readonly int[] _truthVideos;

    /// <param name="matched">The class.</param>
    /// <param name="threshold">The smallest IoU of a match.</param>
    /// <param name="videoOf">By keyframe: the number of its video.</param>
    public VideoRanking(MatchedClass matched, double threshold, int[] videoOf)
    {
        bool[] hits = matched.Match(threshold, out _);
        _videos = [.. matched.Ranking.Select(i => videoOf[matched.Detections.Keyframes[i]])];
        _hits = [.. matched.Ranking.Select(i => hits[i])];
        _truthVideos = [.. matched.Truth.Keyframes.Select(k => videoOf[k])];
    }

    /// <summary>AP when each video occurs as often as its weight says: exactly that of data with the video repeated.</summary>
    /// <param name="weights">By video.</param>
    /// <param name="scratch">Used up.</param>
    public double AveragePrecision(int[] weights, RankedHits scratch)
    {
        long truths = 0;
        foreach (int video in _truthVideos) truths += weights[video];
        if (truths == 0) return double.NaN;
        scratch.Clear();
        for (int i = 0; i < _videos.Length; i++)
        {
            int weight = weights[_videos[i]];
            if (weight > 0) scratch.Add(_hits[i], weight);
        }
        return scratch.AveragePrecision(truths);
    }
}
