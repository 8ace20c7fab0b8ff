using System.Globalization;
using MlAva.Annotations;
using MlAva.Video;

namespace MlAva.Reporting;

/// <summary>
/// Examples as one picture, to be read without enlarging: keyframes with their boxes, and under each a line for every label, green with a plus
/// where annotated and predicted, red with an x where predicted only, grey with an o where missed.
/// </summary>
public static class PreviewPicture
{
    const int Text = 2, Gap = 12, Margin = 8, LineHeight = 20, TagWidth = 17, TagHeight = 18;

    static readonly RgbColor Paper = new(0x15, 0x18, 0x1B), Panel = new(0x20, 0x25, 0x29), Ink = new(0xE5, 0xE7, 0xE9), Soft = new(0xA2, 0xAA, 0xB3), Hit = new(0x4F, 0xC6, 0xA3), Wrong = new(0xF5, 0x8D, 0x62);

    /// <summary>Draws the picture.</summary>
    /// <param name="examples">At least one example.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">There is no example, or an option is out of range.</exception>
    public static RgbImage Draw(IReadOnlyList<ReportExample> examples, PreviewOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(examples);
        if (examples.Count == 0) throw new ArgumentException("A preview needs at least one example.", nameof(examples));
        options ??= new();
        options.Validate();

        // All examples are as high as the highest picture and the fullest list need.
        int lines = examples.Max(e => Math.Clamp(Labels(e, options).Count, 1, options.Lines));
        RgbImage[] pictures = [.. examples.Select(e => Pictures.OfWidth(e.Keyframe, options.Width))];
        int height = pictures.Max(p => p.Height);
        return ContactSheet.Grid([.. examples.Zip(pictures, (e, p) => Cell(e, p, height, lines, options))], options.Columns, Gap, Paper);
    }

    /// <summary>Draws the picture and writes it, PNG or JPEG after its extension.</summary>
    /// <param name="path">The file to write or replace; its folder is made where it is missing.</param>
    /// <param name="examples">At least one example.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">There is no example, an option is out of range, or the extension is not .png, .jpg or .jpeg.</exception>
    public static void Save(string path, IReadOnlyList<ReportExample> examples, PreviewOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        RgbImage picture = Draw(examples, options);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        picture.Save(path);
    }

    static List<(int Person, LabelVerdict Label)> Labels(ReportExample example, PreviewOptions options) =>
        [.. example.Shown(options.Threshold).Index().SelectMany(p => p.Item.Labels.Select(l => (p.Index, l)))];

    static RgbImage Cell(ReportExample example, RgbImage picture, int height, int lines, PreviewOptions options)
    {
        RgbImage cell = new(new(options.Width, height + 2 * Margin + lines * LineHeight - 4));
        FramePainter painter = cell.Painter;
        DrawBoxes(picture, example, options);
        painter.Picture(0, 0, picture.Pixels, picture.Size);
        painter.Fill(0, picture.Height, cell.Width, cell.Height - picture.Height, Panel);

        var labels = Labels(example, options);
        int y = picture.Height + Margin, shown = labels.Count > lines ? lines - 1 : labels.Count, previous = -1;
        foreach (var (person, label) in labels.Take(shown))
        {
            if (person != previous) DrawTag(painter, Margin, y - 2, person);
            previous = person;
            DrawLabel(painter, y, label, options.Width);
            y += LineHeight;
        }
        if (labels.Count > shown) painter.Text(Margin + 26, y, $"and {labels.Count - shown} more", Soft, Text);
        if (labels.Count == 0) painter.Text(Margin + 26, y, "no label", Soft, Text);
        return cell;
    }

    static void DrawLabel(FramePainter painter, int y, LabelVerdict label, int width)
    {
        const int advance = FramePainter.CharacterWidth * Text;
        var (sign, color) = label.Verdict switch { Verdict.Hit => ("+", Hit), Verdict.Wrong => ("x", Wrong), _ => ("o", Soft) };
        int left = Margin + 26, right = width - Margin;
        painter.Text(left, y, sign, color, Text);
        string score = double.IsNaN(label.Score) ? "-" : label.Score.ToString("F2", CultureInfo.InvariantCulture);
        painter.Text(right - score.Length * advance + Text, y, score, label.Verdict == Verdict.Hit ? Ink : color, Text);
        painter.Text(left + 2 * advance, y, Fitted(label.Name, (right - left) / advance - score.Length - 3), label.Verdict == Verdict.Hit ? Ink : color, Text);
    }

    // AVA explains some names in brackets; the explanation goes first where room is short.
    static string Fitted(string name, int characters)
    {
        int bracket = name.IndexOf(" (", StringComparison.Ordinal);
        if (name.Length > characters && bracket > 0) name = name[..bracket];
        return name.Length <= characters ? name : string.Concat(name.AsSpan(0, Math.Max(0, characters - 2)), "..");
    }

    static void DrawBoxes(RgbImage picture, ReportExample example, PreviewOptions options)
    {
        FramePainter painter = picture.Painter;
        ReportPerson[] persons = [.. example.Shown(options.Threshold).Select(p => p.Person)];
        foreach (var (i, person) in persons.Index())
        {
            if (person.TrueBox is { } truth) Dashes(painter, truth.Scale(picture.Width, picture.Height), picture.Size);
            if (person.PredictedBox is { } found)
            {
                Box box = found.Scale(picture.Width, picture.Height);
                painter.Box((float)box.X1, (float)box.Y1, (float)box.X2, (float)box.Y2, PersonColors.Of(i));
            }
        }
        foreach (var (i, place) in TagPlaces.Of(persons, (double)TagWidth / picture.Width, (double)TagHeight / picture.Height).Index())
        {
            if (place is var (x, y)) DrawTag(painter, (int)(x * picture.Width), (int)(y * picture.Height), i);
        }
    }

    static void DrawTag(FramePainter painter, int x, int y, int person)
    {
        string number = (person + 1).ToString(CultureInfo.InvariantCulture);
        painter.Fill(x, y, FramePainter.CharacterWidth * Text * number.Length + 5, TagHeight, PersonColors.Of(person));
        painter.Text(x + 4, y + 2, number, RgbColor.Black, Text);
    }

    static void Dashes(FramePainter painter, Box box, FrameSize size)
    {
        if (!box.HasArea || !double.IsFinite(box.Width + box.Height)) return;
        const int length = 5, period = 10;
        int left = (int)Math.Clamp(box.X1, 0, size.Width - 1), right = (int)Math.Clamp(box.X2, 0, size.Width - 1);
        int top = (int)Math.Clamp(box.Y1, 0, size.Height - 1), bottom = (int)Math.Clamp(box.Y2, 0, size.Height - 1);
        for (int x = left; x < right; x += period)
        {
            foreach (int y in (ReadOnlySpan<int>)[top, bottom]) painter.Fill(x, y, Math.Min(length, right - x), 1, RgbColor.White);
        }
        for (int y = top; y < bottom; y += period)
        {
            foreach (int x in (ReadOnlySpan<int>)[left, right]) painter.Fill(x, y, 1, Math.Min(length, bottom - y), RgbColor.White);
        }
    }
}
