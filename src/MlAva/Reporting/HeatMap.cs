using MlAva.Evaluation.Analysis;

namespace MlAva.Reporting;

/// <summary>Classes that persons have (rows) against those that they are given (columns), as SVG.</summary>
static class HeatMap
{
    /// <summary>More classes could not be read.</summary>
    public const int MostClasses = 30;

    const double Cell = 20, Left = 210, Top = 156, Tail = 60;

    /// <summary>The classes shown: those of most persons, by id.</summary>
    public static int[] Shown(CoOccurrence pairs) =>
    [
        .. Enumerable.Range(0, pairs.ClassIds.Count).Where(i => pairs.NumAnnotated(i) > 0)
            .OrderByDescending(pairs.NumAnnotated).ThenBy(i => i).Take(MostClasses).Order(),
    ];

    public static Markup ToSvg(CoOccurrence pairs, Func<int, string> nameOf)
    {
        int[] shown = Shown(pairs);
        string[] names = [.. shown.Select(i => Short(nameOf(pairs.ClassIds[i])))];
        double width = Left + shown.Length * Cell + Tail, height = Top + shown.Length * Cell + 6;
        Markup svg = new();
        svg.Add($"<svg class=\"chart heat\" viewBox=\"0 0 {width} {height}\" style=\"max-width:{width}px\" role=\"img\" aria-label=\"Annotated against predicted classes\">");
        for (int i = 0; i < shown.Length; i++)
        {
            double middle = (i + 0.5) * Cell;
            svg.Add($"<text class=\"tick end\" x=\"{Left - 8}\" y=\"{Top + middle + 4}\">{names[i]}</text>");
            svg.Add($"<text class=\"tick\" transform=\"translate({Left + middle + 4} {Top - 8}) rotate(-60)\">{names[i]}</text>");
        }
        for (int t = 0; t < shown.Length; t++)
        {
            for (int p = 0; p < shown.Length; p++)
            {
                double share = pairs.Share(shown[t], shown[p]);
                if (pairs.Count(shown[t], shown[p]) == 0 && t != p) continue;
                svg.Add($"<rect class=\"cell{(t == p ? " same" : "")}\" x=\"{Left + p * Cell + 0.5}\" y=\"{Top + t * Cell + 0.5}\" width=\"{Cell - 1}\" height=\"{Cell - 1}\"");
                svg.Add($" fill-opacity=\"{share:0.##}\"><title>{pairs.Count(shown[t], shown[p])} of {pairs.NumAnnotated(shown[t])} annotated {names[t]} are given {names[p]} ({share * 100:0} %)</title></rect>");
            }
        }
        return svg.Add($"</svg>");
    }

    static string Short(string name) => name.Length <= 28 ? name : name[..27] + "…";
}
