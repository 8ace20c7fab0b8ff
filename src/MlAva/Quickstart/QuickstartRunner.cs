using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Microsoft.ML;
using MlAva.Annotations;
using MlAva.Evaluation;
using MlAva.MiniAva;
using MlAva.Networks;
using MlAva.Reporting;
using MlAva.Training;
using MlAva.Transforms;
using MlAva.Video;

namespace MlAva.Quickstart;

/// <summary>
/// The whole way on data that it makes itself: draws mini-ava, trains a small SlowOnly end to end, evaluates it with and without motion, saves
/// model, detections, figures, a report and a preview. Every file is written aside and moved into place.
/// </summary>
public sealed class QuickstartRunner
{
    const int ExampleCount = 6;
    readonly QuickstartOptions _options;
    readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public QuickstartRunner(QuickstartOptions? options = null)
    {
        _options = options ?? new();
        _options.Validate();
    }

    /// <summary>Runs all stages.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; a checkpoint was left in the output folder.</exception>
    /// <exception cref="IOException">The output folder cannot be written to, or holds other things.</exception>
    public QuickstartResult Run()
    {
        Directory.CreateDirectory(_options.Output);
        MiniAvaDataSet data = MakeData();
        MLContext context = new(_options.Seed);
        ActionDetectionCatalog catalog = context.ActionDetection();
        AvaDataView train = Load(catalog, data, MiniAvaSplit.Train, testMode: false), validation = Load(catalog, data, MiniAvaSplit.Val, testMode: true);
        LabelMap classes = LabelMap.Read(data.LabelMap);
        IReadOnlyList<KeyframeKey> excluded = ExcludedTimestamps.Read(data.ExcludedTimestamps(MiniAvaSplit.Val)).Keys;

        ActionDetectorTrainer trainer = catalog.Trainers.ActionDetector(_options.Training() with
        {
            WorkDirectory = Out("training"),
            Resume = _options.Resume,
            ValidationSet = Load(catalog, data, MiniAvaSplit.Val, testMode: false), // without the excluded keyframes, as the final figures
            CancellationToken = _options.CancellationToken,
            Progress = new Relay<TrainingProgress>(p => Tell(QuickstartStage.Training, ShareOf(p), TextOf(p), p)),
        });
        using ActionDetectorTransformer model = trainer.Fit(train);
        AtomicFile.Write(Out("model.zip"), stream => context.Model.Save(model, train.Schema, stream));

        List<DetectionRow> detections = Score(catalog, model, validation, 0);
        DetectionFile.Write(Out("results.csv"), detections);
        List<AnnotationRow> truth = [.. AnnotationFile.Read(data.Annotations(MiniAvaSplit.Val)).Rows];
        FrameMapResult result = FrameMap.Evaluate(truth, detections, classes, excluded);
        using ActionDetectorTransformer still = model.WithRepeatedKeyframe();
        FrameMapResult keyframeOnly = FrameMap.Evaluate(truth, Score(catalog, still, validation, 0.5), classes, excluded);
        FrameMapResult baseline = Baseline(data, validation, truth, classes, excluded);

        Tell(QuickstartStage.Report, 0, "report and pictures");
        string videoId = validation.Dataset.Keyframes[0].VideoId, video = Out(videoId + ".avi");
        MotionJpegAviWriter.WriteFolder(Path.Combine(data.FramesFolder, videoId), video, data.Options.Fps, cancellationToken: _options.CancellationToken);
        QuickstartResult found = new()
        {
            Data = data,
            Epochs = [.. trainer.History],
            Result = result,
            KeyframeOnly = keyframeOnly,
            Baseline = baseline,
            MotionOnlyClasses = [.. MiniAvaClass.MotionOnlyClasses.Select(c => c.Id)],
            Model = Out("model.zip"),
            Results = Out("results.csv"),
            Metrics = Out("metrics.json"),
            Report = Out("report.html"),
            Preview = Out("preview.png"),
            Video = video,
            VideoId = videoId,
        };
        WriteMetrics(found);
        WriteReport(found, validation, truth, detections, classes);
        Tell(QuickstartStage.Report, 1, "done");
        return found;
    }

