using MlAva.Annotations;
using MlAva.Evaluation;

namespace MlAva.Reporting;

/// <summary>AP of every class as bars, by group; under each bar a thin one for keyframes without their clips, and a stroke for the baseline.</summary>
static class ClassBars
{
    /// <summary>What marks a class that only motion tells apart.</summary>
    public static Markup Mark(bool motionOnly) => motionOnly ? Markup.Raw("<span class=\"mark\" title=\"only motion tells this class apart\">◆</span>") : new();

    public static string NameOf(ActionGroup group) => group switch
    {
        ActionGroup.PersonMovement => "Person movement",
        ActionGroup.ObjectManipulation => "Object manipulation",
        ActionGroup.PersonInteraction => "Person interaction",
        _ => "Other classes",
    };

    public static void Add(Markup to, FrameMapResult result, FrameMapResult? keyframeOnly, FrameMapResult? baseline, IReadOnlyCollection<int> motionOnly)
    {
        to.Add($"<table class=\"bars\"><thead><tr><th>Class</th><th class=\"num truths\" title=\"annotated instances\">labels</th><th class=\"scale\"><span>0</span><span>0.5</span><span>1</span></th><th class=\"num\">AP</th>");
        to.If(keyframeOnly is not null, m => m.Add($"<th class=\"num\">keyframe<br/>only</th>")).Add($"</tr></thead>");
        // AVA's order of groups; classes without one come last.
        foreach (var group in result.Classes.GroupBy(c => c.Group).OrderBy(g => g.Key == ActionGroup.Unknown ? int.MaxValue : (int)g.Key))
        {
            double still = keyframeOnly is null ? double.NaN : MeanOver(group.Select(c => Find(keyframeOnly, c.Id)));
            to.Add($"<tbody><tr class=\"group\"><th scope=\"rowgroup\">{(group.Count() == result.Classes.Count ? "All classes" : NameOf(group.Key))}</th><td class=\"truths\"></td><td></td><td class=\"num\">{MeanOver(group):F3}</td>");
            to.If(keyframeOnly is not null, m => m.Add($"<td class=\"num\">{still:F3}</td>")).Add($"</tr>");
            foreach (ClassResult c in group.OrderByDescending(c => c.AveragePrecision).ThenBy(c => c.Id))
            {
                double ap = c.AveragePrecision, stillAp = Find(keyframeOnly, c.Id)?.AveragePrecision ?? double.NaN, baseAp = Find(baseline, c.Id)?.AveragePrecision ?? double.NaN;
                to.Add($"<tr><th scope=\"row\">{c.Name}{Mark(motionOnly.Contains(c.Id))}</th><td class=\"num truths\">{c.NumGroundTruth:N0}</td><td class=\"track\"><div>");
                to.If(!double.IsNaN(ap), m => m.Add($"<i class=\"clip\" style=\"width:{ap * 100}%\"></i>"));
                to.If(!double.IsNaN(stillAp), m => m.Add($"<i class=\"still\" style=\"width:{stillAp * 100}%\"></i>"));
                to.If(!double.IsNaN(baseAp), m => m.Add($"<i class=\"base\" style=\"left:{baseAp * 100}%\" title=\"class-frequency baseline {baseAp:F3}\"></i>"));
                to.Add($"</div></td><td class=\"num ap\">{ap:F3}</td>");
                to.If(keyframeOnly is not null, m => m.Add($"<td class=\"num soft\">{stillAp:F3}</td>")).Add($"</tr>");
            }
            to.Add($"</tbody>");
        }
        to.Add($"</table>");
    }

    public static ClassResult? Find(FrameMapResult? result, int id) => result?.Classes.FirstOrDefault(c => c.Id == id);

    /// <summary>The mean AP of classes with ground truth; NaN when none has.</summary>
    public static double MeanOver(IEnumerable<ClassResult?> classes) =>
        classes.Where(c => c is { NumGroundTruth: > 0 }).Select(c => c!.AveragePrecision).DefaultIfEmpty(double.NaN).Average();
}
