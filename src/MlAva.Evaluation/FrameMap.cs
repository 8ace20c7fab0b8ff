using MlAva.Annotations;

namespace MlAva.Evaluation;

/// <summary>
/// Frame-mAP as AVA defines it (reference specification §8): for each class, all detections of all keyframes ranked by score, each a true
/// positive if the ground-truth box it overlaps most is free and overlaps enough; average precision over recall; the mean over classes.
/// </summary>
public static class FrameMap
{
    /// <summary>Evaluates detections. Keyframes are processed in order of their first detection of an evaluated class.</summary>
    /// <param name="groundTruth">Ground truth, normalised boxes. Rows of classes that are not evaluated are counted and left out.</param>
    /// <param name="detections">
    /// Detections in the order of their file, which decides among equal scores. Boxes in the unit of the ground truth. Rows of classes
    /// that are not evaluated are counted and left out.
    /// </param>
    /// <param name="classes">The classes to evaluate; the last entry of an id counts.</param>
    /// <param name="excluded">
    /// Keyframes that are not evaluated (AVA's excluded timestamps); null for none. <see cref="MatchingProtocol.Official2020"/> knows
    /// none and says so in a remark.
    /// </param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="emptyKeyframes">
    /// Keyframes that were annotated and show nobody (AVA-Kinetics' two-column rows). They matter only to
    /// <see cref="EvaluationSet.Named"/>, which leaves out detections on keyframes that the ground truth does not name.
    /// </param>
    /// <param name="keyframes">The list for <see cref="EvaluationSet.Listed"/> or <see cref="EvaluationSet.Proposals"/>; else null.</param>
    /// <param name="cancellationToken">Ends the evaluation early.</param>
    /// <exception cref="ArgumentException">
    /// An option is out of range, there are no classes, a class id is less than 1, a custom class is not among the classes, or the set of
    /// keyframes and the list do not go together.
    /// </exception>
    /// <exception cref="AnnotationFormatException">
    /// A ground-truth box that has to be compared with a detection is inverted, a score is NaN, or a timestamp is not finite; by
    /// <see cref="MatchingProtocol.MMAction2V1"/>, a detection is inverted.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static FrameMapResult Evaluate(
        IEnumerable<AnnotationRow> groundTruth,
        IEnumerable<DetectionRow> detections,
        IReadOnlyList<LabelMapEntry> classes,
        IEnumerable<KeyframeKey>? excluded = null,
        FrameMapOptions? options = null,
        IEnumerable<KeyframeKey>? emptyKeyframes = null,
        IEnumerable<KeyframeKey>? keyframes = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(groundTruth);
        ArgumentNullException.ThrowIfNull(detections);
        EvaluationRun run = new(classes, options ?? new(), "ground truth", "detections", cancellationToken);
        run.Begin(excluded, keyframes);
        run.Reader.ReadGroundTruth(groundTruth.Select((row, i) => (i + 1L, row)), () => emptyKeyframes ?? []);
        run.Reader.ReadDetections(detections);
        return run.Finish();
    }

    /// <summary>
    /// Evaluates files. Files are streamed: memory grows with the detections that count, not with the file, and the file is read on
    /// several threads. Figures are those of <see cref="Evaluate"/>; errors name file and line.
    /// </summary>
    /// <param name="files">Where ground truth and the rest are.</param>
    /// <param name="classes">The classes to evaluate, such as a <see cref="LabelMap"/>; the last entry of an id counts.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="detections">Detections as rows where <see cref="FrameMapFiles.Detections"/> names no file; else null.</param>
    /// <param name="progress">Told of each part of the detections file read; null for nobody.</param>
    /// <param name="cancellationToken">Ends the evaluation early.</param>
    /// <exception cref="ArgumentException">As <see cref="Evaluate"/>; or detections are given both as file and as rows, or neither.</exception>
    /// <exception cref="AnnotationFormatException">
    /// As <see cref="Evaluate"/>; or a file cannot be read. A byte order mark is passed over with a remark, but is an error by the
    /// official protocols, whose evaluators lose the row that it stands before.
    /// </exception>
    /// <exception cref="IOException">A file is not there.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static FrameMapResult EvaluateFiles(
        FrameMapFiles files,
        IReadOnlyList<LabelMapEntry> classes,
        FrameMapOptions? options = null,
        IEnumerable<DetectionRow>? detections = null,
        IProgress<EvaluationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        if (files.Detections is null == detections is null)
            throw new ArgumentException("Detections are needed either as a file or as rows.", nameof(detections));
        if (files.Keyframes is not null && files.Proposals is not null)
            throw new ArgumentException("Keyframes to evaluate are given both as a list and as proposals; give one.", nameof(files));
        options ??= new();
        if (options.EvaluationSet == EvaluationSet.Protocol && files.Keyframes is not null)
            options = options with { EvaluationSet = EvaluationSet.Listed };
        if (options.EvaluationSet == EvaluationSet.Protocol && files.Proposals is not null)
            options = options with { EvaluationSet = EvaluationSet.Proposals };

        EvaluationRun run = new(classes, options, files.Annotations, files.Detections ?? "detections", cancellationToken);
        run.Begin(
            files.Exclude is { } exclude ? ExcludedTimestamps.Read(exclude).Keys : null,
            files.Keyframes is { } list ? ExcludedTimestamps.Read(list).Keys
            : files.Proposals is { } proposals ? ProposalFile.Read(proposals, cancellationToken).Keys : null);
        List<KeyframeKey> empty = [];
        run.Reader.ReadGroundTruth(
            AnnotationFile.EnumerateNumbered(
                files.Annotations, empty.Add, () => run.MeetByteOrderMark(files.Annotations), cancellation: cancellationToken),
                () => empty);
        if (detections is not null) run.Reader.ReadDetections(detections);
        else run.Reader.ReadDetections(files.Detections!, progress, () => run.MeetByteOrderMark(files.Detections!));
        return run.Finish();
    }
}
