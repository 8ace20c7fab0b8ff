using System.Globalization;
using System.Text.Json;

namespace MlAva.Annotations.Formats;

/// <summary>
/// COCO's JSON for videos. An image's frame is its <c>frame_id</c> (or <c>frame_index</c>), else the number in its name; its video is <c>video_id</c> (through the
/// list of videos, where there is one), else what its name tells. A box's actions are its <c>actions</c> (names or ids), else its category.
/// </summary>
sealed class CocoReader(string path, ImportBuilder builder)
{
    readonly Dictionary<string, string> _categories = new(StringComparer.Ordinal), _videos = new(StringComparer.Ordinal);
    readonly Dictionary<string, (string Video, double? Time)> _images = new(StringComparer.Ordinal);

    public void Read()
    {
        using JsonDocument document = JsonInput.Read(path, "COCO's 'images', 'annotations' and 'categories'");
        JsonElement root = document.RootElement;
        bool hasActions = JsonInput.Items(path, root, "annotations").Any(a => a.Value.ValueKind == JsonValueKind.Object && ActionList(a.Value) is not null);
        bool areActions = !hasActions || JsonInput.Optional(root, "action_categories") is null;
        foreach ((ImportBuilder.Place place, JsonElement category) in JsonInput.Items(path, root, hasActions && !areActions ? "action_categories" : "categories"))
        {
            JsonElement id = JsonInput.Member(place, category, "id");
            string name = JsonInput.Name(place, JsonInput.Member(place, category, "name"), "name");
            _categories[JsonInput.Name(place, id, "id")] = name;
            builder.Declare(name, JsonInput.Integer(place, id, "id"));
        }
        foreach ((ImportBuilder.Place place, JsonElement video) in JsonInput.Items(path, root, "videos", required: false))
        {
            string name = JsonInput.Name(place, JsonInput.Optional(video, "name") ?? JsonInput.Member(place, video, "file_name"), "name");
            string id = _videos[JsonInput.Name(place, JsonInput.Member(place, video, "id"), "id")] = Path.GetFileNameWithoutExtension(name);
            double? fps = (JsonInput.Optional(video, "fps") ?? JsonInput.Optional(video, "frame_rate")) is { } rate ? JsonInput.Number(place, rate, "fps") : null;
            if (fps <= 0) throw place.Error($"fps {fps}", "a positive number", "correct the rate");
            builder.Video(id, fps: fps);
        }
        foreach ((ImportBuilder.Place place, JsonElement image) in JsonInput.Items(path, root, "images")) builder.Try(() => ReadImage(place, image));
        foreach ((ImportBuilder.Place place, JsonElement box) in JsonInput.Items(path, root, "annotations")) builder.Try(() => ReadBox(place, box));
    }

    static JsonElement? ActionList(JsonElement box) => JsonInput.Optional(box, "actions") ?? JsonInput.Optional(box, "action_ids");

    void ReadImage(ImportBuilder.Place place, JsonElement image)
    {
        string id = JsonInput.Name(place, JsonInput.Member(place, image, "id"), "id");
        (string? named, long? number) = JsonInput.Optional(image, "file_name") is { } file ? FrameName.Parse(JsonInput.Name(place, file, "file_name")) : default;
        string? own = JsonInput.Optional(image, "video_id") is { } given ? JsonInput.Name(place, given, "video_id") : null;
        string video = builder.Options.VideoId ?? (own is null ? named : _videos.GetValueOrDefault(own, own))
            ?? throw place.Error("no 'video_id' and no video in the file's name", "\"video_id\": …", "give --video-id");
        long first = 0, frame;
        if ((JsonInput.Optional(image, "frame_id") ?? JsonInput.Optional(image, "frame_index")) is { } index) frame = JsonInput.Integer(place, index, "frame_id");
        else (frame, first) = (number ?? throw place.Error("no 'frame_id' and no number in the file's name", "\"frame_id\": 31", "add the frames' numbers"), builder.Options.FirstFrame);
        frame -= first;
        if (frame < 0) throw place.Error($"frame {frame + first}, before the first", $"a frame from {first} on", "correct the number, or --first-frame");
        int? width = Side("width"), height = Side("height");
        builder.Video(video, width, height);
        _images[id] = (video, builder.TimeOf(frame, builder.Fps(video, place)));

        int? Side(string name)
        {
            if (JsonInput.Optional(image, name) is not { } value) return null;
            int side = JsonInput.Integer(place, value, name);
            return side > 0 ? side : throw place.Error($"{name} {side}", "at least one pixel", "correct the image's size");
        }
    }

    void ReadBox(ImportBuilder.Place place, JsonElement box)
    {
        string image = JsonInput.Name(place, JsonInput.Member(place, box, "image_id"), "image_id");
        if (!_images.TryGetValue(image, out (string Video, double? Time) at))
            throw place.Error($"image_id {image}, which is not among the images", "the id of an image", "add the image, or remove the annotation");
        if (JsonInput.Optional(box, "bbox") is not { } corners)
        {
            builder.CountOtherShape();
            return;
        }
        double[] xywh = JsonInput.Numbers(place, corners, "bbox");
        if (xywh.Length != 4) throw place.Error($"bbox of {xywh.Length} numbers", "4: x, y, width, height in pixels", "correct the box");
        if (at.Time is not { } time)
        {
            builder.CountBetween();
            return;
        }
        List<string> actions = [];
        if (ActionList(box) is { } list)
        {
            foreach (JsonElement action in list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().AsEnumerable() : [list])
                actions.Add(action.ValueKind == JsonValueKind.String ? action.GetString()! : Category(place, action, "actions"));
        }
        else actions.Add(Category(place, JsonInput.Member(place, box, "category_id"), "category_id"));
        int? person = (JsonInput.Optional(box, "track_id") ?? JsonInput.Optional(box, "instance_id")) is { } track ? JsonInput.Integer(place, track, "track_id") : null;
        double? score = JsonInput.Optional(box, "score") is { } value ? JsonInput.Number(place, value, "score") : null;
        builder.Add(place, new(at.Video, time), new(xywh[0], xywh[1], xywh[0] + xywh[2], xywh[1] + xywh[3]), actions, person, score);
    }

    string Category(ImportBuilder.Place place, JsonElement id, string what)
    {
        string number = JsonInput.Name(place, id, what);
        return _categories.TryGetValue(number, out string? name) ? name
            : throw place.Error(string.Create(CultureInfo.InvariantCulture, $"{what} {number}, which is no category"), $"one of {string.Join(", ", _categories.Keys.Take(8))}",
                "add the category, or correct the annotation");
    }
}
