using System.Xml.Linq;
using MlAva.Annotations;
using MlAva.Evaluation;
using MlAva.Reporting;
using MlAva.TestSupport;
using MlAva.Video;

namespace MlAva.Tests;

/// <summary>Examples: who belongs to whom, what counts as right, and both ways of drawing them.</summary>
public sealed class ReportingExampleTests
{
    static readonly LabelMapEntry[] Classes = [new(1, "stand", ActionGroup.PersonMovement), new(2, "walk", ActionGroup.PersonMovement), new(3, "hug (a person)", ActionGroup.PersonInteraction)];

    static readonly Box Left = new(0.1, 0.2, 0.4, 0.9), Right = new(0.6, 0.2, 0.9, 0.9), Far = new(0.45, 0.0, 0.55, 0.1);

    static AnnotationRow Truth(Box box, int action, int person) => new("v", 902, box, action, person);

    static DetectionRow Found(Box box, int action, double score) => new("v", 902, box, action, score);

    static Box Moved(Box box, double by) => new(box.X1 + by, box.Y1, box.X2 + by, box.Y2);

    static ReportExample Create(AnnotationRow[] truth, DetectionRow[] found) => ReportExample.Create(new(new(160, 120)), truth, found, Classes, "v, 902 s");

    [Fact]
    public void Scored_boxes_go_to_the_annotated_box_they_overlap_most()
    {
        ReportExample example = Create(
            [Truth(Right, 1, 2), Truth(Left, 2, 1), Truth(Left, 3, 1)],
            [Found(Moved(Left, 0.08), 1, 0.4), Found(Moved(Left, 0.01), 2, 0.8), Found(Moved(Left, 0.01), 3, 0.7), Found(Moved(Right, 0.02), 1, 0.9), Found(Far, 9, 0.9)]);
        Assert.Equal([Left, null, Right], example.Persons.Select(p => p.TrueBox));
        Assert.Equal([Moved(Left, 0.01), Moved(Left, 0.08), Moved(Right, 0.02)], example.Persons.Select(p => p.PredictedBox));
        Assert.Equal(["walk", "hug (a person)"], example.Persons[0].TrueLabels);
        Assert.Equal([new("walk", 0.8), new("hug (a person)", 0.7)], example.Persons[0].Predictions);
    }

    [Fact]
    public void Persons_who_are_not_found_or_not_annotated_stay_apart()
    {
        ReportExample example = Create([Truth(Left, 1, 1)], [Found(Right, 2, 0.9)]);
        Assert.Equal([(Left, null), (null, Right)], example.Persons.Select(p => (p.TrueBox, p.PredictedBox)));
    }

    [Fact]
    public void A_card_tells_hits_wrong_labels_and_misses_apart()
    {
        ReportExample example = Create([Truth(Left, 1, 1), Truth(Left, 3, 1)], [Found(Left, 1, 0.8), Found(Left, 2, 0.6), Found(Left, 3, 0.3), Found(Right, 1, 0.2)]);
        Assert.Equal([("hit", "stand", "0.80"), ("wrong", "walk", "0.60"), ("missed", "hug (a person)", "0.30")], Labels(example, 0.5));
        Assert.Equal([("missed", "stand", "0.80"), ("missed", "hug (a person)", "0.30")], Labels(example, 0.9));
    }

    [Fact]
    public void A_person_who_was_not_found_has_missed_labels_without_a_score() =>
        Assert.Equal([("missed", "walk", "–")], Labels(Create([Truth(Left, 2, 1)], []), 0.5));

    [Fact]
    public void A_card_draws_both_boxes_where_they_are()
    {
        XElement svg = Page(Create([Truth(Left, 1, 1)], [Found(Moved(Left, 0.05), 1, 0.8)]), 0.5).Descendants("div").Single(d => (string?)d.Attribute("class") == "picture").Element("svg")!;
        Assert.Equal(
            [("truth", "100", "200", "300", "700"), ("found", "150", "200", "300", "700")],
            svg.Elements("rect").Where(r => !((string)r.Attribute("class")!).Contains("halo", StringComparison.Ordinal)).Select(r =>
                ((string)r.Attribute("class")!, (string)r.Attribute("x")!, (string)r.Attribute("y")!, (string)r.Attribute("width")!, (string)r.Attribute("height")!)));
    }

