using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using MlAva.Annotations;
using MlAva.Evaluation.Analysis;
using MlAva.Reporting;
using MlAva.TestSupport;

namespace MlAva.Tests;

/// <summary>The breakdowns on the page: that plots hold the figures, that data cannot break them, and that a browser shows them.</summary>
public sealed class AnalysisReportTests
{
    static readonly LabelMapEntry[] Classes =
    [
        new(1, "stand <up>", ActionGroup.PersonMovement), new(20, "carry", ActionGroup.ObjectManipulation), new(70, "hug", ActionGroup.PersonInteraction),
    ];

    static readonly Box Left = new(0, 0, .4, 1), Right = new(.6, 0, 1, 1), Beside = new(.2, 0, .6, 1);

    static readonly AnnotationRow[] Truth =
    [
        new("v", 1, Left, 1, 0), new("v", 1, Right, 20, 1), new("v", 2, Left, 1, 0), new("w", 4, Left, 1, 0), new("w", 5, Left, 1, 0),
    ];

    /// <summary>In order of rank: hit, duplicate, wrong class, poor box, background, hit.</summary>
    static readonly DetectionRow[] Found =
    [
        new("v", 1, Left, 1, .9), new("v", 1, Left, 1, .8), new("v", 1, Right, 1, .7), new("v", 2, Beside, 1, .6), new("v", 3, Left, 1, .5),
        new("w", 5, Left, 1, .4),
    ];

