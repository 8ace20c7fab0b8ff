using System.Text.RegularExpressions;
using MlAva.Annotations;
using MlAva.Evaluation.Analysis;
using MlAva.Reporting;
using MlAva.TestSupport;
using SkiaSharp;

namespace MlAva.Tests;

/// <summary>What a browser that reaches no network draws of a report: every plot in its own colours, from one small file.</summary>
public sealed class ReportPictureTests : IDisposable
{
    const int Width = 1100, Height = 6000;

    // Colours of the style.
    const uint Paper = 0xfbfbf9, Blue = 0x1f6fb2, Grey = 0x6f7782, PoorBox = 0xe3a33c, WrongClass = 0xb3401a, Duplicate = 0x8c6bb1,
        Background = 0xb7bdc4, Worse = 0xb3401a;

    static readonly Box Left = new(0, 0, .4, 1), Right = new(.6, 0, 1, 1), Beside = new(.2, 0, .6, 1);

    static readonly LabelMapEntry[] Classes =
        [new(1, "stand", ActionGroup.PersonMovement), new(20, "carry", ActionGroup.ObjectManipulation), new(70, "hug", ActionGroup.PersonInteraction)];

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ChromiumFact]
    public void A_browser_draws_every_plot_in_its_colours()
    {
        string page = Write();
        (string Plot, int Count, (uint Color, int Least)[] Colors)[] plots =
        [
            ("table.bars:not(.gains):not(.stacks):not(.parts)", 1, [(Blue, 500)]),
            (".curve svg", 3, [(Blue, 100), (Mix(Blue, .1), 1000), (Grey, 50)]),
            ("table.gains", 1, [(PoorBox, 200), (WrongClass, 200), (Duplicate, 200), (Background, 200)]),
            ("table.stacks", 1, [(Blue, 500), (PoorBox, 200), (WrongClass, 200), (Duplicate, 200)]),
            (".breakdown table.parts", 4, [(Blue, 500)]),
            (".videos table.parts", 1, [(Blue, 500)]),
            (".calibration svg", 1, [(Mix(Blue, .75), 500), (Background, 500)]),
            (".pairs svg", 1, [(Blue, 200)]),
            (".comparison svg", 2, [(Grey, 20)]),
            (".comparison svg:last-of-type", 1, [(Worse, 40)]),
        ];

        using SKBitmap picture = Chromium.Picture(page, _folder.Path, Width, Height);
        SKRectI[][] areas = Chromium.Areas(page, _folder.Path, [.. plots.Select(p => p.Plot)], Width, Height);

        foreach (((string plot, int count, (uint Color, int Least)[] colors), SKRectI[] found) in plots.Zip(areas))
        {
            Assert.True(found.Length == count, $"{plot}: {found.Length} instead of {count}");
            foreach (SKRectI area in found)
            {
                Assert.True(area is { Width: > 100, Height: > 30, Left: >= 0, Right: <= Width, Top: >= 0, Bottom: <= Height }, $"{plot} lies at {area}");
                foreach ((uint color, int least) in colors)
                    Assert.True(Count(picture, area, color) >= least, $"{plot}: {Count(picture, area, color)} pixels of {color:x6}, not {least}");
            }
        }
    }

    [ChromiumFact]
    public void A_plot_without_figures_is_seen_to_be_empty()
    {
        string page = _folder.File("nothing.html");
        AnalysisResult nothing = DetectionAnalysis.Run(Truth(), [], Classes);
        EvaluationReportWriter.Write(page, nothing.Result, nothing);
        using SKBitmap picture = Chromium.Picture(page, _folder.Path, Width, Height);

        SKRectI area = Assert.Single(Chromium.Areas(page, _folder.Path, ["table.stacks"], Width, Height)[0]);
        Assert.Equal(0, Count(picture, area, Blue) + Count(picture, area, PoorBox) + Count(picture, area, WrongClass));
    }

    /// <summary>Five thresholds beside the longest of AVA's names.</summary>
    [ChromiumFact]
    public void The_table_of_thresholds_is_not_cut_at_its_right()
    {
        string page = _folder.File("long.html");
        LabelMapEntry[] longest = [.. Classes.Select(c => c with { Name = "sing to (e.g., self, a person, a group)" })];
        AnalysisResult analysis = DetectionAnalysis.Run(Truth(), Found(), longest);
        EvaluationReportWriter.Write(page, analysis.Result, analysis);

        SKRectI[][] areas = Chromium.Areas(page, _folder.Path, [".thresholds .wide", ".thresholds table"], Width, Height);

        Assert.InRange(Assert.Single(areas[1]).Right, 0, Assert.Single(areas[0]).Right);
    }

    [Fact]
    public void The_report_is_one_small_file_that_names_no_address()
    {
        string page = Write(), html = File.ReadAllText(page);

        Assert.InRange(new FileInfo(page).Length, 1, 3_000_000);
        string withoutNamespaces = html.Replace("xmlns=\"http://www.w3.org/2000/svg\"", "", StringComparison.Ordinal);
        Assert.DoesNotMatch(new Regex("://|@import|url\\(|<link|<iframe|fetch\\(|XMLHttpRequest|WebSocket"), withoutNamespaces);
        Assert.DoesNotMatch(new Regex("(src|href|srcset)=\"(?!data:|#)"), withoutNamespaces);
    }

    /// <summary>A colour that the paper shines through.</summary>
    static uint Mix(uint color, double opacity)
    {
        uint mixed = 0;
        for (int shift = 0; shift < 24; shift += 8)
        {
            double value = (color >> shift & 255) * opacity + (Paper >> shift & 255) * (1 - opacity);
            mixed |= (uint)Math.Round(value) << shift;
        }

        return mixed;
    }

    /// <summary>Pixels of an area that have a colour, but for the rounding of edges.</summary>
    static int Count(SKBitmap picture, SKRectI area, uint color)
    {
        int count = 0;
        for (int y = area.Top; y < area.Bottom; y++)
        {
            for (int x = area.Left; x < area.Right; x++)
            {
                SKColor pixel = picture.GetPixel(x, y);
                if (Near(pixel.Red, color >> 16) && Near(pixel.Green, color >> 8 & 255) && Near(pixel.Blue, color & 255)) count++;
            }
        }

        return count;

        static bool Near(byte a, uint b) => Math.Abs(a - (int)b) <= 12;
    }

    string Write()
    {
        string page = _folder.File("report.html");
        AnalysisResult analysis = DetectionAnalysis.Run(Truth(), Found(), Classes, options: new() { CoOccurrenceThreshold = .5 });
        EvaluationReportWriter.Write(page, analysis.Result, analysis, Comparison(), "A report", "found.csv", "mlava evaluate");
        return page;
    }

    /// <summary>Two persons in each of two keyframes of eight videos; each class is annotated in each.</summary>
    static AnnotationRow[] Truth() =>
    [
        .. from v in Enumerable.Range(0, 8)
           from t in Enumerable.Range(1, 2)
           from row in new AnnotationRow[]
               { new($"video {v}", t, Left, 1, 0), new($"video {v}", t, Right, 20, 1), new($"video {v}", t, Left, 70, 0) }
           select row,
    ];

    /// <summary>In every keyframe a hit, a duplicate, a wrong class and a background of each class; in every second one a poor box instead of the hit.</summary>
    static DetectionRow[] Found() =>
    [
        .. from v in Enumerable.Range(0, 8)
           from t in Enumerable.Range(1, 2)
           from c in Classes
           let own = c.Id == 20 ? Right : Left
           let score = 1 - .05 * v - .01 * t
           from row in new DetectionRow[]
           {
               new($"video {v}", t, t == 1 || v < 2 ? own : Beside, c.Id, score), new($"video {v}", t, own with { Y2 = .9 }, c.Id, score - .02),
               new($"video {v}", t, c.Id == 20 ? Left : Right, c.Id, score - .1), new($"video {v}", 3, own, c.Id, score - .3),
           }
           select row,
    ];

    /// <summary>Against a run that misses the best-ranked detections: surely worse.</summary>
    static ComparisonResult Comparison() => DetectionComparison.Run(
        [new("all", Found()), new("less", Found().Where(d => d.Timestamp != 1))], Truth(), Classes, options: new() { Samples = 100 });
}
