using MlAva.Annotations;
using static System.FormattableString;

namespace MlAva.Diagnostics;

/// <summary>Whether boxes are corners in shares of the frame, and where they are not, what they are.</summary>
static class BoxChecks
{
    /// <summary>Shares of boxes: fewer are slips, more are another unit or form.</summary>
    const double Few = 0.05, Nearly = 0.95;

    /// <summary>Where all coordinates are below this, they were divided by the frame's size twice.</summary>
    const double TooSmall = 0.02;

    const double Slack = 0.02;

    /// <summary>Gives what makes shares of the proposals' boxes.</summary>
    public static BoxMap Look(ExaminedSet set, FindingList found)
    {
        BoxMap truth = TruthMap(set);
        Report(set, found, DataRole.Annotations, set.Truth.Path, set.Truth.Boxes, truth, m => m with { TruthBoxes = truth });
        if (set.Result is { } result)
        {
            BoxMap map = FileMap(set, result.Boxes, set.ResultFit!, truth);
            Report(set, found, DataRole.Detections, result.Path, result.Boxes, map, m => m with { DetectionBoxes = map });
        }
        if (set.Proposals is not { } proposals) return BoxMap.Identity;
        BoxMap proposed = FileMap(set, proposals.Boxes, set.ProposalFit!, truth);
        Report(set, found, DataRole.Proposals, proposals.Path, proposals.Boxes, proposed, null);
        return proposed;
    }

    /// <summary>What makes shares of the annotations' boxes, by what they look like and what the other files' say.</summary>
    static BoxMap TruthMap(ExaminedSet set)
    {
        BoxTally boxes = set.Truth.Boxes;
        if (boxes.Count == 0) return BoxMap.Identity;
        bool isSmall = IsSmall(boxes);
        BoxMap scale = BoxMap.Identity;
        if (boxes.Pixels.Count > 0 || isSmall)
        {
            (BoxFit? Fit, BoxTally? Boxes)[] others = [(set.ResultFit, set.Result?.Boxes), (set.ProposalFit, set.Proposals?.Boxes)];
            IEnumerable<(double X, double Y)?> quotients = others
                .Where(f => f.Fit is not null && f.Boxes!.PixelShare < Few && !IsSmall(f.Boxes))
                .Select(f => f.Fit!.Quotient(true, (_, t) => isSmall || BoxTally.IsPixels(t)));
            (double X, double Y)? quotient = quotients.FirstOrDefault(q => q is not null);
            scale = quotient is { } q ? Sized(FrameSizes.Snap((1 / q.X, 1 / q.Y)), boxes)
                : Sizes(set, boxes).FirstOrDefault(BoxMap.Identity);
        }
        BoxForm own = OwnForm(boxes, scale);
        BoxForm?[] meant = [.. ((BoxFit?[])[set.ResultFit, set.ProposalFit]).Where(f => f is { TruthBoxes: > 0 })
            .Select(f => f!.BestOfTruth(scale, own))];
        // One file against another does not tell which of them is odd; two against one do, and so do boxes that are none.
        bool isTruthOdd = meant.Length > 0 && meant[0] is not null
            && (meant.Length > 1 ? meant[0] == meant[1] : boxes.InvertedShare >= Few);
        return scale with { Form = isTruthOdd ? meant[0]!.Value : own };
    }

    static BoxMap FileMap(ExaminedSet set, BoxTally boxes, BoxFit fit, BoxMap truth)
    {
        if (boxes.Count == 0) return BoxMap.Identity;
        List<BoxMap> sizes = [];
        bool isSmall = IsSmall(boxes), isScaled = boxes.Pixels.Count > Few * boxes.Count || isSmall;
        if (isScaled)
        {
            foreach (bool toCorners in (bool[])[true, false])
            {
                // The annotations' own scale, where they have one, times how much larger the file's coordinates are.
                if (fit.Quotient(toCorners, (f, _) => isSmall || BoxTally.IsPixels(f)) is { } q)
                    sizes.Add(Sized(FrameSizes.Snap((q.X * truth.Width, q.Y * truth.Height)), boxes));
            }
            sizes.AddRange(Sizes(set, boxes));
        }
        if (fit.Best(sizes, truth) is { } best) return best;
        // Nothing in common to judge by, or nothing that fits: what the boxes themselves look like.
        BoxMap scale = sizes.FirstOrDefault(BoxMap.Identity);
        bool isJudged = fit.TruthBoxes > 0 && fit.Share(BoxMap.Identity, truth) > 0.5;
        return isJudged ? BoxMap.Identity : scale with { Form = OwnForm(boxes, scale) };
    }

    static bool IsSmall(BoxTally boxes) => boxes is { Count: > 0, Largest: { X: > 0 and < TooSmall, Y: < TooSmall } };

    static BoxMap Sized((double Width, double Height) size, BoxTally boxes) =>
        new(BoxForm.Corners, size.Width, size.Height, OnlyPixels: boxes.PixelShare is > 0 and < Nearly);

