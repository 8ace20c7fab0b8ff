using MlAva.Evaluation;
using MlAva.Evaluation.Analysis;

namespace MlAva.Reporting;

/// <summary>The sections of a report that take an evaluation apart.</summary>
static class AnalysisSections
{
    const int ManyVideos = 12, ShownDifferences = 10, WorstCalibrated = 8;

    public static void Add(Markup to, AnalysisResult analysis)
    {
        AddErrors(to, analysis);
        AddParts(to, analysis);
        AddVideos(to, analysis);
        AddOperatingPoints(to, analysis);
        AddCalibration(to, analysis);
        AddCoOccurrence(to, analysis);
    }

    public static void AddComparison(Markup to, ComparisonResult comparison)
    {
        string share = Markup.Number(comparison.Options.Confidence * 100, "0.#");
        to.Add($"\n<section class=\"comparison\"><h2>What differs, and how surely</h2><p>Intervals hold {share} % of {comparison.Options.Samples:N0} resamplings of the {comparison.NumVideos} videos; all runs are evaluated on the same resampled videos. ");
        to.Add($"A difference is coloured where its interval is on one side of zero.</p><h3>mAP</h3>");
        to.Add($"{DifferencePlot.ToSvg("mAP of the runs", false, [.. comparison.Runs.Select(r => (r.Name, r.Result.MeanAveragePrecision, r.Interval.Low, r.Interval.High))])}");
        foreach (RunDifference difference in comparison.Differences)
        {
            to.Add($"<h3>{difference.Name} against {comparison.Runs[0].Name}</h3><p class=\"said\">Better in {difference.ShareBetter * 100:0.#} % of the resamplings.</p>");
            ClassDifference[] gained = [.. difference.Gained.Take(ShownDifferences)], lost = [.. difference.Lost.Take(ShownDifferences).Reverse()];
            List<(string, double, double, double)> rows = [("mAP", difference.Difference, difference.Interval.Low, difference.Interval.High)];
            rows.AddRange(gained.Concat(lost).Select(c => (c.Name, c.Difference, c.Interval.Low, c.Interval.High)));
            to.Add($"{DifferencePlot.ToSvg($"Differences of {difference.Name}", true, rows)}");
            int hidden = difference.Classes.Count(c => c.Difference != 0 && !double.IsNaN(c.Difference)) - gained.Length - lost.Length;
            to.If(hidden > 0, m => m.Add($"<p class=\"said\">{hidden} classes that differ less are not shown.</p>"));
        }
        to.Add($"</section>");
    }

    static void AddErrors(Markup to, AnalysisResult analysis)
    {
        AnalysisOptions options = analysis.Options;
        to.Add($"\n<section class=\"errors\"><h2>Where mAP is lost</h2><p>Each false positive has one kind: <b>poor box</b>, the right class with an IoU from {options.LooseIoU} to below {options.Rules.IouThreshold}; ");
        to.Add($"<b>wrong class</b>, on a person who has other classes only; <b>duplicate</b>, of a label found already; <b>background</b>, nobody near. <b>Missed</b> labels were found by nothing. ");
        to.Add($"The bar is the mAP that mending all errors of a kind would gain; gains do not add up.</p>");
        ErrorBars.AddGains(to, analysis.Errors);
        to.Add($"<h3>By class</h3><p class=\"said\">A class's best-ranked detections, as many as it has labels. The figures are AP gained by mending; the largest of a class is bold.</p>");
        ErrorBars.AddLegend(to);
        Dictionary<int, int> truths = analysis.Result.Classes.ToDictionary(c => c.Id, c => c.NumGroundTruth);
        ErrorBars.AddClasses(to, analysis.Errors, id => truths[id]);
        to.Add($"</section>");
    }

