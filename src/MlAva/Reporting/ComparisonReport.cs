using MlAva.Annotations;
using MlAva.Evaluation.Analysis;

namespace MlAva.Reporting;

/// <summary>A comparison of runs as one page of HTML that needs nothing else, in the manner of <see cref="EvaluationReport"/>.</summary>
public sealed record ComparisonReport
{
    /// <summary>The page's title.</summary>
    public string Title { get; init; } = "Comparison of detections";

    /// <summary>The line under the title.</summary>
    public string Subtitle { get; init; } = "";

    /// <summary>The command that made the report, for the foot of the page.</summary>
    public string Command { get; init; } = "";

    /// <summary>What to know of the comparison. Names and values, in this order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Facts { get; init; } = [];

    /// <summary>The comparison.</summary>
    public required ComparisonResult Comparison { get; init; }

    /// <summary>The page: HTML that is well-formed XML too.</summary>
    public string ToHtml() => EvaluationReport.Page(Title, body =>
    {
        body.Add($"<header><h1>{Title}</h1>").If(Subtitle.Length > 0, m => m.Add($"<p class=\"subtitle\">{Subtitle}</p>"));
        body.Add($"<div class=\"verdict\">");
        for (int r = 0; r < Comparison.Runs.Count; r++)
        {
            ComparedRun run = Comparison.Runs[r];
            string against = r == 0 ? "" : $", {Markup.Number(Comparison.Differences[r - 1].Difference, "+0.000;−0.000;0.000")}";
            body.Add($"<div class=\"{(r == 0 ? "base" : "clip")}\"><strong>{run.Result.MeanAveragePrecision:F3}</strong><span><b>{run.Name}</b>mAP of {run.Result.NumClassesAveraged} classes{against}</span></div>");
        }
        string[] remarks = [.. Comparison.Runs.SelectMany(r => r.Result.Remarks.Prepend(r.Result.UndefinedReason ?? "").Where(t => t.Length > 0)
            .Select(t => $"{r.Name}: {t}"))];
        body.Add($"</div>").If(remarks.Length > 0, m => m.Add($"<ul class=\"remarks\">")
            .Each(remarks, (list, r) => list.Add($"<li>{r}</li>")).Add($"</ul>"));
        body.Add($"<dl class=\"facts\">").Each(Rules().Concat(Facts), (d, f) => d.Add($"<div><dt>{f.Key}</dt><dd>{f.Value}</dd></div>"));
        body.Add($"</dl></header>");
        AnalysisSections.AddComparison(body, Comparison);
    }, Command, Comparison.Options.Rules);

    /// <summary>The first run's rules and counts, and what another run's differ in.</summary>
    IEnumerable<KeyValuePair<string, string>> Rules()
    {
        KeyValuePair<string, string>[] first = [.. EvaluationReport.RulesOf(Comparison.Runs[0].Result)];
        foreach (KeyValuePair<string, string> fact in first) yield return fact;
        foreach (ComparedRun run in Comparison.Runs.Skip(1))
        {
            foreach ((string name, string value) in EvaluationReport.RulesOf(run.Result).Except(first)) yield return new($"{name}, {run.Name}", value);
        }
    }

    /// <summary>Writes the page to a temporary name, then moves it into place.</summary>
    /// <param name="path">The file to write or replace; its folder is made where it is missing.</param>
    public void Save(string path) => AtomicFile.WriteAllText(path, ToHtml());
}
