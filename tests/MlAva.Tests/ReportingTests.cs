using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using MlAva.Annotations;
using MlAva.Evaluation;
using MlAva.Reporting;
using MlAva.TestSupport;
using MlAva.Video;

namespace MlAva.Tests;

/// <summary>The report as a page: what is on it, that it needs nothing else, and that data cannot break it.</summary>
public sealed partial class ReportingTests
{
    const string Nasty = "walk <script>alert(\"1\")</script> & 'run' \u0001";

    static readonly LabelMapEntry[] Classes =
    [
        new(1, "stand", ActionGroup.PersonMovement), new(2, Nasty, ActionGroup.PersonMovement), new(3, "carry/hold (an object)", ActionGroup.ObjectManipulation),
        new(4, "hug (a person)", ActionGroup.PersonInteraction), new(5, "never seen", ActionGroup.PersonInteraction),
    ];

    static readonly Box Left = new(0.1, 0.2, 0.4, 0.9), Right = new(0.6, 0.2, 0.9, 0.9);

    [Fact]
    public void The_page_is_well_formed_and_asks_for_nothing_outside_itself()
    {
        string html = Report().ToHtml();
        XDocument page = XDocument.Parse(html);
        foreach (XAttribute source in page.Descendants().Attributes().Where(a => a.Name.LocalName is "src" or "href" or "data" or "poster" or "srcset" or "action"))
            Assert.StartsWith("data:image/", source.Value, StringComparison.Ordinal);
        Assert.DoesNotContain("http", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", html, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", html, StringComparison.Ordinal);
        Assert.Empty(page.Descendants("link"));
    }