    [Fact]
    public void Boxes_that_cannot_be_drawn_harm_nothing()
    {
        Box inverted = new(0.9, 0.9, 0.1, 0.1), none = new(double.NaN, 0, 1, 1);
        ReportExample example = new()
        {
            Keyframe = new(new(160, 120)),
            Persons = [new() { TrueBox = inverted, TrueLabels = ["a"] }, new() { PredictedBox = none, Predictions = [new("b", 1)] }, new() { TrueBox = new(-5, -5, 5, 5), TrueLabels = ["c"] }],
        };
        Assert.DoesNotContain("NaN", Page(example, 0.5).Descendants("main").Single().ToString(), StringComparison.Ordinal);
        Assert.Equal(320, PreviewPicture.Draw([example]).Width - 24);
    }

    [Fact]
    public void A_preview_has_the_size_that_columns_and_pictures_give()
    {
        ReportExample example = Create([Truth(Left, 1, 1)], [Found(Left, 1, 0.8)]);
        RgbImage one = PreviewPicture.Draw([example]);
        Assert.Equal(320 + 2 * 12, one.Width);
        RgbImage five = PreviewPicture.Draw([.. Enumerable.Repeat(example, 5)]);
        Assert.Equal(3 * (320 + 12) + 12, five.Width);
        Assert.Equal(2 * (one.Height - 12) + 12, five.Height);
        Assert.Equal(2 * (200 + 12) + 12, PreviewPicture.Draw([.. Enumerable.Repeat(example, 5)], new() { Columns = 2, Width = 200 }).Width);
    }

    [Fact]
    public void A_preview_grows_with_its_labels_up_to_the_limit()
    {
        ReportExample few = Create([Truth(Left, 1, 1)], [Found(Left, 1, 0.8)]);
        ReportExample many = Create([Truth(Left, 1, 1), Truth(Left, 2, 1), Truth(Right, 3, 2)], [Found(Left, 1, 0.8)]);
        int Height(ReportExample example, int lines) => PreviewPicture.Draw([example], new() { Lines = lines }).Height;
        Assert.True(Height(many, 6) > Height(few, 6));
        Assert.True(Height(many, 2) < Height(many, 3));
        Assert.Equal(Height(many, 3), Height(many, 20));
    }

    [Fact]
    public void A_preview_shows_the_picture_and_the_boxes()
    {
        RgbImage keyframe = new(new(160, 120));
        keyframe.Painter.Fill(0, 0, 160, 120, new(10, 20, 30));
        RgbImage preview = PreviewPicture.Draw([Create([Truth(Left, 1, 1)], [Found(Left, 1, 0.8)]) with { Keyframe = keyframe }]);
        RgbColor At(int x, int y) => preview.Pixels.AsSpan((y * preview.Width + x) * 3, 3) is var p ? new(p[0], p[1], p[2]) : default;
        Assert.Equal(new(10, 20, 30), At(12 + 5, 12 + 5));
        // The box's bottom edge, in the first person's colour, and its inside.
        Assert.Equal(new(0x56, 0xB4, 0xE9), At(12 + 80, 12 + 215));
        Assert.Equal(new(10, 20, 30), At(12 + 80, 12 + 150));
    }

    [Fact]
    public void A_preview_is_saved_as_a_picture()
    {
        using TemporaryFolder folder = new();
        ReportExample example = Create([Truth(Left, 1, 1)], []);
        PreviewPicture.Save(folder.File("new/preview.png"), [example]);
        Assert.Equal(PreviewPicture.Draw([example]).Pixels, RgbImage.Load(folder.File("new/preview.png")).Pixels);
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        ReportExample example = Create([], []);
        Assert.Contains("Columns is 0; it must be 1 to 12", Assert.Throws<ArgumentException>(() => PreviewPicture.Draw([example], new() { Columns = 0 })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => PreviewPicture.Draw([example], new() { Width = 10 }));
        Assert.Throws<ArgumentException>(() => PreviewPicture.Draw([example], new() { Lines = 0 }));
        Assert.Throws<ArgumentException>(() => PreviewPicture.Draw([example], new() { Threshold = double.NaN }));
        Assert.Throws<ArgumentException>(() => PreviewPicture.Draw([]));
    }

    static XDocument Page(ReportExample example, double threshold) => XDocument.Parse(new EvaluationReport
    {
        Result = FrameMap.Evaluate([Truth(Left, 1, 1)], [Found(Left, 1, 0.5)], Classes),
        Examples = [example],
        ExampleThreshold = threshold,
    }.ToHtml());

    static (string Verdict, string Name, string Score)[] Labels(ReportExample example, double threshold) =>
        [.. Page(example, threshold).Descendants("ul").Single(u => (string?)u.Attribute("class") == "persons").Descendants("li").Where(l => l.Attribute("class") is not null)
            .Select(l => ((string)l.Attribute("class")!, l.Elements("span").ElementAt(1).Value, l.Elements("span").Last().Value))];
}
