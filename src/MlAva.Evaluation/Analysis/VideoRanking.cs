namespace MlAva.Evaluation.Analysis;

/// <summary>One class's ranking, kept as the videos and the hits that a resampling of videos needs.</summary>
sealed class VideoRanking
{
    readonly int[] _videos;
    readonly bool[] _hits;
    readonly int[] _truthVideos;
    readonly bool _isAveraged;

    /// <param name="matched">The class.</param>
    /// <param name="videoOf">By keyframe: the number of its video.</param>
    public VideoRanking(MatchedClass matched, int[] videoOf)
    {
        _isAveraged = matched.Class.IsAveraged;
        _videos = Videos(matched.Detections, videoOf);
        _hits = matched.Hits.ToArray();
        _truthVideos = Videos(matched.Truth, videoOf);
    }

    /// <summary>
    /// AP when each video occurs as often as its weight says: exactly that of data with the video repeated. NaN without ground truth, and
    /// for classes that the protocol leaves out of the mean of all videos.
    /// </summary>
    /// <param name="weights">By video.</param>
    /// <param name="scratch">Used up.</param>
    public double AveragePrecision(int[] weights, RankedHits scratch)
    {
        long truths = 0;
        foreach (int video in _truthVideos) truths += weights[video];
        if (truths == 0 || !_isAveraged) return double.NaN;
        scratch.Clear();
        for (int i = 0; i < _videos.Length; i++)
        {
            int weight = weights[_videos[i]];
            if (weight > 0) scratch.Add(_hits[i], weight);
        }
        return scratch.AveragePrecision(truths);
    }

    static int[] Videos(ClassBoxes boxes, int[] videoOf)
    {
        int[] videos = new int[boxes.Count];
        for (int i = 0; i < videos.Length; i++) videos[i] = videoOf[boxes.Keyframe(i)];
        return videos;
    }
}