    [Fact]
    public void Every_class_stands_in_bars_and_table_and_every_class_with_truth_has_a_curve()
    {
        XDocument page = XDocument.Parse(Report().ToHtml());
        string[] names = [.. Classes.Select(c => c.Name.Replace('\u0001', '\uFFFD'))];
        Assert.Equal(names, Elements(page, "table", "classes").Single().Element("tbody")!.Elements("tr").Select(r => r.Elements("th").Single().Nodes().OfType<XText>().First().Value));
        Assert.Equal(names.Order(), Elements(page, "table", "bars").Single().Elements("tbody").Elements("tr").Where(r => r.Attribute("class") is null)
            .Select(r => r.Element("th")!.Nodes().OfType<XText>().First().Value).Order());
        Assert.Equal(["Person movement", "Object manipulation", "Person interaction"], Elements(page, "tr", "group").Select(r => r.Element("th")!.Value));
        Assert.Equal(names[..4], Elements(page, "figure", "curve").Select(f => f.Descendants("span").First().Nodes().OfType<XText>().First().Value));
        Assert.Contains("Without ground truth: never seen.", page.Root!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_is_escaped_wherever_it_stands()
    {
        EvaluationReport report = Report() with { Title = Nasty, Subtitle = Nasty, Command = Nasty, Facts = [new(Nasty, Nasty)], Examples = [Example() with { Caption = Nasty }] };
        string html = report.ToHtml();
        XDocument page = XDocument.Parse(html);
        Assert.DoesNotContain("<script>alert", html, StringComparison.Ordinal);
        Assert.Single(page.Descendants("script"));
        string shown = Nasty.Replace('\u0001', '\uFFFD');
        Assert.Equal(shown, page.Descendants("h1").Single().Value);
        Assert.Equal(shown, page.Descendants("pre").Single().Value);
        Assert.Equal(shown, page.Descendants("dt").Last().Value);
        Assert.Equal($"Keyframe {shown}", page.Descendants("img").First().Attribute("alt")!.Value);
    }

    [Fact]
    public void Text_that_is_no_valid_unicode_still_gives_a_page() =>
        XDocument.Parse((Report() with { Title = "half \uD800 a pair, \uFFFF" }).ToHtml());

    [Fact]
    public void A_number_that_there_is_none_of_is_a_dash()
    {
        XDocument page = XDocument.Parse(Report().ToHtml());
        string[] cells = [.. Elements(page, "table", "classes").Single().Element("tbody")!.Elements("tr").Last().Elements("td").Select(d => d.Value)];
        // id, group, AP three times; truth, detected, correct; F1, score, precision, recall.
        Assert.Equal(["5", "Person interaction", "–", "–", "–", "0", "2", "0", "–", "–", "–", "–"], cells);
        Assert.DoesNotContain("NaN", page.Descendants("main").Single().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_evaluation_without_ground_truth_says_why_instead_of_showing_a_zero()
    {
        FrameMapResult nothing = FrameMap.Evaluate([], Detections(), Classes);
        XDocument page = XDocument.Parse(new EvaluationReport { Result = nothing }.ToHtml());
        Assert.Equal("–", Elements(page, "div", "verdict").Single().Descendants("strong").Single().Value);
        Assert.Contains("There is no ground truth at all", Elements(page, "ul", "remarks").Single().Value, StringComparison.Ordinal);
        Assert.Empty(Elements(page, "figure", "curve"));
        Assert.DoesNotContain("NaN", page.Descendants("main").Single().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Detections_without_any_hit_and_classes_without_detections_are_drawn()
    {
        DetectionRow[] wrong = [new("v", 902, Right, 1, 0.9), new("v", 902, Right, 2, 0.9)];
        XDocument page = XDocument.Parse(new EvaluationReport { Result = FrameMap.Evaluate(Truth().Where(t => t.Box == Left), wrong, Classes) }.ToHtml());
        Assert.NotEmpty(Elements(page, "figure", "curve"));
        Assert.DoesNotContain("NaN", page.Descendants("main").Single().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_verdict_sets_the_result_beside_keyframe_and_baseline()
    {
        EvaluationReport report = Report();
        XDocument page = XDocument.Parse(report.ToHtml());
        double[] expected = [report.Result.MeanAveragePrecision, report.KeyframeOnly!.MeanAveragePrecision, report.Baseline!.MeanAveragePrecision];
        Assert.Equal(expected.Select(Three), Elements(page, "div", "verdict").Single().Descendants("strong").Select(s => s.Value));
        Assert.Contains($"motion is worth {Three(expected[0] - expected[1])} mAP", page.Root!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Motion_only_classes_are_marked_and_their_drop_is_told()
    {
        EvaluationReport report = Report();
        XDocument page = XDocument.Parse(report.ToHtml());
        double clip = (report.Result.Class(1).AveragePrecision + report.Result.Class(2).AveragePrecision) / 2;
        double still = (report.KeyframeOnly!.Class(1).AveragePrecision + report.KeyframeOnly.Class(2).AveragePrecision) / 2;
        Assert.True(clip > still);
        Assert.Contains(
            $"marks the 2 classes that single frames cannot tell apart. Their mean AP is {Three(clip)} with the clip and {Three(still)} when every frame is the keyframe: a drop of {Three(clip - still)}.",
            page.Root!.Value, StringComparison.Ordinal);
        Assert.Equal(2, Elements(page, "table", "bars").Single().Descendants("span").Count(s => (string?)s.Attribute("class") == "mark"));
    }

    [Fact]
    public void Every_epoch_with_a_figure_is_a_point_with_a_title()
    {
        XDocument page = XDocument.Parse(Report().ToHtml());
        XElement[] charts = [.. Elements(page, "div", "pair").Single().Descendants("svg")];
        Assert.Equal(["Epoch 1: Loss 0.5000", "Epoch 2: Loss 0.2500", "Epoch 3: Loss 0.2000"], charts[0].Descendants("title").Select(t => t.Value));
        // The first epoch was not validated.
        Assert.Equal(["Epoch 2: mAP 0.5000", "Epoch 3: mAP 0.7500"], charts[1].Descendants("title").Select(t => t.Value));
    }

    [Fact]
    public void Parts_that_there_is_nothing_to_say_of_are_missing()
    {
        XDocument page = XDocument.Parse(new EvaluationReport { Result = Report().Result }.ToHtml());
        Assert.Equal(["Average precision by class", "Precision and recall", "All figures"], page.Descendants("h2").Select(h => h.Value));
        Assert.Empty(page.Descendants("img"));
        Assert.Single(Elements(page, "div", "verdict").Single().Descendants("strong"));
    }

    [Fact]
    public void The_interpolated_curve_encloses_the_average_precision()
    {
        // Hits and misses at random, but the same ones every time.
        Random random = new(1);
        List<AnnotationRow> truth = [];
        List<DetectionRow> found = [];
        for (int i = 0; i < 60; i++)
        {
            truth.Add(new("v", 902 + i, Left, 1, 0));
            found.Add(new("v", 902 + i, random.NextDouble() < 0.6 ? Left : Right, 1, random.NextDouble()));
        }
        FrameMapResult result = FrameMap.Evaluate(truth, found, [Classes[0]]);
        string path = XElement.Parse(MetricsHtml.Curves(result)).Descendants("path").Single(p => (string?)p.Attribute("class") == "area").Attribute("d")!.Value;
        double area = 0, x = 26, y = 0;
        foreach (Match step in Steps().Matches(path))
        {
            double value = double.Parse(step.Groups[2].Value, CultureInfo.InvariantCulture);
            switch (step.Groups[1].Value)
            {
                case "H":
                    area += (value - x) * (122 - y);
                    x = value;
                    break;
                default:
                    y = value;
                    break;
            }
        }
        Assert.Equal(result.Class(1).AveragePrecision, area / (170 * 114), 0.002);
    }

    [Fact]
    public void A_page_for_eighty_classes_and_large_pictures_stays_small()
    {
        LabelMapEntry[] many = [.. Enumerable.Range(1, 80).Select(i => new LabelMapEntry(i, $"class {i}", LabelMap.AvaGroupOf(i)))];
        Random random = new(2);
        AnnotationRow[] truth = [.. from t in Enumerable.Range(0, 300) from c in many where random.NextDouble() < 0.2 select new AnnotationRow("v", 902 + t, Left, c.Id, 0)];
        DetectionRow[] found = [.. from t in Enumerable.Range(0, 300) from c in many select new DetectionRow("v", 902 + t, Left, c.Id, random.NextDouble())];
        FrameMapResult result = FrameMap.Evaluate(truth, found, many);
        byte[] noise = new byte[1280 * 720 * 3];
        random.NextBytes(noise);
        RgbImage picture = new(new(1280, 720), noise);
        VideoClip clip = new(32, picture.Size);
        for (int i = 0; i < clip.Frames; i++) noise.CopyTo(clip.Frame(i));
        ReportExample example = new() { Keyframe = picture, Clip = clip, Persons = Example().Persons };
        EvaluationReport report = new() { Result = result, KeyframeOnly = result, Baseline = result, Examples = [.. Enumerable.Repeat(example, 9)] };
        string html = report.ToHtml();
        XDocument page = XDocument.Parse(html);
        Assert.Equal(80, Elements(page, "figure", "curve").Count());
        Assert.All(page.Descendants("img"), i => Assert.InRange((int)i.Attribute("width")!, 1, 640));
        Assert.InRange(html.Length, 1, 3_000_000);
    }

    [Fact]
    public void Saving_writes_the_page_and_leaves_nothing_else()
    {
        using TemporaryFolder folder = new();
        EvaluationReport report = Report();
        report.Save(folder.File("new/report.html"));
        Assert.Equal(report.ToHtml(), File.ReadAllText(folder.File("new/report.html")));
        Assert.Single(Directory.GetFiles(folder.File("new")));
    }

    [Fact]
    public void Fragments_for_notebooks_are_well_formed_and_touch_only_themselves()
    {
        EvaluationReport report = Report();
        ActionDetectionMetrics metrics = new(report.Result);
        Assert.Equal(MetricsHtml.Table(report.Result), metrics.ToHtml());
        foreach (string fragment in (string[])[MetricsHtml.Table(report.Result, report.KeyframeOnly, report.Baseline), MetricsHtml.Bars(report.Result), MetricsHtml.Curves(report.Result), MetricsHtml.Training(report.Epochs)])
        {
            XElement root = XElement.Parse(fragment);
            Assert.Equal("mlava", (string?)root.Attribute("class"));
            Assert.Empty(root.Descendants("script"));
            string[] selectors = [.. Selectors().Matches(root.Element("style")!.Value).Select(m => m.Groups[1].Value).Where(s => !s.StartsWith('@')).SelectMany(s => s.Split(','))];
            Assert.True(selectors.Length > 50);
            Assert.All(selectors, s => Assert.StartsWith(".mlava", s.Trim(), StringComparison.Ordinal));
        }
        Assert.Throws<ArgumentException>(() => MetricsHtml.Training([]));
    }

    static EvaluationReport Report() => new()
    {
        Title = "A report",
        Command = "mlava quickstart",
        Facts = [new("Seed", "20")],
        Epochs = [new(1, 0.1, 0.5, double.NaN, 2), new(2, 0.1, 0.25, 0.5, 2), new(3, 0.1, 0.2, 0.75, 2)],
        Result = FrameMap.Evaluate(Truth(), Detections(), Classes),
        KeyframeOnly = FrameMap.Evaluate(Truth(), Detections().Select(d => d.ActionId <= 2 ? d with { Score = 1 - d.Score } : d), Classes),
        Baseline = FrameMap.Evaluate(Truth(), Detections().Select(d => d with { Score = 0.5 }), Classes),
        MotionOnlyClasses = [1, 2],
        Examples = [Example()],
    };

    static AnnotationRow[] Truth() => [new("v", 902, Left, 1, 1), new("v", 902, Right, 2, 2), new("v", 902, Right, 3, 2), new("v", 902, Left, 4, 1)];

    // The annotated ones score 0.9, the others 0.2.
    static DetectionRow[] Detections() => [.. from box in (Box[])[Right, Left] from c in Classes
        select new DetectionRow("v", 902, box, c.Id, Truth().Any(t => t.Box == box && t.ActionId == c.Id) ? 0.9 : 0.2)];

    static ReportExample Example() => ReportExample.Create(new(new(64, 48)), Truth(), Detections(), Classes, "v, 902 s", new VideoClip(4, new(64, 48)));

    static IEnumerable<XElement> Elements(XDocument page, string name, string style) => page.Descendants(name).Where(e => (string?)e.Attribute("class") == style);

    static string Three(double value) => value.ToString("F3", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?:(H|V)|M26 )(-?[\d.]+)")]
    private static partial Regex Steps();

    [GeneratedRegex(@"(?:^|[{};])\s*([^{};]+)\{")]
    private static partial Regex Selectors();
}