    static void AddParts(Markup to, AnalysisResult analysis)
    {
        to.Add($"\n<section class=\"breakdown\"><h2>Groups, sizes, persons, overlap</h2><p>mAP of parts of the data. Small boxes cover less than {Share(analysis.SizeBounds.Small)} of the frame, large ones at least {Share(analysis.SizeBounds.Large)}. ");
        to.Add($"Over IoU thresholds from 0.5 to 0.95 the mean is <b>{analysis.MeanOverIoU:F3}</b>.</p><div class=\"quarters\">");
        var groups = analysis.Result.Groups.OrderBy(g => g.Group == MlAva.Annotations.ActionGroup.Unknown ? int.MaxValue : (int)g.Group);
        SliceBars.Add(to, "Group", "classes", groups.Select(g => (ClassBars.NameOf(g.Group), g.MeanAveragePrecision, g.NumClassesAveraged)));
        SliceBars.Add(to, "Box size", "labels", Rows(analysis.BySize));
        SliceBars.Add(to, "Keyframes with", "labels", Rows(analysis.ByPersons.Where(s => s.NumGroundTruth > 0)));
        SliceBars.Add(to, "IoU from", "", analysis.ByIoU.Select(r => (Markup.Number(r.Threshold, "F2"), r.MeanAveragePrecision, 0)));
        to.Add($"</div></section>");
    }

    static void AddOperatingPoints(Markup to, AnalysisResult analysis)
    {
        ClassOperatingPoints[] classes = [.. analysis.OperatingPoints.Where(c => c.Points.Count > 0)];
        if (classes.Length == 0) return;
        IReadOnlyList<double> thresholds = analysis.Options.Thresholds;
        to.Add($"\n<section class=\"thresholds\"><h2>Precision, recall and F1 at thresholds</h2><p>What is left when detections below a score are dropped. The last row is the mean of the classes; without detections a class has no precision and an F1 of 0.</p>");
        to.Add($"<div class=\"wide\"><table class=\"classes\"><thead><tr class=\"over\"><td></td>");
        to.Each(thresholds, (m, t) => m.Add($"<th colspan=\"3\">score from {t}</th>")).Add($"</tr><tr><th>class</th>");
        to.Each(thresholds, (m, _) => m.Add($"<th class=\"num\">P</th><th class=\"num\">R</th><th class=\"num\">F1</th>")).Add($"</tr></thead><tbody>");
        foreach (ClassOperatingPoints c in classes)
        {
            to.Add($"<tr><th scope=\"row\">{c.Name}</th>");
            to.Each(c.Points, (m, p) => m.Add($"<td class=\"num\">{p.Precision:F3}</td><td class=\"num\">{p.Recall:F3}</td><td class=\"num ap\">{p.F1:F3}</td>")).Add($"</tr>");
        }
        to.Add($"</tbody><tfoot><tr><th scope=\"row\">mean of {classes.Length}</th>");
        for (int t = 0; t < thresholds.Count; t++)
        {
            OperatingPoint[] points = [.. classes.Select(c => c.Points[t])];
            to.Add($"<td class=\"num\">{Mean(points, p => p.Precision):F3}</td><td class=\"num\">{Mean(points, p => p.Recall):F3}</td><td class=\"num ap\">{Mean(points, p => p.F1):F3}</td>");
        }
        to.Add($"</tr></tfoot></table></div></section>");
    }

    /// <summary>Of the values that there are; NaN of none.</summary>
    static double Mean(IEnumerable<OperatingPoint> points, Func<OperatingPoint, double> value) =>
        points.Select(value).Where(v => !double.IsNaN(v)).DefaultIfEmpty(double.NaN).Average();

