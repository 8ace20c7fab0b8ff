using System.Text.Json;

namespace MlAva.Annotations.Formats;

/// <summary>
/// A project of VIA 3. A rectangle of a video stands at one time (<c>z</c>: [t]); a temporal segment (<c>z</c>: [from, to], no shape) gives
/// its actions to every rectangle of its file within it. A rectangle of an image stands at the frame that the image's name tells.
/// </summary>
sealed class ViaReader(string path, ImportBuilder builder)
{
    const int Rectangle = 2, Text = 1, Checkbox = 2;

    readonly Dictionary<string, (string Name, int Type, Dictionary<string, string> Options)> _attributes = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _files = new(StringComparer.Ordinal);
    readonly Dictionary<string, List<(double From, double To, List<string> Actions)>> _segments = new(StringComparer.Ordinal);

    public void Read()
    {
        using JsonDocument document = JsonInput.Read(path, "a project of VIA 3");
        JsonElement root = document.RootElement;
        ImportBuilder.Place whole = new(path, 0, "");
        foreach (JsonProperty attribute in Members(whole, root, "attribute")) ReadAttribute(attribute);
        Dictionary<string, string> names = new(StringComparer.Ordinal);
        foreach (JsonProperty file in Members(whole, root, "file"))
            names[file.Name] = JsonInput.Name(At("file", file), JsonInput.Member(At("file", file), file.Value, "fname"), "fname");
        foreach (JsonProperty view in Members(whole, root, "view"))
        {
            ImportBuilder.Place place = At("view", view);
            JsonElement first = JsonInput.Member(place, view.Value, "fid_list").EnumerateArray().FirstOrDefault();
            if (first.ValueKind == JsonValueKind.Undefined) continue;
            _files[view.Name] = names.TryGetValue(JsonInput.Name(place, first, "fid_list"), out string? name) ? name
                : throw place.Error($"the file {first}, which is not listed", "a file of 'file'", "export the project again");
        }
        JsonProperty[] metadata = [.. Members(whole, root, "metadata")];
        foreach (JsonProperty entry in metadata) builder.Try(() => ReadSegment(entry));
        foreach (JsonProperty entry in metadata) builder.Try(() => ReadRectangle(entry));
    }

    static JsonElement.ObjectEnumerator Members(ImportBuilder.Place place, JsonElement root, string name)
    {
        JsonElement found = JsonInput.Member(place, root, name);
        return found.ValueKind == JsonValueKind.Object ? found.EnumerateObject()
            : throw place.Error($"'{name}' that is no object", "an object", "export the project again with VIA 3");
    }

    ImportBuilder.Place At(string section, JsonProperty entry) => new(path, 0, $"{section}.{entry.Name}");

    void ReadAttribute(JsonProperty attribute)
    {
        ImportBuilder.Place place = At("attribute", attribute);
        string name = JsonInput.Name(place, JsonInput.Member(place, attribute.Value, "aname"), "aname");
        int type = JsonInput.Optional(attribute.Value, "type") is { } kind ? JsonInput.Integer(place, kind, "type") : Text;
        Dictionary<string, string> options = new(StringComparer.Ordinal);
        if (JsonInput.Optional(attribute.Value, "options") is { ValueKind: JsonValueKind.Object } list)
            foreach (JsonProperty option in list.EnumerateObject()) options[option.Name] = JsonInput.Name(place, option.Value, "an option").Trim();
        _attributes[attribute.Name] = (name, type, options);
        if (!IsAction(name)) return;
        foreach (string option in options.Values.Where(o => o.Length > 0)) builder.Declare(option);
    }

    bool IsAction(string attribute) =>
        builder.Options.ActionAttributes is not { } named || named.Contains(attribute, StringComparer.OrdinalIgnoreCase);

