using MlAva.Annotations;
using MlAva.Video;

namespace MlAva.Reporting;

/// <summary>An example as a card: the keyframe with its boxes, the clip as a filmstrip, and for each person true labels against predicted ones.</summary>
static class ExampleCard
{
    const int StripFrames = 5;

    // Pixels: what a card shows on a screen of two pixels to one of CSS, and no more.
    const int PictureEdge = 480, StripEdge = 128;

    // Shares of a picture about 300 pixels wide.
    const double TagWidth = 0.065, TagHeight = 0.09;

    public static void Add(Markup to, ReportExample example, double threshold)
    {
        var persons = example.Shown(threshold);
        RgbImage picture = Pictures.Within(example.Keyframe, PictureEdge);
        to.Add($"<figure class=\"example\"><div class=\"picture\"><img alt=\"Keyframe {example.Caption}\" width=\"{picture.Width}\" height=\"{picture.Height}\" src=\"data:image/jpeg;base64,{Convert.ToBase64String(picture.ToJpeg(85))}\"/>");
        AddBoxes(to, [.. persons.Select(p => p.Person)]);
        to.Add($"</div>");
        if (example.Clip is { } clip) AddStrip(to, clip);
        to.Add($"<figcaption>{example.Caption}</figcaption><ul class=\"persons\">");
        foreach (var (i, (_, labels)) in persons.Index())
        {
            to.Add($"<li><b class=\"tag\" style=\"background:{PersonColors.Css(i)}\">{i + 1}</b><ul>");
            to.Each(labels, AddLabel);
            to.If(labels.Count == 0, m => m.Add($"<li class=\"missed\"><span></span><span class=\"name\">no label</span></li>"));
            to.Add($"</ul></li>");
        }
        to.Add($"</ul></figure>");
    }

    static void AddBoxes(Markup to, ReportPerson[] persons)
    {
        // A unit of the view box is a thousandth of a side, whatever the picture's shape; strokes keep their width.
        to.Add($"<svg viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
        foreach (var (i, person) in persons.Index())
        {
            if (person.TrueBox is { } truth) AddBox(to, truth, "truth", "#fff");
            if (person.PredictedBox is { } found) AddBox(to, found, "found", PersonColors.Css(i));
        }
        to.Add($"</svg>");
        foreach (var (i, place) in TagPlaces.Of(persons, TagWidth, TagHeight).Index())
        {
            if (place is var (x, y)) to.Add($"<b class=\"tag\" style=\"left:{x * 100}%;top:{y * 100}%;background:{PersonColors.Css(i)}\">{i + 1}</b>");
        }
    }

    static void AddBox(Markup to, Box box, string style, string color)
    {
        // Coordinates that are no numbers, or corners the wrong way round, cannot be drawn.
        if (!box.HasArea || !double.IsFinite(box.Width + box.Height)) return;
        // A darker line beneath parts the coloured one from any picture.
        foreach (var (layer, stroke) in (ReadOnlySpan<(string, string)>)[($"{style} halo", "#000"), (style, color)])
            to.Add($"<rect class=\"{layer}\" stroke=\"{stroke}\" x=\"{box.X1 * 1000}\" y=\"{box.Y1 * 1000}\" width=\"{box.Width * 1000}\" height=\"{box.Height * 1000}\"/>");
    }

    static void AddStrip(Markup to, VideoClip clip)
    {
        int count = Math.Min(StripFrames, clip.Frames);
        RgbImage[] frames = [.. Enumerable.Range(0, count).Select(i => Pictures.Within(RgbImage.FromClip(clip, count == 1 ? 0 : i * (clip.Frames - 1) / (count - 1)), StripEdge))];
        RgbImage strip = ContactSheet.Grid(frames, count, gap: 0);
        to.Add($"<img class=\"strip\" alt=\"{count} of the clip's {clip.Frames} frames\" title=\"{count} of the clip's {clip.Frames} frames\" width=\"{strip.Width}\" height=\"{strip.Height}\" src=\"data:image/jpeg;base64,{Convert.ToBase64String(strip.ToJpeg(75))}\"/>");
    }

    static void AddLabel(Markup to, LabelVerdict label)
    {
        var (style, sign, meaning) = label.Verdict switch
        {
            Verdict.Hit => ("hit", "✓", "annotated and predicted"),
            Verdict.Wrong => ("wrong", "✕", "predicted but not annotated"),
            _ => ("missed", "○", "annotated but not predicted"),
        };
        to.Add($"<li class=\"{style}\" title=\"{meaning}\"><span>{sign}</span><span class=\"name\">{label.Name}</span>");
        to.Add($"<span class=\"bar\">").If(!double.IsNaN(label.Score), m => m.Add($"<i style=\"width:{label.Score * 100}%\"></i>")).Add($"</span><span class=\"num\">{label.Score:F2}</span></li>");
    }
}