    [Fact]
    public void Every_breakdown_has_its_section()
    {
        XDocument page = Page();
        Assert.Equal(
            ["Average precision by class", "Precision and recall", "Where mAP is lost", "Groups, sizes, persons, overlap", "Videos",
                "Precision, recall and F1 at thresholds", "Are scores probabilities?", "Which classes are taken for which", "What differs, and how surely", "All figures"],
            page.Descendants("h2").Select(h => h.Value));
        Assert.DoesNotContain("NaN", page.Descendants("main").Single().ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("∞", page.Root!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Bars_of_gains_hold_the_gains()
    {
        ErrorBreakdown errors = Analysis().Errors;
        XElement table = Elements(Page(), "table", "bars gains").Single();
        string[][] rows = [.. table.Element("tbody")!.Elements("tr").Select(r => r.Elements().Select(c => c.Value).ToArray())];
        Assert.Equal(["poor box", "wrong class", "duplicate", "background", "missed"], rows.Select(r => r[0]));
        ErrorKind[] kinds = [ErrorKind.Localisation, ErrorKind.WrongClass, ErrorKind.Duplicate, ErrorKind.Background, ErrorKind.Missed];
        Assert.Equal(kinds.Select(k => Three(errors[k].Gain)), rows.Select(r => r[3]));
        // Lengths are in the ratio of the gains.
        double[] widths = [.. table.Descendants("i").Select(i => Percent(i, "width"))];
        Assert.Equal(errors[kinds[0]].Gain / errors[kinds[1]].Gain, widths[0] / widths[1], 1e-2);
        Assert.All(widths, w => Assert.InRange(w, 0, 100));
    }

    [Fact]
    public void Stacked_bars_hold_each_class_s_best_ranked_detections()
    {
        XElement table = Elements(Page(), "table", "bars stacks").Single();
        XElement[] rows = [.. table.Element("tbody")!.Elements("tr")];
        // The class without ground truth has none.
        Assert.Equal(["stand <up>", "carry"], rows.Select(r => r.Element("th")!.Value));
        XElement[] parts = [.. rows[0].Descendants("i")];
        Assert.Equal(["correct: 1", "poor box: 1", "wrong class: 1", "duplicate: 1"], parts.Select(p => p.Attribute("title")!.Value));
        Assert.Equal([0, 25, 50, 75], parts.Select(p => Percent(p, "left")));
        Assert.All(parts, p => Assert.Equal(25, Percent(p, "width")));
        Assert.Empty(rows[1].Descendants("i"));
        ErrorKind[] order = [ErrorKind.Localisation, ErrorKind.WrongClass, ErrorKind.Duplicate, ErrorKind.Background, ErrorKind.Missed];
        Assert.Equal(order.Select(k => Three(Analysis().Errors.Classes[0][k].Gain)), rows[0].Elements("td").Skip(2).Select(c => c.Value));
    }

    [Fact]
    public void Bars_of_parts_hold_the_mean_average_precisions()
    {
        AnalysisResult analysis = Analysis();
        XElement[] tables = [.. Elements(Page(), "table", "bars parts")];
        Assert.Equal(["Group", "Box size", "Keyframes with", "IoU from", "Video"], tables.Select(t => t.Descendants("th").First().Value));
        AssertBars(tables[0], [("Person movement", analysis.Result.Group(ActionGroup.PersonMovement).MeanAveragePrecision),
            ("Object manipulation", analysis.Result.Group(ActionGroup.ObjectManipulation).MeanAveragePrecision), ("Person interaction", double.NaN)]);
        AssertBars(tables[1], analysis.BySize.Select(s => (s.Name, s.MeanAveragePrecision)));
        AssertBars(tables[2], analysis.ByPersons.Where(s => s.NumGroundTruth > 0).Select(s => (s.Name, s.MeanAveragePrecision)));
        AssertBars(tables[3], analysis.ByIoU.Select(r => (r.Threshold.ToString("F2", CultureInfo.InvariantCulture), r.MeanAveragePrecision)));
        AssertBars(tables[4], analysis.ByVideo.OrderBy(v => v.MeanAveragePrecision).Select(s => (s.Name, s.MeanAveragePrecision)));
    }

    [Fact]
    public void The_reliability_diagram_holds_every_bin_with_detections()
    {
        XElement[] bins = [.. Page().Descendants("g").Where(g => (string?)g.Attribute("class") == "bin")];
        CalibrationBin[] expected = [.. Analysis().Calibration.Bins.Where(b => b.Count > 0)];
        Assert.Equal(expected.Length, bins.Length);
        foreach ((CalibrationBin bin, XElement drawn) in expected.Zip(bins))
        {
            Assert.Contains($"precision {Three(bin.Precision)}", drawn.Element("title")!.Value, StringComparison.Ordinal);
            XElement bar = drawn.Elements("rect").Single(r => (string?)r.Attribute("class") == "bar");
            // The axis is 232 high.
            Assert.Equal(bin.Precision * 232, Number(bar, "height"), .01);
        }
    }

    [Fact]
    public void The_heat_map_holds_shares_of_annotated_persons()
    {
        CoOccurrence pairs = Analysis().CoOccurrence;
        XElement map = Elements(Page(), "svg", "chart heat").Single();
        XElement same = map.Elements("rect").First(r => (string?)r.Attribute("class") == "cell same");
        Assert.Equal(pairs.Share(0, 0), Number(same, "fill-opacity"), .006);
        Assert.Contains("of 2 annotated stand <up> are given stand <up>", same.Element("title")!.Value, StringComparison.Ordinal);
        Assert.Contains(map.Elements("rect"), r => r.Element("title")!.Value == "1 of 1 annotated carry are given stand <up> (100 %)");
    }

    [Fact]
    public void The_comparison_holds_differences_with_their_intervals()
    {
        ComparisonResult comparison = Comparison();
        XElement[] plots = [.. Elements(Page(), "svg", "chart forest")];
        Assert.Equal(2, plots.Length);
        Assert.Equal(comparison.Runs.Select(r => r.Name), plots[0].Descendants("text").Where(t => (string?)t.Attribute("class") == "name end").Select(t => t.Value));
        RunDifference difference = comparison.Differences[0];
        XElement first = plots[1].Elements("g").First();
        Assert.StartsWith($"mAP: −{Three(-difference.Difference)} [", first.Element("title")!.Value, StringComparison.Ordinal);
        (double zero, double at) = (Number(plots[1].Elements("line").Single(l => (string?)l.Attribute("class") == "axis"), "x1"), Number(first.Element("circle")!, "cx"));
        Assert.True(difference.Difference < 0 && at < zero);
        Assert.InRange(Number(first.Element("line")!, "x1"), 0, at + .01);
    }

    [Fact]
    public void A_comparison_is_a_page_of_its_own_too()
    {
        ComparisonReport report = new() { Comparison = Comparison(), Title = "<b>", Subtitle = "&", Command = "mlava compare", Facts = [new("Data", "<>")] };
        XDocument page = XDocument.Parse(report.ToHtml());
        Assert.Equal(["<b>", "&"], page.Descendants("header").Single().Elements().Take(2).Select(e => e.Value));
        Assert.Equal(report.Comparison.Runs.Select(r => Three(r.Result.MeanAveragePrecision)), Elements(page, "div", "verdict").Single().Descendants("strong").Select(s => s.Value));
        using TemporaryFolder folder = new();
        report.Save(folder.File("compare.html"));
        Assert.Equal(report.ToHtml(), File.ReadAllText(folder.File("compare.html")));
    }

    [Fact]
    public void An_analysis_of_nothing_is_a_page_without_numbers()
    {
        AnalysisResult nothing = DetectionAnalysis.Run([], [], Classes);
        XDocument page = XDocument.Parse(new EvaluationReport { Result = nothing.Result, Analysis = nothing }.ToHtml());
        Assert.DoesNotContain("NaN", page.Descendants("main").Single().ToString(), StringComparison.Ordinal);
        Assert.Empty(page.Descendants("svg"));
    }

    [Fact]
    public void Eighty_classes_and_sixty_videos_stay_below_three_megabytes()
    {
        AnalysisResult analysis = Large(out AnnotationRow[] truth, out DetectionRow[] found, out LabelMapEntry[] classes);
        ComparisonResult comparison = DetectionComparison.Run([new("all", found), new("half", found.Where((_, i) => i % 2 == 0))], truth, classes, options: new() { Samples = 20 });
        string html = new EvaluationReport { Result = analysis.Result, Analysis = analysis, Comparison = comparison }.ToHtml();
        XDocument page = XDocument.Parse(html);
        Assert.Equal(60, Elements(page, "section", "videos").Single().Descendants("tbody").Elements("tr").Count());
        Assert.Equal(30, Elements(page, "svg", "chart heat").Single().Elements("rect").Count(r => (string?)r.Attribute("class") == "cell same"));
        Assert.InRange(html.Length, 1, 3_000_000);
    }

    static void AssertBars(XElement table, IEnumerable<(string Name, double Value)> expected)
    {
        XElement[] rows = [.. table.Element("tbody")!.Elements("tr")];
        Assert.Equal(expected.Select(e => (e.Name, double.IsNaN(e.Value) ? "–" : Three(e.Value))), rows.Select(r => (r.Elements().First().Value, r.Elements().Last().Value)));
        foreach ((XElement row, (_, double value)) in rows.Zip(expected))
        {
            XElement? bar = row.Descendants("i").SingleOrDefault();
            if (value > 0) Assert.Equal(value * 100, Percent(bar!, "width"), .01);
            else Assert.Null(bar);
        }
    }

    static AnalysisResult Analysis() => DetectionAnalysis.Run(Truth, Found, Classes, options: new() { CoOccurrenceThreshold = .5 });

    static ComparisonResult Comparison() =>
        DetectionComparison.Run([new("all", Found), new("less", Found[1..^1])], Truth, Classes, options: new() { Samples = 50 });

    static XDocument Page() => XDocument.Parse(new EvaluationReport { Result = Analysis().Result, Analysis = Analysis(), Comparison = Comparison() }.ToHtml());

    static AnalysisResult Large(out AnnotationRow[] truth, out DetectionRow[] found, out LabelMapEntry[] classes)
    {
        LabelMapEntry[] many = [.. Enumerable.Range(1, 80).Select(i => new LabelMapEntry(i, $"a class with a rather long name, number {i}", LabelMap.AvaGroupOf(i)))];
        Random random = new(3);
        truth = [.. from v in Enumerable.Range(0, 60) from t in Enumerable.Range(0, 5) from c in many where random.NextDouble() < .2
            select new AnnotationRow($"video {v}", t, Left, c.Id, 0)];
        found = [.. from v in Enumerable.Range(0, 60) from t in Enumerable.Range(0, 5) from c in many
            select new DetectionRow($"video {v}", t, random.NextDouble() < .8 ? Left : Beside, c.Id, random.NextDouble())];
        classes = many;
        return DetectionAnalysis.Run(truth, found, many, options: new() { CoOccurrenceThreshold = .5 });
    }

    static IEnumerable<XElement> Elements(XDocument page, string name, string style) => page.Descendants(name).Where(e => (string?)e.Attribute("class") == style);

    static double Percent(XElement element, string property) =>
        double.Parse(Regex.Match(element.Attribute("style")!.Value, $@"(?:^|;){property}:([\d.]+)%").Groups[1].Value, CultureInfo.InvariantCulture);

    static double Number(XElement element, string attribute) => double.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);

    static string Three(double value) => value.ToString("F3", CultureInfo.InvariantCulture);
}
