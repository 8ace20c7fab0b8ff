using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace MlAva.Annotations.Formats;

/// <summary>Writes AVA's annotations as other tools', so that they can be looked at and corrected there, and imported again as they were.</summary>
public static class AnnotationExport
{
    const int Decimals = 6;
    const string PersonLabel = "person";
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Writes a set: for CVAT one XML file for each video (a track for each person, a checkbox for each action), for VIA one project of
    /// all videos, for COCO one file (a box's classes in <c>actions</c>, numbers of <c>action_categories</c>).
    /// </summary>
    /// <param name="format">Whose form.</param>
    /// <param name="path">CVAT: a folder; else the JSON file to write or replace.</param>
    /// <param name="rows">The annotation rows.</param>
    /// <param name="classes">The label map; every action of the rows is in it.</param>
    /// <param name="options">Sizes and rate.</param>
    /// <returns>The files written.</returns>
    /// <exception cref="ArgumentException">A size or rate is not known, an action has no class, or the form cannot be written.</exception>
    public static IReadOnlyList<string> Write(AnnotationFormat format, string path, IEnumerable<AnnotationRow> rows, LabelMap classes, ExportOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        List<Video> videos = [.. VideosOf(rows, classes, options, needsRate: format != AnnotationFormat.Via)];
        switch (format)
        {
            case AnnotationFormat.Cvat:
                return [.. videos.Select(v => WriteCvat(path, v, classes))];
            case AnnotationFormat.Via:
                AtomicFile.WriteAllText(path, Via(videos, classes).ToJsonString(Indented) + "\n");
                return [path];
            case AnnotationFormat.Coco:
                AtomicFile.WriteAllText(path, Coco(videos, classes).ToJsonString(Indented) + "\n");
                return [path];
            default:
                throw new ArgumentException($"{format} is AVA's own form with lists of frames; expected cvat, via, coco or ava.", nameof(format));
        }
    }

