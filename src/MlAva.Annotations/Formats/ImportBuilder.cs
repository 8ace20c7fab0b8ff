using System.Globalization;

namespace MlAva.Annotations.Formats;

/// <summary>Collects boxes from any form: seconds from frames, shares from pixels, ids from names, and counts of what was left out.</summary>
sealed class ImportBuilder
{
    const int Decimals = 6;
    readonly OrderedDictionary<KeyframeKey, List<Person>> _keyframes = [];
    readonly Dictionary<string, SourceVideo> _videos = new(StringComparer.Ordinal);
    readonly OrderedDictionary<string, int> _classes = new(StringComparer.Ordinal);
    readonly HashSet<int> _ids = [];
    readonly List<string> _errors = [];
    bool _hasProposals;
    int _boxes, _clipped, _withoutAction, _between, _otherShapes, _skipped;

    public ImportBuilder(ImportOptions options)
    {
        Options = options;
        foreach (LabelMapEntry entry in options.LabelMap ?? Enumerable.Empty<LabelMapEntry>()) _classes.TryAdd(entry.Name, entry.Id);
    }

    public ImportOptions Options { get; }

    /// <summary>Where an element stands, for messages: file, line (0: not known) and what it is called.</summary>
    public readonly record struct Place(string File, long Line, string Element)
    {
        public AnnotationFormatException Error(string found, string expected, string mend, Exception? inner = null) =>
            new(File, Line, Element.Length == 0 ? found : $"{found} in {Element}", expected, mend, inner);
    }

    /// <summary>Does what concerns one element; what is wrong with it is thrown, or counted where that is asked for.</summary>
    public void Try(Action work)
    {
        try
        {
            work();
        }
        catch (AnnotationFormatException e) when (Options.OnError == OnError.Skip)
        {
            _skipped++;
            if (_errors.Count < ImportReport.MaxErrors) _errors.Add(e.Message);
        }
    }

    /// <summary>Gives a class its number, before any box names it: the file's own number, or the next.</summary>
    public void Declare(string name, int? id = null)
    {
        if (Options.LabelMap is not null || _classes.ContainsKey(name)) return;
        int number = id is { } own && own >= 1 && !_ids.Contains(own) ? own : _ids.Count == 0 ? 1 : _ids.Max() + 1;
        _classes.Add(name, number);
        _ids.Add(number);
    }

    public SourceVideo Video(string id, int? width = null, int? height = null, double? fps = null)
    {
        SourceVideo known = _videos.TryGetValue(id, out SourceVideo found) ? found : Options.Videos?.Invoke(id) ?? default;
        // A file's own rate and size are of what was annotated; those of the video's file only fill in.
        return _videos[id] = new(width ?? known.Width ?? Options.FrameSize.Width, height ?? known.Height ?? Options.FrameSize.Height,
            fps ?? known.Fps ?? Options.Fps, known.Frames);
    }

    public double Fps(string video, Place place) => Video(video).Fps
        ?? throw place.Error($"no frame rate of video '{video}'", "frames a second", "give --fps, or --videos with the folder of the videos");

    /// <summary>The keyframe of a frame counted from 0; null where it is between keyframes.</summary>
    public double? TimeOf(long frame, double fps)
    {
        double step = Options.KeyframeStep;
        if (step == 0) return Round(Options.TimestampStart + frame / fps);
        double number = Math.Round(frame / fps / step);
        for (double k = Math.Max(0, number - 1); k <= number + 1; k++)
            if (FrameOf(k * step, fps) == frame) return Round(Options.TimestampStart + k * step);
        return null;
    }

    /// <summary>The keyframes within frames counted from 0, both ends included, with their times.</summary>
    public IEnumerable<(long Frame, double Time)> Keyframes(long first, long last, double fps)
    {
        double step = Options.KeyframeStep;
        if (step == 0)
        {
            for (long frame = first; frame <= last; frame++) yield return (frame, Round(Options.TimestampStart + frame / fps));
            yield break;
        }
        for (double k = Math.Max(0, Math.Floor(first / fps / step) - 1); ; k++)
        {
            long frame = FrameOf(k * step, fps);
            if (frame > last) yield break;
            if (frame >= first) yield return (frame, Round(Options.TimestampStart + k * step));
        }
    }