    static void AddVideos(Markup to, AnalysisResult analysis)
    {
        SliceResult[] videos = [.. analysis.ByVideo.Where(v => v.NumGroundTruth > 0).OrderBy(v => v.MeanAveragePrecision).ThenBy(v => v.Name, StringComparer.Ordinal)];
        if (videos.Length == 0) return;
        to.Add($"\n<section class=\"videos\"><h2>Videos</h2><p>Each video evaluated on its own, the hardest first. Videos hold different classes, so their mean is not the mAP.</p>");
        SliceBars.Add(to, "Video", "labels", Rows(videos.Take(ManyVideos)));
        if (videos.Length > ManyVideos)
        {
            to.Add($"<details><summary>{videos.Length - ManyVideos} more</summary>");
            SliceBars.Add(to, "Video", "labels", Rows(videos.Skip(ManyVideos)));
            to.Add($"</details>");
        }
        to.Add($"</section>");
    }

    static void AddCalibration(Markup to, AnalysisResult analysis)
    {
        Calibration all = analysis.Calibration;
        if (all.Count == 0) return;
        to.Add($"\n<section class=\"calibration\"><h2>Are scores probabilities?</h2><p>Bars are the precision of detections with such scores; on the dotted diagonal scores would be probabilities. ");
        to.Add($"The expected calibration error, the mean distance from it, is <b>{all.ExpectedError:F3}</b> over all {all.Count:N0} detections.</p><div class=\"pair\">");
        to.Add($"<figure><figcaption>All classes</figcaption>{ReliabilityDiagram.ToSvg(all)}</figure><figure><figcaption>Largest calibration errors</figcaption>");
        to.Add($"<table class=\"classes worst\"><thead><tr class=\"over\"><td colspan=\"4\"></td></tr><tr><th>class</th><th class=\"num\">ECE</th><th class=\"num\">largest gap</th><th class=\"num\">detections</th></tr></thead><tbody>");
        foreach ((ClassResult c, Calibration calibration) in analysis.Result.Classes.Zip(analysis.CalibrationByClass)
            .Where(c => c.First.NumGroundTruth > 0 && c.Second.Count > 0).OrderByDescending(c => c.Second.ExpectedError).ThenBy(c => c.First.Id).Take(WorstCalibrated))
        {
            to.Add($"<tr><th scope=\"row\">{c.Name}</th><td class=\"num ap\">{calibration.ExpectedError:F3}</td><td class=\"num\">{calibration.LargestError:F3}</td><td class=\"num\">{calibration.Count:N0}</td></tr>");
        }
        to.Add($"</tbody></table></figure></div></section>");
    }

    static void AddCoOccurrence(Markup to, AnalysisResult analysis)
    {
        CoOccurrence pairs = analysis.CoOccurrence;
        if (pairs.NumPersons == 0) return;
        int shown = HeatMap.Shown(pairs).Length, annotated = Enumerable.Range(0, pairs.ClassIds.Count).Count(i => pairs.NumAnnotated(i) > 0);
        Dictionary<int, string> names = analysis.Result.Classes.ToDictionary(c => c.Id, c => c.Name);
        string threshold = analysis.Options.CoOccurrenceThreshold is { } score ? $"from a score of {Markup.Number(score, "0.###")} on" : "from its score of best F1 on";
        to.Add($"\n<section class=\"pairs\"><h2>Which classes are taken for which</h2><p>Of {pairs.NumPersons:N0} persons that were annotated and detected: rows are annotated, columns predicted, and the darker a cell, the larger the share of the row's persons. ");
        to.Add($"A class counts as predicted {threshold}. Persons have several classes, so cells off the diagonal need not be errors.");
        to.If(shown < annotated, m => m.Add($" The {shown} most frequent of {annotated} classes.")).Add($"</p><div class=\"wide\">{HeatMap.ToSvg(pairs, id => names[id])}</div></section>");
    }

    static IEnumerable<(string, double, int)> Rows(IEnumerable<SliceResult> slices) => slices.Select(s => (s.Name, s.MeanAveragePrecision, s.NumGroundTruth));

    static string Share(double share) => double.IsNaN(share) ? Markup.Nothing : Markup.Number(share * 100, "0.#") + " %";
}
