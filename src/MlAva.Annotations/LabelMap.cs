using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace MlAva.Annotations;

/// <summary>
/// The classes of a data set. Reads AVA's protobuf text in both forms, <c>item { name: "…" id: 1 }</c> and <c>label { name: "…"
/// label_id: 1 label_type: PERSON_MOVEMENT }</c>, in any layout, and MMAction2's <c>1: name</c> lines.
/// </summary>
public sealed class LabelMap : IReadOnlyList<LabelMapEntry>
{
    readonly List<LabelMapEntry> _entries;
    readonly Dictionary<int, LabelMapEntry> _byId;

    LabelMap(List<LabelMapEntry> entries)
    {
        _entries = entries;
        _byId = entries.ToDictionary(e => e.Id);
        MaxId = entries.Max(e => e.Id);
    }

    /// <summary>The number of classes.</summary>
    public int Count => _entries.Count;

    /// <summary>The largest id; a network needs <see cref="MaxId"/> + 1 columns, as column 0 is unused.</summary>
    public int MaxId { get; }

    /// <summary>The ids, in file order.</summary>
    public IEnumerable<int> Ids => _entries.Select(e => e.Id);

    /// <summary>The entry at a place in the file, from 0. For the entry of an id see <see cref="TryGet"/>.</summary>
    public LabelMapEntry this[int index] => _entries[index];

