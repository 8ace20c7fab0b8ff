namespace MlAva.Annotations;

/// <summary>
/// A set of labelled keyframes, grouped, merged and joined with proposals exactly as MMAction2's AVADataset does it (reference
/// specification §6.3, §6.4): keyframes in order of first appearance, boxes merged by equality of their four coordinates.
/// </summary>
public sealed class AvaDataset
{
    AvaDataset(AvaDatasetOptions options, LabelMap? labelMap, IReadOnlyList<AvaKeyframe> keyframes, int keyframesBeforeExclusion,
        int keyframesWithoutProposals, SkippedItems skipped)
    {
        Skipped = skipped;
        Options = options;
        LabelMap = labelMap;
        Keyframes = keyframes;
        KeyframesBeforeExclusion = keyframesBeforeExclusion;
        KeyframesWithoutProposals = keyframesWithoutProposals;
        ActionIds = options.CustomClasses is { } custom ? [0, .. custom] : [.. Enumerable.Range(0, options.NumClasses)];
    }

    /// <summary>How the set was loaded.</summary>
    public AvaDatasetOptions Options { get; }

    /// <summary>The label map, or null where none was given.</summary>
    public LabelMap? LabelMap { get; }

    /// <summary>The keyframes, in order of first appearance.</summary>
    public IReadOnlyList<AvaKeyframe> Keyframes { get; }

    /// <summary>How many keyframes there were before those excluded from training were taken out.</summary>
    public int KeyframesBeforeExclusion { get; }

    /// <summary>
    /// How many of <see cref="Keyframes"/> have no entry in the proposals, so that the whole frame stands in
    /// (<see cref="KeyframeProposals.WholeFrame"/>); 0 where the set was loaded without proposals. Many of them are a sign that the
    /// proposals belong to other videos or another split.
    /// </summary>
    public int KeyframesWithoutProposals { get; }

    /// <summary>Rows and proposals that could not be used and were left out (<see cref="AvaDatasetOptions.OnError"/>).</summary>
    public SkippedItems Skipped { get; }

    /// <summary>Columns of a label vector.</summary>
    public int NumClasses => Options.NumClasses;

    /// <summary>The label map's id of every class: itself, or with custom classes the id in the original numbering. Entry 0 is 0.</summary>
    public IReadOnlyList<int> ActionIds { get; }

    /// <summary>Reads the files that the options name.</summary>
    /// <param name="options">What to read and how.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    /// <exception cref="AnnotationFormatException">
    /// A file cannot be read, a row's action has no class (with the row), or the annotation file has no rows with a box.
    /// </exception>
    public static AvaDataset Load(AvaDatasetOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        LabelMap? labelMap = options.LabelMapPath is { } labels ? LabelMap.Read(labels) : null;
        CheckCustomClasses(options, labelMap);
        ExcludedTimestamps? excluded = options.ExcludePath is { } exclude && !options.TestMode ? ExcludedTimestamps.Read(exclude) : null;
        SkippedItems skipped = new();
        Action<AnnotationFormatException>? refused = options.OnError == OnError.Skip ? e => skipped.Add(e.Message, e) : null;
        Proposals? proposals = options.ProposalPath is { } path ? ProposalFile.Read(path, refused, cancellation) : null;
        return Build(options, RowsOf(options.AnnotationPath, refused, cancellation), labelMap, excluded, proposals, skipped);
    }

    /// <summary>Builds a set from what is in memory already. The options' paths are only used in messages.</summary>
    /// <param name="options">How to build.</param>
    /// <param name="rows">The annotation rows, in order.</param>
    /// <param name="labelMap">The label map, or null.</param>
    /// <param name="excluded">Keyframes to leave out of training, or null; not used in test mode.</param>
    /// <param name="proposals">The person boxes, or null for a set without proposals.</param>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    /// <exception cref="AnnotationFormatException">A row's action has no class; with the row's number, counted from 1.</exception>
    public static AvaDataset FromRows(AvaDatasetOptions options, IEnumerable<AnnotationRow> rows, LabelMap? labelMap = null,
        ExcludedTimestamps? excluded = null, Proposals? proposals = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(rows);
        options.Validate();
        CheckCustomClasses(options, labelMap);
        return Build(options, rows.Select((row, i) => (i + 1L, row)), labelMap, options.TestMode ? null : excluded, proposals, new());
    }