    List<string> ActionsOf(ImportBuilder.Place place, JsonElement entry)
    {
        List<string> actions = [];
        if (JsonInput.Optional(entry, "av") is not { ValueKind: JsonValueKind.Object } values) return actions;
        foreach (JsonProperty value in values.EnumerateObject())
        {
            if (!_attributes.TryGetValue(value.Name, out var attribute))
                throw place.Error($"the attribute {value.Name}, which is not listed", "an attribute of 'attribute'", "export the project again");
            if (!IsAction(attribute.Name)) continue;
            string text = JsonInput.Name(place, value.Value, "av").Trim();
            string[] chosen = attribute.Type is Checkbox or > Checkbox ? text.Split(',', StringSplitOptions.TrimEntries) : [text];
            foreach (string option in chosen.Where(c => c.Length > 0))
            {
                if (attribute.Options.Count == 0 || attribute.Type == Text) actions.Add(option);
                else if (attribute.Options.TryGetValue(option, out string? name)) actions.Add(name);
                else throw place.Error($"option '{option}' of '{attribute.Name}'", $"one of {string.Join(", ", attribute.Options.Keys)}", "correct the value");
            }
        }
        return actions;
    }

    string ViewOf(ImportBuilder.Place place, JsonElement entry)
    {
        string view = JsonInput.Name(place, JsonInput.Member(place, entry, "vid"), "vid");
        return _files.ContainsKey(view) ? view : throw place.Error($"the view {view}, which is not listed", "a view of 'view'", "export the project again");
    }

    static double[] List(ImportBuilder.Place place, JsonElement entry, string name) =>
        JsonInput.Optional(entry, name) is { } list ? JsonInput.Numbers(place, list, name) : [];

    void ReadSegment(JsonProperty entry)
    {
        ImportBuilder.Place place = At("metadata", entry);
        double[] z = List(place, entry.Value, "z");
        if (List(place, entry.Value, "xy").Length > 0 || z.Length < 2) return;
        string view = ViewOf(place, entry.Value);
        if (!_segments.TryGetValue(view, out var segments)) _segments[view] = segments = [];
        segments.Add((z[0], z[^1], ActionsOf(place, entry.Value)));
    }

    void ReadRectangle(JsonProperty entry)
    {
        ImportBuilder.Place place = At("metadata", entry);
        double[] xy = List(place, entry.Value, "xy"), z = List(place, entry.Value, "z");
        if (xy.Length == 0) return;
        if (xy[0] != Rectangle)
        {
            builder.CountOtherShape();
            return;
        }
        if (xy.Length != 5) throw place.Error($"xy of {xy.Length} numbers", "5: the shape 2, x, y, width, height", "correct or remove the shape");
        string view = ViewOf(place, entry.Value), file = _files[view];
        Box box = new(xy[1], xy[2], xy[1] + xy[3], xy[2] + xy[4]);
        (string video, double? time, double seconds) = z.Length > 0
            ? (builder.Options.VideoId ?? Path.GetFileNameWithoutExtension(file), builder.TimeOf(z[0]), z[0]) : OfImage(place, file);
        if (time is not { } keyframe)
        {
            builder.CountBetween();
            return;
        }
        IEnumerable<string> lasting = _segments.GetValueOrDefault(view, [])
            .Where(s => s.From <= seconds + 1e-9 && seconds <= s.To + 1e-9).SelectMany(s => s.Actions);
        builder.Add(place, new(video, keyframe), box, ActionsOf(place, entry.Value).Concat(lasting), person: null);
    }

    (string Video, double? Time, double Seconds) OfImage(ImportBuilder.Place place, string file)
    {
        (string? named, long? number) = FrameName.Parse(file);
        string video = builder.Options.VideoId ?? named ?? throw place.Error($"'{file}', which names no video", "video_000031.jpg", "give --video-id");
        long frame = (number ?? throw place.Error($"'{file}' without a frame's number", "video_000031.jpg", "rename the frames")) - builder.Options.FirstFrame;
        if (frame < 0) throw place.Error($"frame {number}, before the first", $"a frame from {builder.Options.FirstFrame} on", "correct --first-frame");
        double fps = builder.Fps(video, place);
        return (video, builder.TimeOf(frame, fps), frame / fps);
    }
}
