using MlAva.Annotations;

namespace MlAva.Diagnostics;

/// <summary>Everything that is known about the data set under examination.</summary>
sealed class ExaminedSet
{
    ExaminedSet(DataDoctorOptions options, TruthFile truth) => (Options, Truth) = (options, truth);

    public DataDoctorOptions Options { get; }

    public TruthFile Truth { get; }

    public LooseLabelMap? Labels { get; private set; }

    public ResultFile? Result { get; private set; }

    public ProposalSet? Proposals { get; private set; }

    public KeyFile? Exclusions { get; private set; }

    public TruthFile? Validation { get; private set; }

    public FrameLook? Frames { get; private set; }

    public TimeAxis? Axis { get; private set; }

    /// <summary>How the keyframes of the other files meet those of the annotations.</summary>
    public KeyMatch? ResultKeys { get; private set; }

    public KeyMatch? ProposalKeys { get; private set; }

    public KeyMatch? ExclusionKeys { get; private set; }

    public BoxFit? ResultFit { get; private set; }

    public BoxFit? ProposalFit { get; private set; }

    public Trials? Trials { get; private set; }

    /// <summary>Why the strict readers refuse a file, by its path; files that they read are not in it.</summary>
    public Dictionary<string, AnnotationFormatException> Refusals { get; } = [];

    /// <summary>Keyframes that are evaluated and trained with: those with a box that are not excluded.</summary>
    public HashSet<int> Wanted { get; } = [];

    /// <exception cref="AnnotationFormatException">A file is not what it is given as, and nothing can be made of it.</exception>
    public static ExaminedSet Read(DataDoctorOptions options, CancellationToken cancellation)
    {
        LooseLabelMap? labels = options.LabelMapPath is { } map ? LooseLabelMap.Read(map) : null;
        ExaminedSet set = new(options, TruthFile.Read(options.AnnotationPath, DataRole.Annotations, labels?.Names, options, cancellation))
        {
            Labels = labels,
            Exclusions = options.ExcludePath is { } exclude ? KeyFile.Read(exclude, options, cancellation) : null,
            Proposals = options.ProposalPath is { } proposals ? ProposalSet.Read(proposals, options, cancellation) : null,
            Validation = options.ValAnnotationPath is { } other
                ? TruthFile.Read(other, DataRole.Validation, labels?.Names, options, cancellation) : null,
            Result = options.DetectionPath is { } detections ? ResultFile.Read(detections, labels?.Names, options, cancellation) : null,
        };
        set.AskStrictReaders(cancellation);
        set.Compare(cancellation);
        return set;
    }

    public IReadOnlyList<DataFileTally> Tallies() =>
    [
        Truth.Tally(), .. Result is null ? (DataFileTally[])[] : [Result.Tally()],
            .. Proposals is null ? (DataFileTally[])[] : [Proposals.Tally()],
        .. Exclusions is null ? (DataFileTally[])[] : [Exclusions.Tally()],
            .. Validation is null ? (DataFileTally[])[] : [Validation.Tally()],
    ];

    void AskStrictReaders(CancellationToken cancellation)
    {
        Options.Progress?.Report(new("asking the strict readers", 0));
        if (Labels?.Refusal is { } refusal) Refusals[Labels.Path] = refusal;
        Ask(Options.AnnotationPath, p => { foreach (AnnotationRow _ in AnnotationFile.Enumerate(p, null, cancellation)) { } });
        Ask(Options.ValAnnotationPath, p => { foreach (AnnotationRow _ in AnnotationFile.Enumerate(p, null, cancellation)) { } });
        Ask(Options.DetectionPath, p => { foreach (DetectionRow _ in DetectionFile.Enumerate(p, cancellation)) { } });
        Ask(Options.ExcludePath, p => ExcludedTimestamps.Read(p));
        Ask(Options.ProposalPath, p => ProposalFile.Read(p, cancellation));
    }

    void Ask(string? path, Action<string> read)
    {
        if (path is null) return;
        try
        {
            read(path);
        }
        catch (AnnotationFormatException e)
        {
            Refusals[path] = e;
        }
    }

    void Compare(CancellationToken cancellation)
    {
        Options.Progress?.Report(new("comparing keyframes", 0));
        double fps = Options.Fps;
        // Excluded keyframes need not be labelled: that none is says nothing about their times.
        ExclusionKeys = Exclusions is null ? null : KeyMatch.Of(Truth.Keys, Exclusions.Keys, null);
        ProposalKeys = Proposals is null ? null : KeyMatch.Of(Truth.Keys, Proposals.Keys, fps);
        ResultKeys = Result is null ? null : KeyMatch.Of(Truth.Keys, Result.Keys, fps);
        foreach (TruthRow row in Truth.Rows)
        {
            KeyframeKey key = Truth.Keys[row.Keyframe];
            if (Exclusions?.Keys.Contains(key.VideoId, key.Timestamp) != true) Wanted.Add(row.Keyframe);
        }
        if (Truth.Keys.Count > 0)
            Axis = TimeAxis.Of(Enumerable.Range(0, Truth.Keys.Count).Select(i => Truth.Keys[i].Timestamp), Options.TimestampStart);
        if (Options.FramesFolder is { } folder && Axis is { } axis) Frames = FrameLook.At(folder, Truth.Keys, Options, axis, cancellation);
        if (Proposals is not null)
        {
            ProposalFit = BoxFit.Of(Truth, Proposals.Keys, ProposalKeys!.Map);
            for (int i = 0; i < Proposals.Keys.Count; i++)
            {
                (string video, double time) = Proposals.Keys[i];
                int keyframe = Truth.Keys.Find(ProposalKeys.Map.VideoOf(video), ProposalKeys.Map.TimeOf(time));
                foreach (Box box in Proposals.Find(i)?.Boxes ?? []) ProposalFit.Add(keyframe, box);
            }
        }
        if (Result is null) return;
        ResultFit = BoxFit.Of(Truth, Result.Keys, ResultKeys!.Map);
        DetectionSample sample =
            DetectionSample.Read(Result, ResultKeys.Map, ResultFit, Truth.Keys, Labels?.Names, Options, cancellation);
        Trials = new(Truth, Labels, Exclusions?.Keys, sample, cancellation);
    }
}
