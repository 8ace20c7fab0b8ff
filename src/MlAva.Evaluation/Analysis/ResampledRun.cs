namespace MlAva.Evaluation.Analysis;

/// <summary>One run's rankings by class, and its AP in every resampling of the videos.</summary>
sealed class ResampledRun
{
    readonly VideoRanking[] _rankings;
    int[] _places = [];
    double[][] _areas = [];

    public ResampledRun(AnalysisInput input)
    {
        Dictionary<string, int> numbers = new(StringComparer.Ordinal);
        int[] videoOf = new int[input.Keyframes.Length];
        Array.Fill(videoOf, -1);
        foreach (ClassBoxes boxes in input.Classes.SelectMany(m => new[] { m.Truth, m.Detections }))
        {
            for (int i = 0; i < boxes.Count; i++)
            {
                int keyframe = boxes.Keyframe(i);
                if (videoOf[keyframe] >= 0) continue;
                string id = input.Keyframes[keyframe].VideoId;
                if (!numbers.TryGetValue(id, out videoOf[keyframe])) numbers.Add(id, videoOf[keyframe] = numbers.Count);
            }
        }
        Videos = [.. numbers.OrderBy(n => n.Value).Select(n => n.Key)];
        _rankings = [.. input.Classes.Select(m => new VideoRanking(m, videoOf))];
    }

    /// <summary>The videos of evaluated boxes, in an order of its own.</summary>
    public string[] Videos { get; }

    /// <summary>Makes ready for samples of weights over these videos.</summary>
    public void Prepare(string[] videos, int samples)
    {
        _places = [.. Videos.Select(v => Array.BinarySearch(videos, v, StringComparer.Ordinal))];
        _areas = [.. _rankings.Select(_ => new double[samples])];
    }

    /// <summary>Evaluates <see cref="VideoRanking.Lanes"/> samples; several calls may run at once.</summary>
    /// <param name="first">The first sample's number.</param>
    /// <param name="weights">[video, lane].</param>
    /// <param name="scratch">Used up; grows as needed.</param>
    public void Evaluate(int first, double[] weights, ref double[] scratch)
    {
        const int Lanes = VideoRanking.Lanes;
        double[] own = new double[_places.Length * Lanes];
        for (int v = 0; v < _places.Length; v++) weights.AsSpan(_places[v] * Lanes, Lanes).CopyTo(own.AsSpan(v * Lanes));
        Span<double> areas = stackalloc double[Lanes];
        for (int c = 0; c < _rankings.Length; c++)
        {
            _rankings[c].AveragePrecisions(own, areas, ref scratch);
            Span<double> target = _areas[c].AsSpan(first);
            areas[..Math.Min(Lanes, target.Length)].CopyTo(target);
        }
    }

    /// <summary>AP of a class by sample; NaN where no ground truth was drawn.</summary>
    public double[] AveragePrecisions(int index) => _areas[index];

    /// <summary>mAP by sample.</summary>
    public double[] MeanAveragePrecisions() =>
        [.. Enumerable.Range(0, _areas.Length == 0 ? 0 : _areas[0].Length).Select(s => DetectionAnalysis.Mean(_areas.Select(a => a[s])))];
}
