using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using MlAva.Annotations;
using MlAva.Diagnostics;
using MlAva.Evaluation;
using MlAva.Networks;
using MlAva.Training;
using MlAva.Transforms;
using MlAva.Video;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava train</c>: trains a detector end to end.</summary>
sealed class TrainCommand
{
    static readonly ActionDetectorOptions Defaults = new();
    static readonly ClipSamplerOptions Sampling = Defaults.Clip.Sampling;
    static readonly ClipAugmentationOptions Augmentation = Defaults.Clip.Augmentation;
    static readonly ResNet3dOptions Backbone = new();

    readonly Option<string> _annotations = Flags.Annotations(), _frames = Flags.Frames(), _labelMap = Flags.LabelMap();
    readonly Option<string?> _proposals = Flags.Proposals(), _exclude = Flags.Exclude();
    readonly Option<string?> _valAnnotations =
        Flags.Optional("--val-annotations", "Annotation csv of the validation set, which is scored after every epoch", "FILE");
    readonly Option<string?> _valProposals = Flags.Proposals("--val-proposals"), _valExclude = Flags.Exclude("--val-exclude");
    readonly Option<string?> _valFrames =
        Flags.Optional("--val-frames", "Frames of the validation set [default: those of --frames]", "FOLDER");
    readonly Option<string> _workDirectory =
        Flags.Required("--work-dir", "Where checkpoint, model.zip, results.csv and metrics.json go", "FOLDER");
    readonly Option<int> _epochs = Flags.WithDefault("--epochs", Defaults.Epochs, "Passes over the data", "N");
    readonly Option<int> _batchSize = Flags.WithDefault("--batch-size", Defaults.BatchSize, "Clips a step", "N");
    readonly Option<double> _rate = Flags.WithDefault("--lr", Defaults.Schedule.LearningRate, "Learning rate after warm-up", "RATE");
    readonly Choice<SchedulePolicy> _schedule = new("--schedule", Defaults.Schedule.Policy, "How the learning rate falls");
    readonly Option<int[]?> _steps =
        Flags.Numbers("--steps", "Epochs at which the rate falls to a tenth " + Default([.. Defaults.Schedule.Steps]), "10,15");
    readonly Option<int> _warmup = Flags.WithDefault("--warmup-epochs", Defaults.Schedule.Warmup, "Epochs of linear warm-up", "N");
    readonly Option<int> _clipLength = Flags.WithDefault("--clip-len", Sampling.ClipLength, "Frames a clip", "N");
    readonly Option<int> _interval =
        Flags.WithDefault("--frame-interval", Sampling.FrameInterval, "Source frames from one clip frame to the next", "N");
    readonly Option<double> _fps = Flags.WithDefault("--fps", Sampling.Fps, "Frames a second in the frame store", "RATE");
    readonly Option<double?> _start =
        Flags.Number("--timestamp-start", "Time of frame 1 [default: 900 if every timestamp is at least 900, else 0]", "SECONDS");
    readonly Option<double?> _end =
        Flags.Number("--timestamp-end", "Time at which frames end [default: 900 s, or a multiple of them, behind the start]", "SECONDS");
    readonly Option<int> _shortSide =
        Flags.WithDefault("--short-side", Defaults.Clip.ShortSide, "Short side of clips for scoring, in pixels", "N");
    readonly Option<int[]?> _rescale =
        Flags.Numbers("--rescale", "Range of the short side in training, in pixels "
            + Default(Augmentation.ShortEdgeMinimum, Augmentation.ShortEdgeMaximum), "256,320");
    readonly Option<int> _crop =
        Flags.WithDefault("--crop", Augmentation.CropSize, "Side of the square cut out in training, in pixels", "N");
    readonly Option<double> _flip =
        Flags.WithDefault("--flip", Augmentation.FlipProbability, "How likely a clip is mirrored in training", "0-1");
    readonly Option<int> _depth = Flags.WithDefault("--depth", Backbone.Depth, "Depth of the SlowOnly backbone", "50|101");
    readonly Option<int> _baseChannels =
        Flags.WithDefault("--base-channels", Backbone.BaseChannels, "Width of the backbone's stem", "N");
    readonly Option<int[]?> _stageBlocks = Flags.Numbers("--stage-blocks", "Blocks of each stage, instead of those of --depth", "3,4,6,3");
    readonly Option<int[]?> _inflate =
        Flags.Numbers("--inflate", "Which stages see neighbouring frames " + Default([.. Backbone.Inflate.Select(i => i ? 1 : 0)]),
            "0,0,1,1");
    readonly Option<int?> _numClasses = Flags.NumClasses();
    readonly Option<double> _personScore = Flags.PersonScore();
    readonly Option<int> _seed =
        Flags.WithDefault("--seed", 0, "Where chance starts; the same seed gives the same weights on one machine", "N");
    readonly Option<bool> _resume = new("--resume") { Description = "Go on from the checkpoint in --work-dir, where there is one" };
    readonly Option<string> _template =
        Flags.WithDefault("--filename-tmpl", FrameTemplate.Default.Pattern, "Names of the frame files", "TEMPLATE");
    readonly Option<int> _threads =
        Flags.WithDefault("--threads", Defaults.LoaderThreads, "Threads that read clips ahead; 0: one less than there are processors", "N");
    readonly Option<int> _checkpointInterval =
        Flags.WithDefault("--checkpoint-interval", Defaults.CheckpointInterval, "Steps between checkpoints; 0: after epochs only", "N");
    readonly Option<int?> _gpu = Flags.Gpu();
    readonly Choice<BeyondEnd> _beyondEnd = Coverage.Option();
    readonly Choice<OnError> _onError = Flags.OnError();
    readonly Option<int> _cache = Flags.WithDefault(
        "--frame-cache", Defaults.CacheMegabytes, "Megabytes of decoded frames kept in memory for later epochs; 0: none", "N");
    readonly Choice<Compatibility> _compatibility =
        new("--compatibility", Compatibility.None, "Whose known faults are mirrored (MMAction2: the same draws in every epoch)");