    /// <summary>The keyframe of a time in seconds from the beginning; null where none is near enough.</summary>
    public double? TimeOf(double seconds)
    {
        double step = Options.KeyframeStep;
        if (step == 0) return Round(Options.TimestampStart + seconds);
        double nearest = Math.Round(seconds / step) * step;
        return Math.Abs(nearest - seconds) <= Options.Tolerance ? Round(Options.TimestampStart + nearest) : null;
    }

    public void CountBetween(int boxes = 1) => _between += boxes;

    public void CountOtherShape() => _otherShapes++;

    /// <summary>Adds a box in pixels. One with the corners of another of its keyframe and person only adds actions.</summary>
    /// <param name="place">For messages.</param>
    /// <param name="key">The keyframe.</param>
    /// <param name="pixels">Corners in pixels.</param>
    /// <param name="actions">Names of actions, perhaps none.</param>
    /// <param name="person">Links boxes over time; null: a number of its own is given.</param>
    /// <param name="score">The box's confidence; null: 1.</param>
    public void Add(Place place, KeyframeKey key, Box pixels, IEnumerable<string> actions, int? person, double? score = null)
    {
        SourceVideo video = Video(key.VideoId);
        if (video is not { Width: { } width, Height: { } height })
        {
            throw place.Error($"no frame size of video '{key.VideoId}'", "width and height in pixels",
                "give --size, or --videos with the folder of the videos");
        }
        AddNormalised(place, key, pixels.Scale(1.0 / width, 1.0 / height), actions, person, score);
    }

    /// <summary>Adds a box in shares of the frame.</summary>
    /// <param name="place">For messages.</param>
    /// <param name="key">The keyframe.</param>
    /// <param name="box">Corners, 0 to 1.</param>
    /// <param name="actions">Names of actions, perhaps none.</param>
    /// <param name="person">Links boxes over time; null: a number of its own is given.</param>
    /// <param name="score">The box's confidence; null: 1.</param>
    /// <param name="isProposal">Whether the box is a detector's, and no truth.</param>
    public void AddNormalised(Place place, KeyframeKey key, Box box, IEnumerable<string> actions, int? person, double? score = null, bool isProposal = false)
    {
        if (string.IsNullOrEmpty(key.VideoId)) throw place.Error("no video", "a video's name", "give --video-id");
        if (!box.HasArea || !double.IsFinite(box.X1 + box.Y1 + box.X2 + box.Y2))
        {
            throw place.Error($"the box {Describe(box)} of the frame", "corners in order, finite, with an area between them",
                "correct or remove the box, or leave such boxes out with --on-error skip");
        }
        Box within = new(Clip(box.X1), Clip(box.Y1), Clip(box.X2), Clip(box.Y2));
        if (!within.HasArea)
        {
            throw place.Error($"the box {Describe(box)} of the frame, wholly outside of it", "a box that shows in the frame",
                "check the frame's size; correct or remove the box, or leave such boxes out with --on-error skip");
        }
        if (score is { } s && !double.IsFinite(s)) throw place.Error($"the score {s}", "a finite number", "correct the score");
        int[] ids = [.. actions.Select(a => IdOf(place, a)).Distinct()];
        _boxes++;
        if (within != new Box(Round(box.X1), Round(box.Y1), Round(box.X2), Round(box.Y2))) _clipped++;
        if (ids.Length == 0 && !isProposal) _withoutAction++;
        _hasProposals |= isProposal;
        if (!_keyframes.TryGetValue(key, out List<Person>? persons)) _keyframes[key] = persons = [];
        Person? same = persons.FirstOrDefault(p => p.IsProposal == isProposal && p.Box == within && (person is null || p.Id is null || p.Id == person));
        if (same is null) persons.Add(same = new(within, person, score ?? 1, isProposal));
        same.Actions.UnionWith(ids);
    }