    /// <summary>Frame sizes to try: those on disk where they hold the boxes, then usual ones, tightest first.</summary>
    static IEnumerable<BoxMap> Sizes(ExaminedSet set, BoxTally boxes)
    {
        const int MostUsual = 6;
        (double x, double y) = boxes.Largest;
        if (IsSmall(boxes))
        {
            if (set.Frames?.Sizes.Values.FirstOrDefault() is { Width: > 0 } frame)
                yield return new(BoxForm.Corners, 1 / frame.Width, 1 / frame.Height);
            yield break;
        }
        if (set.Frames is { Sizes.Count: > 0 } frames)
        {
            (double width, double height) = frames.Sizes.Values.GroupBy(s => s).MaxBy(g => g.Count())!.Key;
            bool holds = x <= frames.Sizes.Values.Max(s => s.Width) * (1 + Slack)
                && y <= frames.Sizes.Values.Max(s => s.Height) * (1 + Slack);
            bool isOne = frames.Sizes.Values.Distinct().Count() == 1;
            if (holds) yield return Sized((width, height), boxes) with { Sizes = isOne ? null : frames.Sizes };
        }
        foreach ((double, double) size in FrameSizes.Holding(x, y).Take(MostUsual)) yield return Sized(size, boxes);
        yield return Sized((Math.Ceiling(x), Math.Ceiling(y)), boxes);
    }

    /// <summary>What the four numbers mean, by what they are alone.</summary>
    static BoxForm OwnForm(BoxTally boxes, BoxMap scale)
    {
        if (boxes.InvertedShare < Few) return BoxForm.Corners;
        Box[] sample = [.. boxes.Sample.Select(s => (scale with { Form = BoxForm.Corners }).Apply(s.Video, s.Box))];
        bool areSizes = sample.Count(b => b.X1 + b.X2 <= 1 + Slack && b.Y1 + b.Y2 <= 1 + Slack) >= Nearly * sample.Length;
        bool areMiddles = sample.Count(b => b.X1 - b.X2 / 2 >= -Slack && b.X1 + b.X2 / 2 <= 1 + Slack
            && b.Y1 - b.Y2 / 2 >= -Slack && b.Y1 + b.Y2 / 2 <= 1 + Slack) >= Nearly * sample.Length;
        return areSizes ? BoxForm.WidthHeight : areMiddles ? BoxForm.MiddleSize : BoxForm.AnyCorners;
    }

