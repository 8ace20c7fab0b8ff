using MlAva.Annotations;
using MlAva.Evaluation;
using MlAva.Evaluation.Analysis;
using MlAva.Training;

namespace MlAva.Reporting;

/// <summary>
/// What a training and its evaluation came to, as one page of HTML that needs nothing else: no network, no font, no file beside it. It follows the
/// reader's light or dark scheme and prints. Everything but <see cref="Result"/> may be missing; its part of the page is then missing too.
/// </summary>
public sealed record EvaluationReport
{
    /// <summary>The page's title.</summary>
    public string Title { get; init; } = "AVA action detection";

    /// <summary>The line under the title.</summary>
    public string Subtitle { get; init; } = "";

    /// <summary>The command that made the report, for the foot of the page.</summary>
    public string Command { get; init; } = "";

    /// <summary>What to know of the run: data, network, time, seed, machine. Names and values, in this order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Facts { get; init; } = [];

    /// <summary>The training's epochs; empty when nothing was trained.</summary>
    public IReadOnlyList<TrainingEpoch> Epochs { get; init; } = [];

    /// <summary>The evaluation.</summary>
    public required FrameMapResult Result { get; init; }

    /// <summary>The same detector's evaluation with every frame of a clip replaced by its keyframe: what motion is worth.</summary>
    public FrameMapResult? KeyframeOnly { get; init; }

    /// <summary>The evaluation of <see cref="FrequencyBaseline"/>: what looking at all is worth.</summary>
    public FrameMapResult? Baseline { get; init; }

    /// <summary>The evaluation's breakdowns: kinds of errors, sizes, persons, videos, overlap, calibration, confusion of classes.</summary>
    public AnalysisResult? Analysis { get; init; }

    /// <summary>A comparison with other runs.</summary>
    public ComparisonResult? Comparison { get; init; }

    /// <summary>Ids of the classes that single frames cannot tell apart.</summary>
    public IReadOnlyList<int> MotionOnlyClasses { get; init; } = [];

    /// <summary>Keyframes to look at.</summary>
    public IReadOnlyList<ReportExample> Examples { get; init; } = [];

    /// <summary>Score from which on an example's label counts as predicted, 0–1. Default 0.5.</summary>
    public double ExampleThreshold { get; init; } = 0.5;

    /// <summary>The page: HTML that is well-formed XML too.</summary>
    public string ToHtml() => Page(Title, page =>
    {
        AddHead(page);
        if (Epochs.Count > 0) AddTraining(page);
        AddBars(page);
        AddCurves(page);
        if (Analysis is not null) AnalysisSections.Add(page, Analysis);
        if (Comparison is not null) AnalysisSections.AddComparison(page, Comparison);
        if (Examples.Count > 0) AddExamples(page);
        page.Add($"\n<section><h2>All figures</h2><p>Matches at an IoU of {Result.Options.IouThreshold} and more; a dash stands where a class has no ground truth.</p>");
        ClassTable.Add(page, Result, KeyframeOnly, Baseline, MotionOnlyClasses);
        page.Add($"</section>");
    }, Command, Result.Options);