    public static Command Create() => new TrainCommand().Build();

    Verb Build() => new Verb("train", "Trains an action detector end to end. Defaults are those of MMAction2's SlowOnly R50 4x16 for AVA.",
        "mlava train --annotations train.csv --frames rawframes --label-map labels.pbtxt --proposals train.pkl --work-dir work_dirs/first",
        "mlava train … --val-annotations val.csv --val-proposals val.pkl --epochs 10 --schedule cosine --lr 0.075 --warmup-epochs 2",
        "mlava train … --work-dir work_dirs/first --resume")
    {
        _annotations, _frames, _labelMap, _proposals, _exclude, _valAnnotations, _valProposals, _valExclude, _valFrames, _workDirectory,
        _epochs, _batchSize, _rate, _schedule, _steps, _warmup, _clipLength, _interval, _fps, _start, _end, _shortSide, _rescale, _crop,
        _flip, _depth, _baseChannels, _stageBlocks, _inflate, _numClasses, _personScore, _seed, _resume, _template, _threads,
        _checkpointInterval, _gpu, _beyondEnd, _onError, _cache, _compatibility,
    }.Does(Run);

    int Run(ParseResult parsed, Terminal terminal, CancellationToken token)
    {
        string work = parsed.GetRequiredValue(_workDirectory), checkpoint = Path.Combine(work, ActionDetectorTrainer.CheckpointFileName);
        // Values are checked before any file is read: the time axis alone depends on the data.
        ActionDetectorOptions options = Options(parsed, TimeAxis.Of([0], parsed.GetValue(_start))) with { WorkDirectory = work };
        options.Validate();
        LabelMap classes = LabelMap.Read(parsed.GetRequiredValue(_labelMap));
        MLContext context = ModelFile.Context(parsed.GetValue(_gpu), parsed.GetValue(_seed));
        ActionDetectionCatalog catalog = context.ActionDetection();
        (AvaDataView train, AvaDataView? validation, AvaDataView? results) = Load(parsed, catalog, classes);
        IEnumerable<AvaKeyframe> keyframes = train.Dataset.Keyframes.Concat(validation?.Dataset.Keyframes ?? []);
        TimeAxis axis = TimeAxis.Of(keyframes.Select(k => k.Timestamp), parsed.GetValue(_start));
        options = Options(parsed, axis) with { WorkDirectory = work, CancellationToken = token };
        Describe(train, validation, options, axis);
        (train, validation, results) = LeaveOutside(parsed, options.Clip, train, validation, results, token);
        options = options with { ValidationSet = validation };
        if (File.Exists(checkpoint) && !options.Resume)
            Terminal.Note($"{checkpoint} is of an earlier training and will be replaced; --resume goes on from it instead");
        if (options.Resume && !File.Exists(checkpoint)) Terminal.Note($"there is no {checkpoint} to resume from; beginning anew");

        bool isNew = !Directory.Exists(work);
        Directory.CreateDirectory(work); // so that a folder that cannot be written to is known now, not after the first epoch
        try
        {
            ActionDetectorTrainer? trainer = null;
            using ActionDetectorTransformer model = ConsoleProgress.Run(terminal, "train", progress =>
                (trainer = catalog.Trainers.ActionDetector(options with { Progress = new TrainingReporter(progress) })).Fit(train));
            if (trainer!.Skipped.Count > 0) Terminal.Note(trainer.Skipped.Describe("keyframes"));
            ModelFile.Save(context, model, train.Schema, Path.Combine(work, "model.zip"));
            Terminal.WriteResult($"model: {Path.Combine(work, "model.zip")}");
            return results is null ? ExitCodes.Fine : Evaluate(parsed, terminal, catalog, model, results, classes, work, token);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            Terminal.Note(File.Exists(checkpoint) ? $"stopped; resume with: {ResumeCommand(parsed)}"
                : "stopped before anything was learnt");
            return ExitCodes.Interrupted;
        }
        finally
        {
            if (isNew && Directory.Exists(work) && !Directory.EnumerateFileSystemEntries(work).Any()) Directory.Delete(work);
        }
    }