    static IEnumerable<(long Row, AnnotationRow Value)> RowsOf(
        string path, Action<AnnotationFormatException>? refused, CancellationToken cancellation)
    {
        bool hasRows = false, hasEmptyKeyframes = false;
        foreach ((long Row, AnnotationRow Value) row in AnnotationFile.EnumerateNumbered(
            path, _ => hasEmptyKeyframes = true, null, refused, cancellation))
        {
            hasRows = true;
            yield return row;
        }
        if (hasRows) yield break;
        throw new AnnotationFormatException(path, 0, hasEmptyKeyframes ? "no rows but keyframes with nobody in them" : "no rows",
            "one row for each action of a box (video, seconds, x1, y1, x2, y2, action, person)",
            "check that this is the annotation file and that it was written or downloaded whole");
    }

    static void CheckCustomClasses(AvaDatasetOptions options, LabelMap? labelMap)
    {
        if (labelMap is null || options.CustomClasses is not { } custom) return;
        int[] missing = [.. custom.Where(c => !labelMap.Contains(c))];
        if (missing.Length > 0)
        {
            throw new ArgumentException(
                $"{nameof(options.CustomClasses)} names {string.Join(", ", missing)}, which the label map {options.LabelMapPath} lacks; "
                + "AVA's 80-class map has all, its 60-class map has not.", nameof(options));
        }
    }

    static AvaDataset Build(AvaDatasetOptions options, IEnumerable<(long Row, AnnotationRow Value)> rows, LabelMap? labelMap,
        ExcludedTimestamps? excluded, Proposals? proposals, SkippedItems skipped)
    {
        Dictionary<int, int>? customClass = options.CustomClasses?.Select((id, i) => (id, i)).ToDictionary(p => p.id, p => p.i + 1);
        OrderedDictionary<KeyframeKey, Group> groups = [];
        foreach ((long number, AnnotationRow row) in rows)
        {
            int label = row.ActionId;
            if (customClass is not null)
            {
                if (!customClass.TryGetValue(label, out label)) continue;
            }
            if (Fault(options, labelMap, customClass is null ? label : null, number, row.Box) is { } fault)
            {
                if (options.OnError == OnError.Fail) throw fault;
                skipped.Add(fault.Message, fault);
                continue;
            }
            if (!groups.TryGetValue(row.Key, out Group? group)) groups[row.Key] = group = new();
            group.Add(row, label);
        }
        List<AvaKeyframe> keyframes = new(groups.Count);
        int withoutProposals = 0;
        foreach ((KeyframeKey key, Group group) in groups)
        {
            if (excluded?.Contains(key) == true) continue;
            KeyframeProposals? found = null;
            if (proposals?.TryGet(key, out found) == true)
                found = Usable(options, key, found!, skipped).Select(options.PersonScoreThreshold, options.MaxProposals);
            else if (proposals is not null)
            {
                found = KeyframeProposals.WholeFrame;
                withoutProposals++;
            }
            keyframes.Add(group.ToKeyframe(key, found));
        }
        return new(options, labelMap, keyframes, groups.Count, withoutProposals, skipped);
    }

    static AnnotationFormatException? Fault(AvaDatasetOptions options, LabelMap? labelMap, int? action, long row, Box box) =>
        (action is { } given ? ActionFault(options, labelMap, row, given) : null) ?? BoxFault(options, row, box);