    static void Report(
        ExaminedSet set, FindingList found, DataRole role, string path, BoxTally boxes, BoxMap map, Func<Mending, Mending>? remedy)
    {
        string name = role.Name();
        bool isTruth = role == DataRole.Annotations;
        string part = FindingList.Part(boxes.Pixels.Count, boxes.Count);
        if (map.Scales || boxes.Pixels.Count > 0)
        {
            bool isSmall = map.Scales && boxes.Pixels.Count == 0;
            string size = map.Sizes is not null ? "the frame size of each video"
                : Invariant($"{map.Width:0.######} × {map.Height:0.######}");
            string fits = !map.Scales ? "no size that fits is known" : isSmall
                ? Invariant($"they look divided by the frame's size twice; multiplied by {1 / map.Width:0} and {1 / map.Height:0} they fit")
                : $"divided by {size} they fit";
            double share = isSmall ? 1 : boxes.PixelShare;
            // Training refuses annotations in pixels; elsewhere a few boxes far out are slips.
            bool isBroken = isTruth && !isSmall;
            DataSeverity severity = isBroken ? DataSeverity.Broken : share > Few ? DataSeverity.LikelyCause : DataSeverity.Remark;
            found.Add(new()
            {
                Severity = severity, Code = isSmall ? "boxes-too-small" : "boxes-in-pixels", File = path,
                Likelihood = severity == DataSeverity.Remark ? 0.1 : role == DataRole.Proposals ? 0.8 + 0.1 * share : 0.88 + 0.1 * share,
                Sentence = isSmall ? Invariant($"no coordinate of the {name} is above {boxes.Largest.X:0.####}: {fits}")
                    : $"{part} boxes of the {name} are not in 0–1 but in pixels "
                    + Invariant($"(largest x {boxes.Largest.X:0.##}, largest y {boxes.Largest.Y:0.##}): {fits}"),
                Counts = [("boxes", boxes.Count), ("affected", isSmall ? boxes.Count : boxes.Pixels.Count), ("largestX", boxes.Largest.X),
                    ("largestY", boxes.Largest.Y), ("width", map.Scales ? map.Width : double.NaN),
                    ("height", map.Scales ? map.Height : double.NaN)],
                Evidence = boxes.Pixels.Rows,
                Mend = !map.Scales ? "divide x by the frame's width and y by its height"
                    : map.Sizes is not null ? "divide x by the width and y by the height of each video's frames"
                    : MendCommand.IsPickle(path)
                    ? Invariant($"in Python: boxes[:, [0, 2]] /= {map.Width:0.########}; boxes[:, [1, 3]] /= {map.Height:0.########}, ")
                    + "for the boxes of every key"
                    : ScaleCommand(path, map),
                Remedy = map.Scales && severity != DataSeverity.Remark ? remedy : null,
            });
        }
        if (map.Form != BoxForm.Corners)
        {
            bool isInverted = boxes.InvertedShare >= Few;
            found.Add(new()
            {
                Severity = DataSeverity.LikelyCause, File = path,
                Code = map.Form switch
                {
                    BoxForm.AnyCorners => "boxes-inverted", BoxForm.WidthHeight => "boxes-xywh", BoxForm.MiddleSize => "boxes-cxcywh",
                    _ => "boxes-column-order",
                },
                Likelihood = role == DataRole.Proposals ? 0.85 : 0.93,
                Sentence = $"the four numbers of the {name}' boxes look like {map.Form.Describe()}, not x1, y1, x2, y2"
                    + (isInverted ? $": {FindingList.Part(boxes.Inverted.Count, boxes.Count)} have x1 > x2 or y1 > y2"
                    : ", or the other way round in the annotations, by how both overlap"),
                Counts = [("boxes", boxes.Count), ("affected", boxes.Inverted.Count)], Evidence = boxes.Inverted.Rows,
                Mend = MendCommand.AwkOr(path, map.Form.ToAwk(), "write the boxes as x1, y1, x2, y2"),
                Remedy = remedy,
            });
        }
        else if (boxes.Inverted.Count > 0)
        {
            found.Add(new()
            {
                Severity = DataSeverity.Remark, Code = "boxes-inverted", File = path, Likelihood = 0.15,
                Sentence = $"{FindingList.Part(boxes.Inverted.Count, boxes.Count)} boxes of the {name} have x1 > x2 or y1 > y2; "
                    + (isTruth ? "the evaluation stops at the first one that it has to compare" : "the evaluation leaves them out"),
                Counts = [("boxes", boxes.Count), ("affected", boxes.Inverted.Count)], Evidence = boxes.Inverted.Rows,
                Mend = MendCommand.AwkOr(path, BoxForm.AnyCorners.ToAwk(), "write the smaller x and y of each box first"),
                Remedy = remedy is null ? null : isTruth ? m => m with { TruthBoxes = m.TruthBoxes with { Form = BoxForm.AnyCorners } }
                    : m => m with { DetectionBoxes = m.DetectionBoxes with { Form = BoxForm.AnyCorners } },
            });
        }
        Slips(found, path, name, boxes, isTruth, set.Options);
    }

    static string ScaleCommand(string path, BoxMap map)
    {
        (string width, string height) = (Invariant($"{map.Width:0.########}"), Invariant($"{map.Height:0.########}"));
        string divisions = map.Form switch
        {
            BoxForm.YFirst => $"$3/={height};$5/={height};$4/={width};$6/={width}",
            BoxForm.XXYY => $"$3/={width};$4/={width};$5/={height};$6/={height}",
            _ => $"$3/={width};$5/={width};$4/={height};$6/={height}",
        };
        return MendCommand.Awk(path, map.OnlyPixels ? $"if($3>2||$4>2||$5>2||$6>2){{{divisions}}}" : divisions);
    }

    static void Slips(FindingList found, string path, string name, BoxTally boxes, bool isTruth, DataDoctorOptions options)
    {
        if (boxes.Outside.Count > 0)
        {
            found.Add(new()
            {
                Severity = DataSeverity.Remark, Code = "boxes-out-of-frame", File = path, Likelihood = 0.05,
                Sentence = $"{FindingList.Part(boxes.Outside.Count, boxes.Count)} boxes of the {name} reach out of the frame",
                Counts = [("boxes", boxes.Count), ("affected", boxes.Outside.Count)], Evidence = boxes.Outside.Rows,
                Mend = "cut them to 0–1",
            });
        }
        if (boxes.Empty.Count == 0) return;
        bool areMany = boxes.Empty.Count * 2 > boxes.Count;
        found.Add(new()
        {
            Severity = areMany ? DataSeverity.LikelyCause : DataSeverity.Remark, Code = "boxes-without-area", File = path,
            Likelihood = areMany ? 0.9 : 0.05,
            Sentence = $"{FindingList.Part(boxes.Empty.Count, boxes.Count)} boxes of the {name} have no width or no height: "
                + (isTruth ? "they count as missed" : "they find nobody"),
            Counts = [("boxes", boxes.Count), ("affected", boxes.Empty.Count)],
            Evidence = boxes.Empty.Rows.Take(options.EvidenceRows).ToArray(),
            Mend = "look at what wrote them: rounding of small boxes to whole shares, or coordinates that were lost",
        });
    }
}