    /// <summary>A whole page around a body, with the foot that all pages have.</summary>
    internal static string Page(string title, Action<Markup> addBody, string command, FrameMapOptions rules)
    {
        Markup page = new();
        page.Add($"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"/>");
        page.Add($"<meta name=\"color-scheme\" content=\"light dark\"/><title>{title}</title><style>{Markup.Raw(ReportStyle.Pieces)}{Markup.Raw(ReportStyle.Page)}</style></head>\n<body class=\"mlava\"><main>");
        addBody(page);
        page.Add($"\n<footer>").If(command.Length > 0, m => m.Add($"<p>Made with</p><pre><code>{command}</code></pre>"));
        page.Add($"<p>MlAva {typeof(EvaluationReport).Assembly.GetName().Version?.ToString(3)}. Frame-mAP after {rules.Protocol.Word()}.</p></footer></main>\n<script>{Markup.Raw(ReportStyle.Script)}</script></body></html>\n");
        return page.ToString();
    }

    /// <summary>Writes the page to a temporary name, then moves it into place.</summary>
    /// <param name="path">The file to write or replace; its folder is made where it is missing.</param>
    public void Save(string path) => AtomicFile.WriteAllText(path, ToHtml());

    void AddHead(Markup to)
    {
        FrameMapCounts counts = Result.Counts;
        to.Add($"<header><h1>{Title}</h1>").If(Subtitle.Length > 0, m => m.Add($"<p class=\"subtitle\">{Subtitle}</p>"));
        to.Add($"<div class=\"verdict\"><div class=\"clip\"><strong>{Result.MeanAveragePrecision:F3}</strong><span><b>mAP</b>at IoU {Result.Options.IouThreshold}, mean of {Result.NumClassesAveraged} classes</span></div>");
        to.If(KeyframeOnly is not null, m => m.Add($"<div class=\"still\"><strong>{KeyframeOnly!.MeanAveragePrecision:F3}</strong><span><b>keyframe only</b>every frame of the clip replaced by its keyframe</span></div>"));
        to.If(Baseline is not null, m => m.Add($"<div class=\"base\"><strong>{Baseline!.MeanAveragePrecision:F3}</strong><span><b>class frequency</b>the detector that looks at nothing</span></div>"));
        to.Add($"</div>").If(Verdict() is { Length: > 0 }, m => m.Add($"<p class=\"summary\">{Verdict()}</p>"));
        string[] remarks = [.. ((string[])[Result.UndefinedReason ?? ""]).Concat(Result.Remarks).Where(r => r.Length > 0)];
        to.If(remarks.Length > 0, m => m.Add($"<ul class=\"remarks\">").Each(remarks, (list, r) => list.Add($"<li>{r}</li>")).Add($"</ul>"));
        to.Add($"<dl class=\"facts\"><div><dt>Evaluated</dt><dd>{counts.KeyframesWithGroundTruth:N0} keyframes, {(int)counts.GroundTruth:N0} labels</dd></div>");
        to.Each(RulesOf(Result).Concat(Facts), (m, f) => m.Add($"<div><dt>{f.Key}</dt><dd>{f.Value}</dd></div>")).Add($"</dl></header>");
    }

    /// <summary>What a figure of mAP means nothing without: whose rules, which keyframes, what was left out, and what equal scores are worth.</summary>
    internal static IEnumerable<KeyValuePair<string, string>> RulesOf(FrameMapResult result)
    {
        FrameMapCounts counts = result.Counts;
        (double lowest, double highest) = result.MeanAveragePrecisionBounds;
        yield return new("Protocol", result.Options.Protocol.Word());
        yield return new("Keyframes", $"{Count(counts.Keyframes)} ({result.EvaluationSet.Word()}), {Count(counts.KeyframesExcluded)} excluded");
        yield return new("Detections", $"{Count(counts.Detections)} of {Count(counts.DetectionRows)}");
        if (counts.DetectionsLeftOut is { Count: > 0 } detections) yield return new("Detections left out", Reasons(detections));
        if (counts.GroundTruthLeftOut is { Count: > 0 } truth) yield return new("Labels left out", Reasons(truth));
        yield return new("Equal scores",
            $"{result.Options.Ties.Word()}; any order gives {Markup.Number(lowest, "F4")} to {Markup.Number(highest, "F4")}");
    }

    static string Reasons(IEnumerable<KeyValuePair<string, long>> reasons) =>
        string.Join(", ", reasons.Select(r => $"{Count(r.Value)} {r.Key}"));

    static string Count(long value) => Markup.Number(value, "N0");

    string Verdict()
    {
        double map = Result.MeanAveragePrecision, still = KeyframeOnly?.MeanAveragePrecision ?? double.NaN, floor = Baseline?.MeanAveragePrecision ?? double.NaN;
        if (double.IsNaN(map)) return "";
        string chance = double.IsNaN(floor) ? ""
            : map <= floor ? "No better than guessing by class frequency"
            : floor > 0 ? $"{Markup.Number(map / floor, "F1")} times the mAP of guessing by class frequency" : "Guessing by class frequency finds nothing";
        string motion = double.IsNaN(still) ? "" : still <= map ? $"motion is worth {Markup.Number(map - still)} mAP" : $"motion costs {Markup.Number(still - map)} mAP";
        if (motion.Length == 0 || chance.Length == 0) return chance.Length > 0 ? chance + "." : motion.Length > 0 ? $"M{motion[1..]}." : "";
        return $"{chance}; {motion}.";
    }

    void AddTraining(Markup to)
    {
        double seconds = Epochs.Sum(e => e.Seconds);
        to.Add($"\n<section><h2>Training</h2><p>{Epochs.Count} {(Epochs.Count == 1 ? "epoch" : "epochs")}");
        to.If(double.IsFinite(seconds) && seconds > 0, m => m.Add($" in {Duration(seconds)}")).Add($". The best value of each curve is marked.</p>");
        AddTrainingCharts(to, Epochs, Baseline?.MeanAveragePrecision ?? double.NaN);
        to.Add($"</section>");
    }

    internal static void AddTrainingCharts(Markup to, IReadOnlyList<TrainingEpoch> epochs, double baseline)
    {
        LineChart loss = new() { Name = "Loss", Style = "ink", Points = [.. epochs.Select(e => (e.Epoch, e.Loss))] };
        to.Add($"<div class=\"pair\"><figure><figcaption>Loss</figcaption>{loss.ToSvg()}</figure>");
        if (epochs.Any(e => double.IsFinite(e.MeanAveragePrecision)))
        {
            LineChart map = new()
            {
                Name = "mAP",
                Style = "clip",
                Points = [.. epochs.Select(e => (e.Epoch, e.MeanAveragePrecision))],
                Levels = [("class frequency", baseline, "base")],
                HighIsBest = true,
                Limit = 1,
            };
            to.Add($"<figure><figcaption>Validation mAP</figcaption>{map.ToSvg()}</figure>");
        }
        to.Add($"</div>");
    }

    void AddBars(Markup to)
    {
        to.Add($"\n<section><h2>Average precision by class</h2>");
        int[] motion = [.. MotionOnlyClasses.Where(id => ClassBars.Find(Result, id) is { NumGroundTruth: > 0 })];
        if (motion.Length > 0)
        {
            double clip = ClassBars.MeanOver(motion.Select(id => ClassBars.Find(Result, id)));
            to.Add($"<p>{ClassBars.Mark(true)} marks the {motion.Length} classes that single frames cannot tell apart. Their mean AP is <b>{clip:F3}</b> with the clip");
            if (KeyframeOnly is not null)
            {
                double still = ClassBars.MeanOver(motion.Select(id => ClassBars.Find(KeyframeOnly, id)));
                to.Add($" and <b>{still:F3}</b> when every frame is the keyframe: {(still <= clip ? "a drop" : "a rise")} of <b>{Math.Abs(clip - still):F3}</b>");
            }
            to.Add($".</p>");
        }
        bool isAlone = KeyframeOnly is null && Baseline is null;
        to.Add($"<ul class=\"legend\"><li><i class=\"clip\"></i>{(isAlone ? "AP" : "AP with the clip")}</li>");
        to.If(KeyframeOnly is not null, m => m.Add($"<li><i class=\"still\"></i>AP with the keyframe only</li>"));
        to.If(Baseline is not null, m => m.Add($"<li><i class=\"base\"></i>class-frequency baseline</li>")).Add($"</ul>");
        ClassBars.Add(to, Result, KeyframeOnly, Baseline, MotionOnlyClasses);
        to.Add($"</section>");
    }

    void AddCurves(Markup to)
    {
        ClassResult[] drawn = [.. Result.Classes.Where(c => c.Curve is not null)], without = [.. Result.Classes.Where(c => c.NumGroundTruth == 0)];
        if (drawn.Length == 0) return;
        to.Add($"\n<section><h2>Precision and recall</h2><p>Precision upwards, recall to the right; the number is the AP, the area under the blue line. ");
        to.Add($"The grey line is measured, the blue one interpolated; the ring is the point of best F1.");
        to.If(without.Length > 0, m => m.Add($" Without ground truth: {string.Join(", ", without.Select(c => c.Name))}.")).Add($"</p>");
        AddCurveGrid(to, drawn, MotionOnlyClasses);
        to.Add($"</section>");
    }

    internal static void AddCurveGrid(Markup to, IEnumerable<ClassResult> classes, IReadOnlyCollection<int> motionOnly) =>
        to.Add($"<div class=\"curves\">").Each(classes, (m, c) => CurvePanel.Add(m, c, motionOnly.Contains(c.Id))).Add($"</div>");

    void AddExamples(Markup to)
    {
        to.Add($"\n<section><h2>Examples</h2><p>Coloured boxes are detections, dashed white ones annotations. A label counts as predicted from a score of {ExampleThreshold} on.</p>");
        to.Add($"<ul class=\"legend\"><li class=\"hit\"><b>✓</b> annotated and predicted</li><li class=\"wrong\"><b>✕</b> predicted, not annotated</li><li class=\"missed\"><b>○</b> annotated, not predicted</li></ul>");
        to.Add($"<div class=\"examples\">").Each(Examples, (m, e) => ExampleCard.Add(m, e, ExampleThreshold)).Add($"</div></section>");
    }

    static string Duration(double seconds) => seconds < 60
        ? $"{Markup.Number(seconds, "0.#")} s"
        : seconds < 3600 ? $"{(int)seconds / 60} min {(int)seconds % 60} s" : $"{(int)(seconds / 3600)} h {(int)(seconds / 60) % 60} min";
}