    static AnnotationFormatException? ActionFault(AvaDatasetOptions options, LabelMap? labelMap, long row, int action)
    {
        if (action >= options.NumClasses || action < 1)
        {
            return new(options.AnnotationPath, row, $"action {action}",
                $"an action id of 1 to {options.NumClasses - 1}, as there are {options.NumClasses} classes",
                "set the number of classes to the largest action id + 1, or correct the row");
        }
        if (labelMap is null || labelMap.Contains(action) || (action < labelMap.MaxId && options.UnlistedActions == UnlistedActions.Keep))
        {
            return null;
        }
        return new(options.AnnotationPath, row, $"action {action}",
            $"an action of the label map {options.LabelMapPath}, whose ids go up to {labelMap.MaxId}",
            "add the action to the label map, or correct the row");
    }

    static AnnotationFormatException? BoxFault(AvaDatasetOptions options, long row, Box box)
    {
        double lowest = Math.Min(Math.Min(box.X1, box.Y1), Math.Min(box.X2, box.Y2));
        double highest = Math.Max(Math.Max(box.X1, box.Y1), Math.Max(box.X2, box.Y2));
        if (options.RefusePixelBoxes && !(lowest >= -1 && highest <= 2))
        {
            return new(options.AnnotationPath, row, Describe(box), "coordinates normalised to 0–1",
                "if they are pixels, divide x by the frame's width and y by its height");
        }
        return options.RefuseInvertedBoxes && IsInverted(box)
            ? new(options.AnnotationPath, row, Describe(box), "corners in order: x1 up to x2, y1 up to y2",
                "exchange the corners, or take the row out; if the columns are x, y, width, height, write x1, y1, x1 + width, y1 + height")
            : null;
    }

    /// <summary>The proposals of a keyframe without those that cannot be used, where that is allowed.</summary>
    static KeyframeProposals Usable(AvaDatasetOptions options, KeyframeKey key, KeyframeProposals found, SkippedItems skipped)
    {
        string file = options.ProposalPath ?? "proposals";
        if (options.Compatibility == Compatibility.MMAction2 && (found.Scores is null || found.Count == 0))
        {
            // Its step Collect asks for scores, its threshold for their maximum.
            throw new AnnotationFormatException(file, 0, $"{(found.Count == 0 ? "no boxes" : "boxes without scores")} under key '{key}'",
                "boxes of five numbers, with the person detector's score, as the reference does",
                $"give every box a score, or leave {nameof(Compatibility)} out: boxes without scores then count as certain");
        }
        if (!options.RefuseInvertedBoxes || !Array.Exists(found.Boxes, IsInverted)) return found;
        int[] kept = [.. Enumerable.Range(0, found.Count).Where(i => !IsInverted(found.Boxes[i]))];
        foreach (Box box in found.Boxes.Where(IsInverted))
        {
            AnnotationFormatException fault = new(
                file, 0, $"{Describe(box)} under key '{key}'", "corners in order: x1 up to x2, y1 up to y2",
                "exchange the corners, or take the box out");
            if (options.OnError == OnError.Fail) throw fault;
            skipped.Add(fault.Message, fault);
        }
        return new(Array.ConvertAll(kept, i => found.Boxes[i]), found.Scores is { } scores ? Array.ConvertAll(kept, i => scores[i]) : null,
            found.IsSinglePrecision);
    }

    static bool IsInverted(Box box) => box.X1 > box.X2 || box.Y1 > box.Y2;

    static string Describe(Box box) => FormattableString.Invariant($"the box ({box.X1}, {box.Y1}, {box.X2}, {box.Y2})");

    /// <summary>A keyframe while its rows come in; they need not stand together in the file.</summary>
    sealed class Group
    {
        readonly OrderedDictionary<Box, (List<int> Classes, int Entity)> _boxes = [];

        public void Add(AnnotationRow row, int label)
        {
            if (!_boxes.TryGetValue(row.Box, out var box)) _boxes[row.Box] = box = ([], row.PersonId);
            if (!box.Classes.Contains(label)) box.Classes.Add(label);
        }

        public AvaKeyframe ToKeyframe(KeyframeKey key, KeyframeProposals? proposals) => new(
            key, [.. _boxes.Keys], [.. _boxes.Values.Select(b => b.Classes.ToArray())], [.. _boxes.Values.Select(b => b.Entity)],
                proposals);
    }
}
