using System.Globalization;
using System.Xml.Linq;

namespace MlAva.Annotations.Formats;

/// <summary>CVAT's XML 1.1. Frames of tracks count from 0; between a track's boxes its corners move in straight lines, as CVAT has it.</summary>
sealed class CvatReader(string path, ImportBuilder builder)
{
    static readonly string[] Ticked = ["true", "True", "1"], Unticked = ["false", "False", "0"], None = ["", "none", "__undefined__", "-"];

    readonly Dictionary<string, (string? Video, int? Width, int? Height)> _tasks = new(StringComparer.Ordinal);
    readonly HashSet<(string Label, string Attribute)> _numbers = [], _ticks = [];
    bool _fromAttributes;

    public void Read()
    {
        XElement root = XmlInput.Read(path);
        if (root.Name.LocalName != "annotations")
        {
            throw new AnnotationFormatException(path, XmlInput.Place(path, root).Line, $"<{root.Name.LocalName}>", "<annotations>, as in CVAT's XML 1.1",
                "export as 'CVAT for video 1.1' or 'CVAT for images 1.1'");
        }
        foreach (XElement task in root.Element("meta")?.Descendants().Where(e => e.Name.LocalName is "task" or "job") ?? []) AddTask(task);
        _fromAttributes = builder.Options.ActionAttributes is { } named ? named.Count > 0 : HasActionAttributes(root);
        foreach (XElement label in root.Element("meta")?.Descendants("label") ?? []) Declare(label);
        foreach (XElement element in root.Elements())
        {
            if (element.Name.LocalName == "track") builder.Try(() => ReadTrack(element));
            else if (element.Name.LocalName == "image") builder.Try(() => ReadImage(element));
        }
    }

    void AddTask(XElement task)
    {
        string? source = task.Element("source")?.Value is { Length: > 0 } given ? given : task.Element("name")?.Value;
        XElement? size = task.Element("original_size");
        _tasks[task.Element("id")?.Value ?? ""] = (source is null ? null : VideoOf(source),
            Side(size?.Element("width")), Side(size?.Element("height")));

        static int? Side(XElement? e) => int.TryParse(e?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int side) && side > 0 ? side : null;
    }

    static string VideoOf(string source)
    {
        string name = source.Replace('\\', '/');
        return Path.GetFileNameWithoutExtension(name[(name.LastIndexOf('/') + 1)..]);
    }

    /// <summary>Numbers the classes in the order in which CVAT's project lists them.</summary>
    void Declare(XElement label)
    {
        string? name = label.Element("name")?.Value;
        if (name is null) return;
        if (!_fromAttributes && label.Element("type")?.Value is null or "any" or "rectangle" or "bbox") builder.Declare(name);
        foreach (XElement attribute in label.Descendants("attribute"))
        {
            string? title = attribute.Element("name")?.Value, kind = attribute.Element("input_type")?.Value;
            if (title is null) continue;
            if (kind == "number") _numbers.Add((name, title));
            if (kind == "checkbox") _ticks.Add((name, title));
            if (!_fromAttributes || !IsAction(name, title)) continue;
            if (kind == "checkbox") builder.Declare(title);
            else if (kind is "select" or "radio")
            {
                foreach (string value in (attribute.Element("values")?.Value ?? "").Split('\n', StringSplitOptions.TrimEntries))
                    if (!None.Contains(value)) builder.Declare(value);
            }
        }
    }

    bool HasActionAttributes(XElement root)
    {
        foreach (XElement label in root.Element("meta")?.Descendants("label") ?? [])
        {
            foreach (XElement attribute in label.Descendants("attribute"))
                if (attribute.Element("input_type")?.Value == "number") _numbers.Add((label.Element("name")?.Value ?? "", attribute.Element("name")?.Value ?? ""));
        }
        return root.Descendants("box").Any(b => b.Elements("attribute").Any(a => IsAction(LabelOf(b) ?? "", a.Attribute("name")?.Value ?? "")));
    }

    static string? LabelOf(XElement box) => box.Attribute("label")?.Value ?? box.Parent?.Attribute("label")?.Value;

    bool IsAction(string label, string attribute) => builder.Options.ActionAttributes is { } named
        ? named.Contains(attribute, StringComparer.OrdinalIgnoreCase) : !_numbers.Contains((label, attribute));

    List<string> ActionsOf(XElement box, string label)
    {
        if (!_fromAttributes) return [label];
        List<string> actions = [];
        foreach (XElement attribute in box.Elements("attribute"))
        {
            string name = attribute.Attribute("name")?.Value ?? "", value = attribute.Value.Trim();
            if (!IsAction(label, name)) continue;
            if (_ticks.Contains((label, name)) || value is "true" or "false" or "True" or "False")
            {
                if (Ticked.Contains(value)) actions.Add(name);
                else if (!Unticked.Contains(value) && value.Length > 0)
                    throw XmlInput.Place(path, attribute).Error($"'{value}' for the checkbox '{name}'", "true or false", "correct the value");
                continue;
            }
            actions.AddRange(value.Split([';', '\n'], StringSplitOptions.TrimEntries).Where(v => !None.Contains(v)));
        }
        return actions;
    }