    MiniAvaDataSet MakeData()
    {
        Stopwatch clock = Stopwatch.StartNew();
        return MiniAvaGenerator.Generate(Out("mini-ava"), _options.Data, new Relay<MiniAvaProgress>(p =>
        {
            double share = (double)p.FramesDone / p.FramesTotal, rate = p.FramesDone / clock.Elapsed.TotalSeconds;
            Tell(QuickstartStage.Data, share, Invariant($"{p.FramesDone}/{p.FramesTotal} frames, {rate:F0} frames/s, {Left((p.FramesTotal - p.FramesDone) / rate)} left"));
        }), _options.CancellationToken);
    }

    static AvaDataView Load(ActionDetectionCatalog catalog, MiniAvaDataSet data, MiniAvaSplit split, bool testMode) => catalog.LoadAva(
        data.Annotations(split), data.FramesFolder, data.LabelMap, data.Proposals(split), data.ExcludedTimestamps(split), testMode);

    List<DetectionRow> Score(ActionDetectionCatalog catalog, ActionDetectorTransformer model, AvaDataView validation, double from)
    {
        List<DetectionRow> rows = [];
        HashSet<KeyframeKey> seen = [];
        Stopwatch clock = Stopwatch.StartNew();
        int total = validation.Dataset.Keyframes.Count;
        foreach (DetectionRow row in catalog.Detections(model.Transform(validation), cancellationToken: _options.CancellationToken))
        {
            rows.Add(row);
            if (!seen.Add(row.Key)) continue;
            double rate = seen.Count / clock.Elapsed.TotalSeconds;
            Tell(QuickstartStage.Evaluation, from + 0.5 * seen.Count / total,
                Invariant($"{(from == 0 ? "clips" : "keyframes only")} {seen.Count}/{total}, {rate:F1} keyframes/s, {Left((total - seen.Count) / rate)} left"));
        }
        return rows;
    }

    static FrameMapResult Baseline(MiniAvaDataSet data, AvaDataView validation, List<AnnotationRow> truth, LabelMap classes, IReadOnlyList<KeyframeKey> excluded)
    {
        IReadOnlyDictionary<int, double> frequencies = FrequencyBaseline.Frequencies(AnnotationFile.Read(data.Annotations(MiniAvaSplit.Train)).Rows, classes);
        IEnumerable<(KeyframeKey, Box)> boxes = validation.Dataset.Keyframes.SelectMany(k => (k.Proposals ?? KeyframeProposals.WholeFrame).Boxes.Select(b => (k.Key, b)));
        return FrequencyBaseline.Evaluate(truth, boxes, classes, frequencies, excluded);
    }

    static void WriteMetrics(QuickstartResult found)
    {
        JsonObject json = JsonNode.Parse(EvaluationJson.ToJson(found.Result))!.AsObject();
        json["baselineMAP"] = Number(found.Baseline.MeanAveragePrecision);
        json["keyframeOnlyMAP"] = Number(found.KeyframeOnly.MeanAveragePrecision);
        json["motionOnlyClasses"] = new JsonObject
        {
            ["ids"] = new JsonArray([.. found.MotionOnlyClasses.Select(id => JsonValue.Create(id))]),
            ["mAP"] = Number(found.MotionMeanAp),
            ["keyframeOnlyMAP"] = Number(found.StillMeanAp),
            ["drop"] = Number(found.MotionMeanAp - found.StillMeanAp),
        };
        AtomicFile.WriteAllText(found.Metrics, json.ToJsonString(new() { WriteIndented = true }) + "\n");
    }

