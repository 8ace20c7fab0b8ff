using MlAva.Evaluation;

namespace MlAva.Reporting;

/// <summary>Every figure of every class as a table.</summary>
static class ClassTable
{
    public static void Add(Markup to, FrameMapResult result, FrameMapResult? keyframeOnly, FrameMapResult? baseline, IReadOnlyCollection<int> motionOnly)
    {
        bool curves = result.Classes.Any(c => c.Curve is not null);
        int figures = 1 + (keyframeOnly is null ? 0 : 1) + (baseline is null ? 0 : 1);
        to.Add($"<div class=\"wide\"><table class=\"classes\"><thead><tr class=\"over\"><td colspan=\"3\"></td><th colspan=\"{figures}\">average precision</th><th colspan=\"3\">instances</th>");
        to.If(curves, m => m.Add($"<th colspan=\"4\">where F1 is best</th>"));
        to.Add($"</tr><tr><th class=\"num\">id</th><th>class</th><th>group</th><th class=\"num\">{(figures == 1 ? "AP" : "clip")}</th>");
        to.If(keyframeOnly is not null, m => m.Add($"<th class=\"num\">keyframe</th>")).If(baseline is not null, m => m.Add($"<th class=\"num\">baseline</th>"));
        to.Add($"<th class=\"num\">truth</th><th class=\"num\">detected</th><th class=\"num\">correct</th>");
        to.If(curves, m => m.Add($"<th class=\"num\">F1</th><th class=\"num\">score</th><th class=\"num\">precision</th><th class=\"num\">recall</th>"));
        to.Add($"</tr></thead><tbody>");
        foreach (ClassResult c in result.Classes)
        {
            to.Add($"<tr><td class=\"num soft\">{c.Id}</td><th scope=\"row\">{c.Name}{ClassBars.Mark(motionOnly.Contains(c.Id))}</th><td class=\"soft\">{ClassBars.NameOf(c.Group)}</td><td class=\"num ap\">{c.AveragePrecision:F3}</td>");
            to.If(keyframeOnly is not null, m => m.Add($"<td class=\"num\">{ClassBars.Find(keyframeOnly, c.Id)?.AveragePrecision ?? double.NaN:F3}</td>"));
            to.If(baseline is not null, m => m.Add($"<td class=\"num\">{ClassBars.Find(baseline, c.Id)?.AveragePrecision ?? double.NaN:F3}</td>"));
            to.Add($"<td class=\"num\">{c.NumGroundTruth:N0}</td><td class=\"num\">{c.NumDetections:N0}</td><td class=\"num\">{c.NumTruePositives:N0}</td>");
            if (curves)
            {
                OperatingPoint best = c.Curve?.BestF1() ?? new(double.NaN, double.NaN, double.NaN, double.NaN, 0);
                to.Add($"<td class=\"num\">{best.F1:F3}</td><td class=\"num\">{best.Threshold:F3}</td><td class=\"num\">{best.Precision:F3}</td><td class=\"num\">{best.Recall:F3}</td>");
            }
            to.Add($"</tr>");
        }
        to.Add($"</tbody><tfoot><tr><td></td><th scope=\"row\">mean of {result.NumClassesAveraged}, total</th><td></td><td class=\"num ap\">{result.MeanAveragePrecision:F3}</td>");
        to.If(keyframeOnly is not null, m => m.Add($"<td class=\"num\">{keyframeOnly!.MeanAveragePrecision:F3}</td>"));
        to.If(baseline is not null, m => m.Add($"<td class=\"num\">{baseline!.MeanAveragePrecision:F3}</td>"));
        to.Add($"<td class=\"num\">{result.Classes.Sum(c => c.NumGroundTruth):N0}</td><td class=\"num\">{result.Classes.Sum(c => c.NumDetections):N0}</td><td class=\"num\">{result.Classes.Sum(c => c.NumTruePositives):N0}</td>");
        to.If(curves, m => m.Add($"<td colspan=\"4\"></td>")).Add($"</tr></tfoot></table></div>");
    }
}