    static IEnumerable<Video> VideosOf(IEnumerable<AnnotationRow> rows, LabelMap classes, ExportOptions options, bool needsRate)
    {
        foreach (IGrouping<string, AnnotationRow> video in rows.GroupBy(r => r.VideoId))
        {
            SourceVideo known = options.Videos?.Invoke(video.Key) ?? default;
            int width = known.Width ?? options.FrameSize.Width ?? throw Unknown(video.Key, "frame size", "--size");
            int height = known.Height ?? options.FrameSize.Height ?? throw Unknown(video.Key, "frame size", "--size");
            double fps = known.Fps ?? options.Fps ?? (needsRate ? throw Unknown(video.Key, "frame rate", "--fps") : 0);
            if (video.FirstOrDefault(r => !classes.Contains(r.ActionId)) is { VideoId: not null } odd)
                throw new ArgumentException($"Action {odd.ActionId} of {odd.Key} is not in the label map; expected one of its {classes.Count} classes.");
            List<Person> persons = [];
            foreach (var box in video.GroupBy(r => (r.Timestamp, r.PersonId, r.Box)).OrderBy(b => b.Key.Timestamp))
            {
                double seconds = box.Key.Timestamp - options.TimestampStart;
                if (seconds < 0)
                {
                    throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                        $"Keyframe {new KeyframeKey(video.Key, box.Key.Timestamp)} is before the first frame at {options.TimestampStart} s; expected a smaller --timestamp-start."));
                }
                Box pixels = box.Key.Box.Scale(width, height);
                persons.Add(new(seconds, (long)Math.Floor(seconds * fps + 0.5), box.Key.PersonId, new(Round(pixels.X1), Round(pixels.Y1), Round(pixels.X2), Round(pixels.Y2)),
                    [.. box.Select(r => r.ActionId).Distinct()]));
            }
            yield return new(video.Key, width, height, fps, known.Frames, persons);
        }
    }

    static ArgumentException Unknown(string video, string what, string option) =>
        new($"The {what} of video '{video}' is not known; expected {option}, or --videos with the folder of the videos or frames.");

    static double Round(double value) => Math.Round(value, Decimals);

    static string WriteCvat(string folder, Video video, LabelMap classes)
    {
        long last = video.Persons.Max(p => p.Frame);
        // A person who is missing at the next keyframe leaves behind the last: CVAT would draw boxes in between.
        double[] times = [.. video.Persons.Select(p => p.Seconds).Distinct().Order()];
        double step = times.Zip(times.Skip(1), (a, b) => b - a).DefaultIfEmpty(1).Min() + 1e-6;
        List<XElement> tracks = [];
        foreach (var person in video.Persons.GroupBy(p => p.Id))
        {
            List<List<Person>> lines = [];
            foreach (Person box in person)
            {
                // Boxes without a person's number, or two of one person at one time, are tracks of their own.
                List<Person>? line = box.Id < 0 ? null : lines.FirstOrDefault(l => l[^1].Frame < box.Frame);
                if (line is null) lines.Add([box]);
                else line.Add(box);
            }
            int id = person.Key;
            foreach ((int i, List<Person> line) in lines.Index())
                tracks.Add(Track(id < 0 || i > 0 ? video.NextTrack(tracks.Count) : id, line, step, classes));
        }
        XElement labels = new("labels", new XElement("label", new XElement("name", PersonLabel), new XElement("attributes", classes.Select(c => new XElement("attribute",
            new XElement("name", c.Name), new XElement("mutable", "True"), new XElement("input_type", "checkbox"), new XElement("default_value", "false"),
            new XElement("values", "false"))))));
        XElement task = new("task", new XElement("name", video.Id), new XElement("size", video.Frames ?? last + 1), new XElement("mode", "interpolation"),
            new XElement("overlap", 0), new XElement("flipped", "False"), labels,
            new XElement("original_size", new XElement("width", video.Width), new XElement("height", video.Height)), new XElement("source", video.Id));
        XDocument document = new(new XDeclaration("1.0", "utf-8", null), new XElement("annotations", new XElement("version", "1.1"), new XElement("meta", task), tracks));
        string path = Path.Combine(folder, video.Id + ".xml");
        AtomicFile.Write(path, stream => document.Save(stream));
        return path;
    }

    static XElement Track(int id, List<Person> line, double step, LabelMap classes)
    {
        List<XElement> boxes = [];
        for (int i = 0; i < line.Count; i++)
        {
            boxes.Add(Box(line[i].Frame, outside: false, line[i], classes));
            if (i + 1 == line.Count || line[i + 1].Seconds - line[i].Seconds > step) boxes.Add(Box(line[i].Frame + 1, outside: true, line[i], classes));
        }
        return new("track", new XAttribute("id", id), new XAttribute("label", PersonLabel), new XAttribute("source", "manual"), boxes);
    }

    static XElement Box(long frame, bool outside, Person person, LabelMap classes) => new("box",
        new XAttribute("frame", frame), new XAttribute("outside", outside ? 1 : 0), new XAttribute("occluded", 0), new XAttribute("keyframe", 1),
        new XAttribute("xtl", person.Box.X1), new XAttribute("ytl", person.Box.Y1), new XAttribute("xbr", person.Box.X2), new XAttribute("ybr", person.Box.Y2),
        new XAttribute("z_order", 0), classes.Select(c => new XElement("attribute", new XAttribute("name", c.Name), person.Actions.Contains(c.Id) ? "true" : "false")));

    static JsonObject Via(List<Video> videos, LabelMap classes)
    {
        JsonObject files = [], views = [], metadata = [], options = [];
        foreach (LabelMapEntry entry in classes) options[Text(entry.Id)] = entry.Name;
        int count = 0;
        foreach ((int i, Video video) in videos.Index())
        {
            string number = Text(i + 1);
            files[number] = new JsonObject { ["fid"] = number, ["fname"] = video.Id + ".mp4", ["type"] = 4, ["loc"] = 1, ["src"] = "" };
            views[number] = new JsonObject { ["fid_list"] = new JsonArray(number) };
            foreach (Person person in video.Persons)
            {
                Box box = person.Box;
                metadata[$"{number}_{++count}"] = new JsonObject
                {
                    ["vid"] = number, ["flg"] = 0, ["z"] = new JsonArray(person.Seconds),
                    ["xy"] = new JsonArray(2, box.X1, box.Y1, Round(box.Width), Round(box.Height)),
                    ["av"] = new JsonObject { ["1"] = string.Join(',', person.Actions.Select(Text)) },
                };
            }
        }
        JsonArray numbers = [.. videos.Select((_, i) => (JsonNode)Text(i + 1))];
        return new()
        {
            ["project"] = new JsonObject { ["pid"] = "__VIA_PROJECT_ID__", ["rev"] = "__VIA_PROJECT_REV_ID__", ["rev_timestamp"] = "__VIA_PROJECT_REV_TIMESTAMP__",
                ["pname"] = "AVA", ["data_format_version"] = "3.1.1", ["vid_list"] = numbers },
            ["config"] = new JsonObject(),
            ["attribute"] = new JsonObject { ["1"] = new JsonObject { ["aname"] = "action", ["anchor_id"] = "FILE1_Z1_XY1", ["type"] = 2, ["desc"] = "",
                ["options"] = options, ["default_option_id"] = "" } },
            ["file"] = files, ["view"] = views, ["metadata"] = metadata,
        };
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    static JsonObject Coco(List<Video> videos, LabelMap classes)
    {
        JsonArray list = [], images = [], annotations = [];
        foreach ((int i, Video video) in videos.Index())
        {
            list.Add(new JsonObject { ["id"] = i + 1, ["name"] = video.Id, ["fps"] = video.Fps, ["width"] = video.Width, ["height"] = video.Height });
            foreach (var keyframe in video.Persons.GroupBy(p => p.Frame))
            {
                int image = images.Count + 1;
                images.Add(new JsonObject
                {
                    ["id"] = image, ["video_id"] = i + 1, ["frame_id"] = keyframe.Key, ["width"] = video.Width, ["height"] = video.Height,
                    ["file_name"] = string.Create(CultureInfo.InvariantCulture, $"{video.Id}/img_{keyframe.Key + 1:00000}.jpg"),
                });
                foreach (Person person in keyframe)
                {
                    Box box = person.Box;
                    double width = Round(box.Width), height = Round(box.Height);
                    JsonObject annotation = new()
                    {
                        ["id"] = annotations.Count + 1, ["image_id"] = image, ["category_id"] = 1, ["bbox"] = new JsonArray(box.X1, box.Y1, width, height),
                        ["area"] = Round(width * height), ["iscrowd"] = 0, ["actions"] = new JsonArray([.. person.Actions.Select(a => (JsonNode)a)]),
                    };
                    if (person.Id >= 0) annotation["track_id"] = person.Id;
                    annotations.Add(annotation);
                }
            }
        }
        return new()
        {
            ["videos"] = list, ["images"] = images, ["annotations"] = annotations,
            ["categories"] = new JsonArray(new JsonObject { ["id"] = 1, ["name"] = PersonLabel }),
            ["action_categories"] = new JsonArray([.. classes.Select(c => new JsonObject { ["id"] = c.Id, ["name"] = c.Name })]),
        };
    }

    sealed record Video(string Id, int Width, int Height, double Fps, int? Frames, List<Person> Persons)
    {
        /// <summary>A track's number that no person has.</summary>
        public int NextTrack(int offset) => Math.Max(0, Persons.Max(p => p.Id) + 1) + offset;
    }

    sealed record Person(double Seconds, long Frame, int Id, Box Box, int[] Actions);
}