    public ImportedSet Build()
    {
        List<AnnotationRow> rows = [];
        Dictionary<string, int> next = new(StringComparer.Ordinal);
        foreach (KeyframeKey key in _keyframes.Keys)
            next[key.VideoId] = Math.Max(next.GetValueOrDefault(key.VideoId), _keyframes[key].Max(p => p.Id + 1 ?? 0));
        KeyValuePair<KeyframeKey, List<Person>>[] ordered =
            [.. _keyframes.OrderBy(k => k.Key.VideoId, StringComparer.Ordinal).ThenBy(k => k.Key.Timestamp)];
        foreach ((KeyframeKey key, List<Person> persons) in ordered)
        {
            foreach (Person person in persons.Where(p => !p.IsProposal))
            {
                int id = person.Id ?? next[key.VideoId]++;
                rows.AddRange(person.Actions.Select(a => new AnnotationRow(key.VideoId, key.Timestamp, person.Box, a, id)));
            }
        }
        // A detector's boxes where there are any, else the truth.
        Proposals proposals = new(ordered.Select(k => (k.Key, Boxes: k.Value.Where(p => p.IsProposal == _hasProposals).ToArray()))
            .Where(k => k.Boxes.Length > 0)
            .Select(k => KeyValuePair.Create(k.Key, new KeyframeProposals([.. k.Boxes.Select(p => p.Box)], [.. k.Boxes.Select(p => p.Score)]))));
        ImportReport report = new()
        {
            Boxes = _boxes, Clipped = _clipped, WithoutAction = _withoutAction, BetweenKeyframes = _between, OtherShapes = _otherShapes,
            Skipped = _skipped, Errors = _errors,
        };
        HashSet<string> seen = [.. ordered.Select(k => k.Key.VideoId)];
        return new(rows, Classes(), proposals, _videos.Where(v => seen.Contains(v.Key)).ToDictionary(StringComparer.Ordinal), report);
    }

    LabelMap Classes()
    {
        if (Options.LabelMap is { } given) return given;
        if (_classes.Count > 0) return LabelMap.FromEntries(_classes.OrderBy(c => c.Value).Select(c => new LabelMapEntry(c.Value, c.Key, ActionGroup.Unknown)));
        throw new ArgumentException("The annotations name no action; expected labels or attributes that are actions. --action-attribute says which attributes are.");
    }

    int IdOf(Place place, string action)
    {
        if (_classes.TryGetValue(action, out int id)) return id;
        if (Options.LabelMap is { } map)
        {
            if (int.TryParse(action, NumberStyles.None, CultureInfo.InvariantCulture, out id) && map.Contains(id)) return id;
            throw place.Error($"the action '{action}'", $"a class of the label map ({string.Join(", ", map.Take(4).Select(e => e.Name))}, …)",
                "add the class to the label map, spell it alike, or import without a label map");
        }
        Declare(action);
        return _classes[action];
    }

    // As clips are sampled: the nearest frame, halves upwards.
    static long FrameOf(double seconds, double fps) => (long)Math.Floor(seconds * fps + 0.5);

    static string Describe(Box box) => string.Create(CultureInfo.InvariantCulture, $"({box.X1:0.####}, {box.Y1:0.####}, {box.X2:0.####}, {box.Y2:0.####})");

    static double Clip(double value) => Round(Math.Clamp(value, 0, 1));

    static double Round(double value) => Math.Round(value, Decimals);

    sealed class Person(Box box, int? id, double score, bool isProposal)
    {
        public Box Box => box;

        public int? Id => id;

        public double Score => score;

        public bool IsProposal => isProposal;

        public SortedSet<int> Actions { get; } = [];
    }
}