    /// <summary>AVA's group of an id in its own label maps: 1–14, 15–63, 64 and above. Says nothing about other data sets' ids.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is below 1.</exception>
    public static ActionGroup AvaGroupOf(int id)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(id, 1);
        return id <= 14 ? ActionGroup.PersonMovement : id <= 63 ? ActionGroup.ObjectManipulation : ActionGroup.PersonInteraction;
    }

    /// <summary>Creates a label map.</summary>
    /// <param name="entries">The classes, in order; names may repeat, ids may not.</param>
    /// <exception cref="ArgumentException">There are none, an id is below 1 or appears twice, or a name is empty.</exception>
    public static LabelMap FromEntries(IEnumerable<LabelMapEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        List<LabelMapEntry> list = [.. entries];
        if (list.Count == 0) throw new ArgumentException("A label map needs at least one class.", nameof(entries));
        HashSet<int> seen = [];
        foreach (LabelMapEntry entry in list)
        {
            if (entry.Id < 1) throw new ArgumentException($"Class '{entry.Name}' has id {entry.Id}; ids begin at 1.", nameof(entries));
            if (string.IsNullOrEmpty(entry.Name)) throw new ArgumentException($"Class {entry.Id} has no name.", nameof(entries));
            if (!seen.Add(entry.Id)) throw new ArgumentException($"Class id {entry.Id} appears twice.", nameof(entries));
        }
        return new(list);
    }

    /// <summary>Reads a label map.</summary>
    /// <param name="path">The file, <c>.pbtxt</c> or <c>.txt</c>.</param>
    /// <exception cref="AnnotationFormatException">
    /// It cannot be read, an id is below 1 or appears twice, or a name is missing; with the line.
    /// </exception>
    public static LabelMap Read(string path)
    {
        string text = InputFile.ReadText(path);
        string start = text.TrimStart();
        List<LabelMapEntry> entries = start.Length > 0 && char.IsAsciiDigit(start[0]) ? ReadLines(path, text) : ReadProto(path, text);
        return entries.Count > 0
            ? new(entries)
            : throw new AnnotationFormatException(path, 0, "no class", "at least one 'item { name: \"…\" id: 1 }'",
                "give the data set's label map");
    }

    /// <summary>Writes AVA's protobuf text: the <c>label</c> form where any class has a group, else the <c>item</c> form.</summary>
    /// <param name="path">The file to write or replace.</param>
    public void Write(string path)
    {
        bool grouped = _entries.Any(e => e.Group != ActionGroup.Unknown);
        StringBuilder text = new();
        foreach (LabelMapEntry entry in _entries)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{(grouped ? "label" : "item")} {{\n  name: \"{Escape(entry.Name)}\"\n  {(grouped ? "label_id" : "id")}: {entry.Id}\n");
            if (TypeOf(entry.Group) is { } type) text.Append(CultureInfo.InvariantCulture, $"  label_type: {type}\n");
            text.Append("}\n");
        }
        AtomicFile.WriteAllText(path, text.ToString());
    }

    /// <summary>Whether there is a class of this id.</summary>
    public bool Contains(int id) => _byId.ContainsKey(id);

    /// <summary>The class of an id, if there is one.</summary>
    public bool TryGet(int id, out LabelMapEntry entry) => _byId.TryGetValue(id, out entry);

    /// <summary>The name of an id, if there is a class of it.</summary>
    public bool TryGetName(int id, [NotNullWhen(true)] out string? name)
    {
        name = _byId.TryGetValue(id, out LabelMapEntry entry) ? entry.Name : null;
        return name is not null;
    }

    /// <summary>The name of an id.</summary>
    /// <exception cref="KeyNotFoundException">There is no class of this id.</exception>
    public string NameOf(int id) =>
        TryGetName(id, out string? name) ? name
        : throw new KeyNotFoundException($"The label map has no class {id}; its ids go from {Ids.Min()} to {MaxId}.");

    /// <summary>
    /// A label map whose classes without a group get AVA's by <see cref="AvaGroupOf"/>; for maps of AVA's own ids in the
    /// <c>item</c> form.
    /// </summary>
    public LabelMap WithAvaGroups() =>
        new([.. _entries.Select(e => e.Group == ActionGroup.Unknown ? e with { Group = AvaGroupOf(e.Id) } : e)]);

    /// <summary>The classes, in file order.</summary>
    public IEnumerator<LabelMapEntry> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    static List<LabelMapEntry> ReadProto(string path, string text)
    {
        List<LabelMapEntry> entries = [];
        Dictionary<int, int> lineOfId = [];
        ProtoTextReader reader = new(path, text);
        while (reader.Kind != ProtoTextReader.TokenKind.End)
        {
            int line = reader.Line;
            if (reader.Kind != ProtoTextReader.TokenKind.Word) throw reader.Error("'item' or 'label'", "begin every class with 'item {'");
            bool isClass = reader.Token is "item" or "label";
            if (!isClass && entries.Count == 0)
            {
                throw reader.Error("'item {' or 'label {'", "write every class as item { name: \"…\" id: 1 }, or as a line '1: name'");
            }
            reader.Next();
            reader.Take(":");
            if (!isClass) reader.SkipValue();
            else Add(entries, lineOfId, ReadItem(path, reader, line), path, line);
            if (!reader.Take(",")) reader.Take(";");
        }
        return entries;
    }

    static LabelMapEntry ReadItem(string path, ProtoTextReader reader, int line)
    {
        string close = reader.Is("<") ? ">" : "}";
        if (!reader.Take("{") && !reader.Take("<")) throw reader.Error("'{'", "open the class with a brace");
        string? name = null;
        int? id = null;
        ActionGroup group = ActionGroup.Unknown;
        while (!reader.Take(close))
        {
            if (reader.Kind != ProtoTextReader.TokenKind.Word)
            {
                throw reader.Error("a field's name or a closing brace", $"close the class that begins in line {line}");
            }
            string field = reader.Token;
            reader.Next();
            reader.Take(":");
            switch (field)
            {
                case "name":
                    name = reader.TakeText("the class's name in quotes");
                    break;
                case "id" or "label_id":
                    id = reader.TakeInteger("the class's id, a whole number");
                    break;
                case "label_type":
                    group = GroupOf(reader.Token);
                    reader.SkipValue();
                    break;
                default:
                    reader.SkipValue();
                    break;
            }
            if (!reader.Take(",")) reader.Take(";");
        }
        return string.IsNullOrEmpty(name)
            ? throw new AnnotationFormatException(path, line, "a class without a name", "name: \"…\"", "give the class a name")
            : id is null ? throw new AnnotationFormatException(path, line, $"class '{name}' without an id", "id: 1 or label_id: 1",
                "give the class an id")
            : new(id.Value, name, group);
    }

    static List<LabelMapEntry> ReadLines(string path, string text)
    {
        List<LabelMapEntry> entries = [];
        Dictionary<int, int> lineOfId = [];
        int number = 0;
        foreach (string line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || !int.TryParse(line.AsSpan(0, colon), NumberStyles.Integer, CultureInfo.InvariantCulture, out int id))
            {
                throw new AnnotationFormatException(path, number, $"'{line}'", "an id, a colon and a name: 1: bend/bow (at the waist)",
                    "write every line as the first one");
            }
            string name = line[(colon + 1)..].Trim();
            if (name.Length == 0)
            {
                throw new AnnotationFormatException(path, number, "a class without a name", "a name behind the colon",
                    "give the class a name");
            }
            Add(entries, lineOfId, new(id, name, ActionGroup.Unknown), path, number);
        }
        return entries;
    }

    static void Add(List<LabelMapEntry> entries, Dictionary<int, int> lineOfId, LabelMapEntry entry, string path, int line)
    {
        if (entry.Id < 1)
        {
            throw new AnnotationFormatException(path, line, $"id {entry.Id} of class '{entry.Name}'", "an id of at least 1",
                "number the classes from 1: 0 stands for none of them");
        }
        if (!lineOfId.TryAdd(entry.Id, line))
        {
            throw new AnnotationFormatException(path, line,
                $"id {entry.Id} of class '{entry.Name}', which line {lineOfId[entry.Id]} has already", "every id once",
                "give one of the two classes another id");
        }
        entries.Add(entry);
    }

    static ActionGroup GroupOf(string type) => type switch
    {
        "PERSON_MOVEMENT" => ActionGroup.PersonMovement,
        "OBJECT_MANIPULATION" => ActionGroup.ObjectManipulation,
        "PERSON_INTERACTION" => ActionGroup.PersonInteraction,
        _ => ActionGroup.Unknown,
    };

    static string? TypeOf(ActionGroup group) => group switch
    {
        ActionGroup.PersonMovement => "PERSON_MOVEMENT",
        ActionGroup.ObjectManipulation => "OBJECT_MANIPULATION",
        ActionGroup.PersonInteraction => "PERSON_INTERACTION",
        _ => null,
    };

    static string Escape(string name) =>
        name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal);
}
