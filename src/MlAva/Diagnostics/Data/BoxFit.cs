using MlAva.Annotations;

namespace MlAva.Diagnostics;

/// <summary>Compares the boxes of a file with those of the annotations, on keyframes that both name, whatever their classes.</summary>
sealed class BoxFit
{
    /// <summary>More keyframes than these tell nothing more.</summary>
    const int MostKeyframes = 2000;

    /// <summary>A form or size is taken for meant when it finds so much more of the truth than the boxes as they stand.</summary>
    const double ClearGain = 0.2, ClearFactor = 1.5;

    const double Overlap = 0.5;
    static readonly BoxForm[] Forms =
        [BoxForm.Corners, BoxForm.AnyCorners, BoxForm.WidthHeight, BoxForm.MiddleSize, BoxForm.YFirst, BoxForm.XXYY];

    readonly Dictionary<int, Keyframe> _keyframes = [];

    /// <summary>Different truth boxes on the keyframes compared.</summary>
    public int TruthBoxes => _keyframes.Values.Sum(k => k.Truth.Count);

    public int Keyframes => _keyframes.Count;

    /// <summary>Takes the keyframes that both files have, or an even choice of them, with their truth boxes.</summary>
    public static BoxFit Of(TruthFile truth, KeyframeTable file, KeyMap map)
    {
        BoxFit fit = new();
        List<(int Truth, string Video)> common = [];
        HashSet<int> seen = [];
        for (int i = 0; i < file.Count; i++)
        {
            (string video, double time) = file[i];
            int keyframe = truth.Keys.Find(map.VideoOf(video), map.TimeOf(time));
            if (keyframe >= 0 && seen.Add(keyframe)) common.Add((keyframe, video));
        }
        int step = (common.Count + MostKeyframes - 1) / MostKeyframes;
        for (int i = 0; i < common.Count; i += step)
            fit._keyframes[common[i].Truth] = new(truth.Keys[common[i].Truth].VideoId, common[i].Video);
        foreach (TruthRow row in truth.Rows)
        {
            if (fit._keyframes.TryGetValue(row.Keyframe, out Keyframe? keyframe)) keyframe.Truth.Add(row.Box);
        }
        return fit;
    }

    /// <summary>Adds a box of the file; passed over where its keyframe is not compared.</summary>
    /// <param name="keyframe">The annotations' number of the keyframe.</param>
    /// <param name="box">The box as it stands.</param>
    public void Add(int keyframe, in Box box)
    {
        if (_keyframes.TryGetValue(keyframe, out Keyframe? both)) both.Found.Add(box);
    }

    /// <summary>The share of truth boxes that a box of the file overlaps at IoU 0.5 or more; NaN without truth boxes.</summary>
    public double Share(BoxMap file, BoxMap truth)
    {
        double[] best = [.. BestIoUs(file, truth)];
        return (double)best.Count(b => b >= Overlap) / best.Length;
    }

    /// <summary>Truth boxes by the IoU of the best box of the file, ten bins.</summary>
    public long[] Histogram(BoxMap file, BoxMap truth)
    {
        long[] bins = new long[10];
        foreach (double best in BestIoUs(file, truth)) bins[Math.Clamp((int)(best * 10), 0, 9)]++;
        return bins;
    }

    /// <summary>The form and size at which the file's boxes meet the truth's best; null where none is clearly better than as it
    /// stands.</summary>
    /// <param name="sizes">Sizes to try besides none, the likeliest first; their form does not matter.</param>
    /// <param name="truth">What makes shares of the annotations' boxes.</param>
    public BoxMap? Best(IEnumerable<BoxMap> sizes, BoxMap truth)
    {
        if (TruthBoxes == 0) return null;
        BoxMap[] tried = [.. sizes.Prepend(BoxMap.Identity).SelectMany(s => Forms.Select(f => s with { Form = f }))];
        BoxMap best = tried.MaxBy(m => BestIoUs(m, truth).Average())!;
        (double asIs, double mended) = (Share(BoxMap.Identity, truth), Share(best, truth));
        return mended >= asIs + ClearGain && mended >= ClearFactor * asIs ? best : null;
    }

    /// <summary>What the annotations' four numbers mean, if the file's boxes are as they should be; null where no form is clearly
    /// better.</summary>
    /// <param name="scale">What makes shares of the annotations' coordinates.</param>
    /// <param name="own">The form that the annotations' boxes have by themselves.</param>
    public BoxForm? BestOfTruth(BoxMap scale, BoxForm own)
    {
        if (TruthBoxes == 0) return null;
        BoxForm best = Forms.MaxBy(f => BestIoUs(BoxMap.Identity, scale with { Form = f }).Average());
        double asIs = Share(BoxMap.Identity, scale with { Form = own }), mended = Share(BoxMap.Identity, scale with { Form = best });
        return mended >= asIs + ClearGain && mended >= ClearFactor * asIs ? best : null;
    }

    /// <summary>
    /// By what the file's coordinates are larger than the annotations': the median of the quotients over keyframes with as many boxes in
    /// both, paired from left to right and from top to bottom; null where there are too few.
    /// </summary>
    /// <param name="toCorners">Whether x2 and y2 are compared; else x1 and y1, which mean the same where sizes stand for edges.</param>
    /// <param name="counts">Whether a pair of boxes, the file's first, is to be looked at.</param>
    public (double X, double Y)? Quotient(bool toCorners, Func<Box, Box, bool> counts)
    {
        const int Fewest = 5, MostBoxes = 4;
        const double Smallest = 0.05;
        List<double> xs = [], ys = [];
        foreach (Keyframe keyframe in _keyframes.Values)
        {
            if (keyframe.Truth.Count != keyframe.Found.Count || keyframe.Truth.Count is 0 or > MostBoxes) continue;
            if (!keyframe.Found.Zip(keyframe.Truth).All(p => counts(p.First, p.Second))) continue;
            Add(xs, keyframe, toCorners ? b => b.X2 : b => b.X1);
            Add(ys, keyframe, toCorners ? b => b.Y2 : b => b.Y1);
        }
        return xs.Count >= Fewest && ys.Count >= Fewest ? (Median(xs), Median(ys)) : null;

        static void Add(List<double> quotients, Keyframe keyframe, Func<Box, double> edge)
        {
            foreach ((double truth, double found) in keyframe.Truth.Select(edge).Order().Zip(keyframe.Found.Select(edge).Order()))
            {
                if (truth > 0 && found > 0 && Math.Max(truth, found) > Smallest) quotients.Add(found / truth);
            }
        }

        static double Median(List<double> values)
        {
            values.Sort();
            return values[values.Count / 2];
        }
    }

    IEnumerable<double> BestIoUs(BoxMap file, BoxMap truth)
    {
        foreach (Keyframe keyframe in _keyframes.Values)
        {
            Box[] found = [.. keyframe.Found.Select(b => file.Apply(keyframe.FileVideo, b)).Where(b => b.HasArea)];
            foreach (Box box in keyframe.Truth)
            {
                Box wanted = truth.Apply(keyframe.TruthVideo, box);
                double best = 0;
                foreach (Box other in found)
                {
                    double iou = Box.IoU(wanted, other);
                    if (iou > best) best = iou;
                }
                yield return best;
            }
        }
    }

    sealed record Keyframe(string TruthVideo, string FileVideo)
    {
        public HashSet<Box> Truth { get; } = [];

        public HashSet<Box> Found { get; } = [];
    }
}
