using MlAva.Evaluation.Analysis;

namespace MlAva.Reporting;

/// <summary>Kinds of errors: what mending each would gain in mAP, and each class's best-ranked detections as one stacked bar.</summary>
static class ErrorBars
{
    static readonly ErrorKind[] InRanking = [ErrorKind.Localisation, ErrorKind.WrongClass, ErrorKind.Duplicate, ErrorKind.Background];

    static readonly ErrorKind[] Kinds = [.. InRanking, ErrorKind.Missed];

    public static string NameOf(ErrorKind kind) => kind switch
    {
        ErrorKind.Localisation => "poor box",
        ErrorKind.WrongClass => "wrong class",
        ErrorKind.Duplicate => "duplicate",
        ErrorKind.Background => "background",
        _ => "missed",
    };

    public static void AddGains(Markup to, ErrorBreakdown errors)
    {
        double most = Scale.Rounded(errors.Overall.Select(k => k.Gain).Where(double.IsFinite).DefaultIfEmpty(0).Max()).High;
        to.Add($"<table class=\"bars gains\"><thead><tr><th>Kind of error</th><th class=\"num truths\">count</th>");
        to.Add($"<th class=\"scale\"><span>0</span><span>{most / 2:0.###}</span><span>{most:0.###}</span></th><th class=\"num\">mAP gained</th></tr></thead><tbody>");
        foreach (ErrorKind kind in Kinds)
        {
            ErrorFigure figure = errors[kind];
            to.Add($"<tr><th scope=\"row\">{NameOf(kind)}</th><td class=\"num truths\">{figure.Count:N0}</td><td class=\"track\"><div>");
            to.If(figure.Gain > 0, m => m.Add($"<i class=\"part {Style(kind)}\" style=\"width:{figure.Gain / most * 100}%\"></i>"));
            to.Add($"</div></td><td class=\"num ap\">{figure.Gain:F3}</td></tr>");
        }
        to.Add($"</tbody></table>");
    }

    public static void AddLegend(Markup to)
    {
        to.Add($"<ul class=\"keys\"><li><i class=\"part hit\"></i>correct</li>");
        to.Each(InRanking, (m, k) => m.Add($"<li><i class=\"part {Style(k)}\"></i>{NameOf(k)}</li>")).Add($"</ul>");
    }

    public static void AddClasses(Markup to, ErrorBreakdown errors, Func<int, int> truths)
    {
        to.Add($"<div class=\"wide\"><table class=\"bars stacks\"><thead><tr><th>Class</th><th class=\"num truths\">labels</th>");
        to.Add($"<th class=\"scale\"><span>0 %</span><span>50</span><span>100 %</span></th>");
        to.Each(Kinds, (m, k) => m.Add($"<th class=\"num\">{NameOf(k)}</th>")).Add($"</tr></thead><tbody>");
        foreach (ClassErrors c in errors.Classes.Where(c => truths(c.Id) > 0).OrderByDescending(c => truths(c.Id)).ThenBy(c => c.Id))
        {
            to.Add($"<tr><th scope=\"row\">{c.Name}</th><td class=\"num truths\">{truths(c.Id):N0}</td><td class=\"track\"><div>");
            double left = 0;
            Part("hit", "correct", c.TopTruePositives);
            foreach (ErrorKind kind in InRanking) Part(Style(kind), NameOf(kind), c[kind].TopCount);
            to.Add($"</div></td>");
            // The kind that costs a class most stands out.
            double worst = c.Kinds.Max(k => k.Gain);
            to.Each(Kinds, (m, k) => m.Add($"<td class=\"num {(c[k].Gain == worst && worst > 0 ? "ap" : "soft")}\">{c[k].Gain:F3}</td>")).Add($"</tr>");

            void Part(string style, string name, int count)
            {
                if (count == 0) return;
                double width = 100.0 * count / truths(c.Id);
                to.Add($"<i class=\"part {style}\" style=\"left:{left}%;width:{width}%\" title=\"{name}: {count:N0}\"></i>");
                left += width;
            }
        }
        to.Add($"</tbody></table></div>");
    }

    static string Style(ErrorKind kind) => kind switch
    {
        ErrorKind.Localisation => "box",
        ErrorKind.WrongClass => "class",
        ErrorKind.Duplicate => "twice",
        ErrorKind.Background => "ground",
        _ => "lost",
    };
}