    void WriteReport(QuickstartResult found, AvaDataView validation, List<AnnotationRow> truth, List<DetectionRow> detections, LabelMap classes)
    {
        IReadOnlyList<ReportExample> examples = Examples(found, validation, truth, detections, classes);
        PreviewPicture.Save(found.Preview, examples);
        MiniAvaOptions data = found.Data.Options;
        ActionDetectorOptions training = _options.Training();
        ResNet3dOptions pathway = ((SlowOnlyOptions)training.Network.Backbone).Pathway;
        new EvaluationReport
        {
            Title = "mini-ava: a SlowOnly detector trained from nothing",
            Subtitle = "Articulated figures over moving backgrounds, in AVA's own formats. Pairs of classes share every single frame: only motion tells them apart.",
            Command = _options.Command,
            Epochs = found.Epochs,
            Result = found.Result,
            KeyframeOnly = found.KeyframeOnly,
            Baseline = found.Baseline,
            MotionOnlyClasses = found.MotionOnlyClasses,
            Examples = examples,
            Facts =
            [
                new("Data", Invariant($"{data.TrainVideos} + {data.ValVideos} videos, {data.Width}×{data.Height} at {data.Fps} frames/s, {data.KeyframesPerVideo} keyframes each")),
                new("Network", Invariant($"SlowOnly, {pathway.Blocks().Sum()} blocks, width {pathway.BaseChannels}, clips of {training.Clip.Sampling.ClipLength}×{training.Clip.Sampling.FrameInterval}")),
                new("Training", Invariant($"{found.Epochs.Count} epochs, batch {training.BatchSize}, {found.Epochs.Sum(e => e.Seconds):F0} s with validation")),
                new("Whole run", Invariant($"{_clock.Elapsed.TotalSeconds:F0} s")),
                new("Seed", Invariant($"{_options.Seed}")),
                new("Machine", Invariant($"{RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors, {RuntimeInformation.FrameworkDescription}")),
            ],
        }.Save(found.Report);
    }

    /// <summary>Keyframes spread over the validation set, those with several persons first.</summary>
    static List<ReportExample> Examples(QuickstartResult found, AvaDataView validation, List<AnnotationRow> truth, List<DetectionRow> detections, LabelMap classes)
    {
        ILookup<KeyframeKey, AnnotationRow> truths = truth.ToLookup(t => t.Key);
        ILookup<KeyframeKey, DetectionRow> scored = detections.ToLookup(d => d.Key);
        AvaKeyframe[] crowded = [.. validation.Dataset.Keyframes.Where(k => k.Boxes.Length >= 2)];
        if (crowded.Length < ExampleCount) crowded = [.. validation.Dataset.Keyframes];
        List<ReportExample> examples = [];
        for (int i = 0; i < Math.Min(ExampleCount, crowded.Length); i++)
        {
            AvaKeyframe keyframe = crowded[(int)((i + 0.5) * crowded.Length / ExampleCount)];
            int centre = found.Data.Options.FrameAt((int)keyframe.Timestamp);
            using IFrameStore store = FrameStore.Open(Path.Combine(found.Data.FramesFolder, keyframe.VideoId));
            VideoClip clip = store.Read([.. Enumerable.Range(-4, 8).Select(f => centre + 2 * f)]);
            examples.Add(ReportExample.Create(
                store.ReadImage(centre), truths[keyframe.Key], scored[keyframe.Key], classes, string.Create(CultureInfo.InvariantCulture, $"{keyframe.VideoId}, second {keyframe.Timestamp}"), clip));
        }
        return examples;
    }

    /// <summary>JSON has no NaN; it is written as null.</summary>
    static JsonValue? Number(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;

    string Out(string name) => Path.Combine(_options.Output, name);

    void Tell(QuickstartStage stage, double share, string text, TrainingProgress? training = null) => _options.Progress?.Report(new(stage, share, text) { Training = training });

    static double ShareOf(TrainingProgress p) => ((p.Epoch - 1) * (double)p.StepsPerEpoch + p.Step) / ((double)p.Epochs * p.StepsPerEpoch);

    static string TextOf(TrainingProgress p)
    {
        string scored = p.Validation is null ? "" : Invariant($", mAP {p.Validation.MeanAveragePrecision:F4}");
        return Invariant($"epoch {p.Epoch}/{p.Epochs}, loss {p.MeanLoss:F4}{scored}, {p.ClipsPerSecond:F1} clips/s, ")
            + Invariant($"waited for data {p.WaitingShare * 100:F0} %, {Left(p.Remaining.TotalSeconds)} left");
    }

    static string Left(double seconds) => double.IsFinite(seconds) ? TimeSpan.FromSeconds(Math.Ceiling(seconds)).ToString(@"m\:ss", CultureInfo.InvariantCulture) : "–";

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    sealed class Relay<T>(Action<T> tell) : IProgress<T>
    {
        public void Report(T value) => tell(value);
    }
}