    (string Video, int? Width, int? Height) TaskOf(ImportBuilder.Place place, XElement element)
    {
        string? id = element.Attribute("task_id")?.Value;
        (string? video, int? width, int? height) = id is not null && _tasks.TryGetValue(id, out var task) ? task
            : _tasks.Count > 0 ? _tasks.Values.First() : default;
        return (builder.Options.VideoId ?? video
            ?? throw place.Error("no name of a video in <meta>", "<source>clip.mp4</source> in <task>", "give --video-id"), width, height);
    }

    void ReadTrack(XElement track)
    {
        ImportBuilder.Place place = XmlInput.Place(path, track);
        string label = XmlInput.Text(place, track, "label");
        (string video, int? width, int? height) = TaskOf(place, track);
        double fps = builder.Video(video, width, height).Fps ?? builder.Fps(video, place);
        int person = (int)XmlInput.Integer(place, track, "id");
        foreach (XElement other in track.Elements().Where(e => e.Name.LocalName != "box")) builder.CountOtherShape();
        SortedList<long, Key> keys = [];
        foreach (XElement box in track.Elements("box"))
        {
            builder.Try(() =>
            {
                ImportBuilder.Place at = XmlInput.Place(path, box);
                long frame = XmlInput.Integer(at, box, "frame");
                if (!keys.TryAdd(frame, new(at, BoxOf(at, box), box.Attribute("outside")?.Value == "1", ActionsOf(box, label))))
                    throw at.Error($"a second box of frame {frame} of track {person}", "one box a frame", "remove one of them");
            });
        }
        for (int i = 0; i < keys.Count; i++)
        {
            Key from = keys.Values[i];
            if (from.Outside) continue;
            long first = keys.Keys[i], end = i + 1 < keys.Count ? keys.Keys[i + 1] : first + 1;
            bool isKeyframe = false;
            foreach ((long frame, double time) in builder.Keyframes(first, end - 1, fps))
            {
                isKeyframe |= frame == first;
                double share = (double)(frame - first) / (end - first);
                Box box = share == 0 ? from.Box : Between(from.Box, keys.Values[i + 1].Box, share);
                builder.Try(() => builder.Add(from.Place, new(video, time), box, from.Actions, person));
            }
            if (!isKeyframe) builder.CountBetween();
        }
    }

    void ReadImage(XElement image)
    {
        ImportBuilder.Place place = XmlInput.Place(path, image);
        string name = XmlInput.Text(place, image, "name");
        (string? named, long? number) = FrameName.Parse(name);
        string video = builder.Options.VideoId ?? named ?? TaskOf(place, image).Video;
        long frame = (number ?? throw place.Error($"the name '{name}' without a frame's number", "a name such as video/img_00031.jpg", "rename the frames"))
            - builder.Options.FirstFrame;
        if (frame < 0) throw place.Error($"frame {number}, before the first", $"a frame from {builder.Options.FirstFrame} on", "correct --first-frame");
        builder.Video(video, (int)XmlInput.Integer(place, image, "width"), (int)XmlInput.Integer(place, image, "height"));
        XElement[] boxes = [.. image.Elements("box")];
        foreach (XElement other in image.Elements().Where(e => e.Name.LocalName != "box")) builder.CountOtherShape();
        if (builder.TimeOf(frame, builder.Fps(video, place)) is not { } time)
        {
            builder.CountBetween(boxes.Length);
            return;
        }
        foreach (XElement box in boxes)
        {
            builder.Try(() =>
            {
                ImportBuilder.Place at = XmlInput.Place(path, box);
                builder.Add(at, new(video, time), BoxOf(at, box), ActionsOf(box, XmlInput.Text(at, box, "label")), person: null);
            });
        }
    }

    /// <summary>A box's corners; of one that is turned, those of the upright box around it.</summary>
    static Box BoxOf(ImportBuilder.Place at, XElement box)
    {
        Box plain = new(XmlInput.Number(at, box, "xtl"), XmlInput.Number(at, box, "ytl"), XmlInput.Number(at, box, "xbr"), XmlInput.Number(at, box, "ybr"));
        if (box.Attribute("rotation") is null) return plain;
        (double sin, double cos) = Math.SinCos(XmlInput.Number(at, box, "rotation") * Math.PI / 180);
        double width = plain.Width * Math.Abs(cos) + plain.Height * Math.Abs(sin), height = plain.Width * Math.Abs(sin) + plain.Height * Math.Abs(cos);
        double x = (plain.X1 + plain.X2) / 2, y = (plain.Y1 + plain.Y2) / 2;
        return new(x - width / 2, y - height / 2, x + width / 2, y + height / 2);
    }

    static Box Between(Box a, Box b, double share) => new(
        a.X1 + (b.X1 - a.X1) * share, a.Y1 + (b.Y1 - a.Y1) * share, a.X2 + (b.X2 - a.X2) * share, a.Y2 + (b.Y2 - a.Y2) * share);

    sealed record Key(ImportBuilder.Place Place, Box Box, bool Outside, List<string> Actions);
}