    (AvaDataView Train, AvaDataView? Validation, AvaDataView? Results) Load(
        ParseResult parsed, ActionDetectionCatalog catalog, LabelMap classes)
    {
        AvaDataViewOptions train = new()
        {
            Frames = parsed.GetRequiredValue(_frames),
            Dataset = new()
            {
                AnnotationPath = parsed.GetRequiredValue(_annotations),
                LabelMapPath = parsed.GetRequiredValue(_labelMap),
                ProposalPath = parsed.GetValue(_proposals),
                ExcludePath = parsed.GetValue(_exclude),
                NumClasses = parsed.GetValue(_numClasses) ?? classes.MaxId + 1,
                PersonScoreThreshold = parsed.GetValue(_personScore),
                OnError = _onError.Of(parsed),
                Compatibility = _compatibility.Of(parsed),
            },
        };
        if (parsed.GetValue(_valAnnotations) is not { } annotations)
        {
            return (parsed.GetValue(_valProposals) ?? parsed.GetValue(_valExclude) ?? parsed.GetValue(_valFrames)) is { } orphan
                ? throw new ArgumentException($"'{orphan}' is given for validation, but --val-annotations is not; expected both.")
                : (catalog.LoadAva(train), null, null);
        }
        AvaDatasetOptions validation = train.Dataset with
        {
            AnnotationPath = annotations,
            ProposalPath = parsed.GetValue(_valProposals),
            ExcludePath = parsed.GetValue(_valExclude),
        };
        string frames = parsed.GetValue(_valFrames) ?? train.Frames;
        // After epochs, excluded keyframes are not even scored, which gives the same mAP; results.csv holds them, as MMAction2's does.
        return (catalog.LoadAva(train), catalog.LoadAva(new AvaDataViewOptions { Frames = frames, Dataset = validation }),
            catalog.LoadAva(new AvaDataViewOptions { Frames = frames, Dataset = validation with { TestMode = true } }));
    }

    (AvaDataView Train, AvaDataView? Validation, AvaDataView? Results) LeaveOutside(
        ParseResult parsed, ClipOptions clip, AvaDataView train, AvaDataView? validation, AvaDataView? results, CancellationToken token)
    {
        BeyondEnd rule = _beyondEnd.Of(parsed);
        OnError onError = _onError.Of(parsed);
        train = Coverage.Apply(train, "train", clip, rule, onError, "", Mend, token);
        if (validation is null || results is null) return (train, validation, results);
        const string Consequence = " of the scores after epochs; at the end their labels count as missed";
        results = Coverage.Apply(results, "validation", clip, rule, onError, Consequence, Mend, token);
        // Excluded keyframes are missing from the one set only; the videos are the same.
        return (train, validation.Where(KeyframeCoverage.Examine(validation, clip, onError, token).Holds), results);

        static string Mend(double? fps) => (fps is { } fits
            ? string.Create(CultureInfo.InvariantCulture, $"If the rate is wrong, --fps {fits} would fit; ") : "") + "--timestamp-start moves the axis";
    }

