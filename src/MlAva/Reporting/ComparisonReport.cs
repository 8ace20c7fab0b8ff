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
        body.Add($"</div>").If(Facts.Count > 0, m => m.Add($"<dl class=\"facts\">")
            .Each(Facts, (d, f) => d.Add($"<div><dt>{f.Key}</dt><dd>{f.Value}</dd></div>")).Add($"</dl>"));
        body.Add($"</header>");
        AnalysisSections.AddComparison(body, Comparison);
    }, Command, Comparison.Options.Rules);

    /// <summary>Writes the page to a temporary name, then moves it into place.</summary>
    /// <param name="path">The file to write or replace; its folder is made where it is missing.</param>
    public void Save(string path) => AtomicFile.WriteAllText(path, ToHtml());
}