    ActionDetectorOptions Options(ParseResult parsed, TimeAxis axis)
    {
        double fps = parsed.GetValue(_fps);
        int[] rescale = parsed.Given(_rescale) ?? [Augmentation.ShortEdgeMinimum, Augmentation.ShortEdgeMaximum];
        if (rescale.Length != 2)
            throw new ArgumentException($"--rescale has {rescale.Length} numbers; expected two, least and greatest, such as 256,320.");
        return Defaults with
        {
            Epochs = parsed.GetValue(_epochs),
            BatchSize = parsed.GetValue(_batchSize),
            Seed = parsed.GetValue(_seed),
            Resume = parsed.GetValue(_resume),
            LoaderThreads = parsed.GetValue(_threads),
            CheckpointInterval = parsed.GetValue(_checkpointInterval),
            CacheMegabytes = parsed.GetValue(_cache),
            OnError = _onError.Of(parsed),
            Schedule = Defaults.Schedule with
            {
                LearningRate = parsed.GetValue(_rate),
                Policy = _schedule.Of(parsed),
                Steps = parsed.Given(_steps) ?? Defaults.Schedule.Steps,
                Warmup = parsed.GetValue(_warmup),
                WarmupUnit = WarmupUnit.Epochs,
            },
            Network = Defaults.Network with
            {
                Backbone = new SlowOnlyOptions
                {
                    Pathway = Backbone with
                    {
                        Depth = parsed.GetValue(_depth),
                        BaseChannels = parsed.GetValue(_baseChannels),
                        StageBlocks = parsed.Given(_stageBlocks),
                        Inflate = parsed.Given(_inflate) is { } inflate ? [.. inflate.Select(i => i != 0)] : Backbone.Inflate,
                    },
                },
            },
            Clip = Defaults.Clip with
            {
                Compatibility = _compatibility.Of(parsed),
                Sampling = Sampling with
                {
                    ClipLength = parsed.GetValue(_clipLength),
                    FrameInterval = parsed.GetValue(_interval),
                    Fps = fps,
                    TimestampStart = axis.Start,
                    TimestampEnd = parsed.GetValue(_end) ?? axis.End,
                },
                Frames = Defaults.Clip.Frames with { Template = FrameTemplate.Parse(parsed.GetRequiredValue(_template)), Fps = fps },
                ShortSide = parsed.GetValue(_shortSide),
                Augmentation = Augmentation with
                {
                    ShortEdgeMinimum = rescale[0],
                    ShortEdgeMaximum = rescale[1],
                    CropSize = parsed.GetValue(_crop),
                    FlipProbability = parsed.GetValue(_flip),
                },
            },
        };
    }

    static void Describe(AvaDataView train, AvaDataView? validation, ActionDetectorOptions options, TimeAxis axis)
    {
        Terminal.Note($"train: {Count(train)}; {train.Dataset.NumClasses} classes with the unused 0");
        if (train.Dataset.Skipped.Count > 0) Terminal.Note($"train: {train.Dataset.Skipped.Describe("rows and boxes")}");
        if (validation is not null) Terminal.Note($"validation: {Count(validation)}");
        if (validation?.Dataset.Skipped.Count > 0) Terminal.Note($"validation: {validation.Dataset.Skipped.Describe("rows and boxes")}");
        double start = options.Clip.Sampling.TimestampStart, end = options.Clip.Sampling.TimestampEnd;
        Terminal.Note(string.Create(CultureInfo.InvariantCulture,
            $"time axis: frame 1 is at {start} s, frames end at {end} s ({axis.Reason}; --timestamp-start and --timestamp-end change it)"));
    }

    static string Count(AvaDataView view)
    {
        IReadOnlyList<AvaKeyframe> keyframes = view.Dataset.Keyframes;
        int videos = keyframes.Select(k => k.VideoId).Distinct().Count();
        int boxes = keyframes.Sum(k => k.Boxes.Length);
        return string.Create(CultureInfo.InvariantCulture, $"{keyframes.Count} keyframes of {videos} videos, {boxes} labelled boxes");
    }

    static string Default(params int[] values) => $"[default: {string.Join(',', values)}]";

    int Evaluate(
        ParseResult parsed, Terminal terminal, ActionDetectionCatalog catalog, ActionDetectorTransformer model, AvaDataView view,
        LabelMap classes, string work, CancellationToken token)
    {
        string file = Path.Combine(work, "results.csv");
        FrameMapFiles files = new() { Annotations = parsed.GetRequiredValue(_valAnnotations)!, Exclude = parsed.GetValue(_valExclude) };
        ITransformer scorer = _onError.Of(parsed) == OnError.Skip ? model.WithOnError(OnError.Skip) : model;
        FrameMapResult result =
            Scoring.WriteAndEvaluate(terminal, catalog, scorer, view, file, files, classes, new() { KeepCurves = false }, token);
        Scoring.NoteSkipped(scorer);
        Terminal.WriteResult($"detections: {file}");
        return EvaluationReport.Show(terminal, result, Path.Combine(work, "metrics.json"));
    }

    string ResumeCommand(ParseResult parsed) =>
        $"mlava {Shell.Line(parsed.Tokens.Select(t => t.Value))}{(parsed.GetValue(_resume) ? "" : " --resume")}";
}
