namespace MlAva.Diagnostics;

/// <summary>An annotation csv as far as it can be understood.</summary>
sealed class TruthFile
{
    TruthFile(string path, DataRole role, LooseForm layout, FormTally form, DataDoctorOptions options)
    {
        (Path, Role, Layout, Form) = (path, role, layout, form);
        (Boxes, Classes, Duplicates) = (new(path, options.EvidenceRows), new(path), new(path, options.EvidenceRows));
    }

    public string Path { get; }

    public DataRole Role { get; }

    public LooseForm Layout { get; }

    public FormTally Form { get; }

    /// <summary>The keyframes named, those with nobody in them included.</summary>
    public KeyframeTable Keys { get; } = new();

    /// <summary>Rows with a box and an action, in file order.</summary>
    public List<TruthRow> Rows { get; } = [];

    /// <summary>The numbers of rows in <see cref="Rows"/> that repeat an earlier one.</summary>
    public HashSet<int> Repeats { get; } = [];

    /// <summary>Keyframes that the file names as seen with nobody in them.</summary>
    public HashSet<int> EmptyKeyframes { get; } = [];

    public BoxTally Boxes { get; }

    public ClassTally Classes { get; }

    /// <summary>Rows whose keyframe, box and action stand in an earlier row.</summary>
    public Examples Duplicates { get; }

    public static TruthFile Read(
        string path, DataRole role, IReadOnlyDictionary<string, int>? names, DataDoctorOptions options, CancellationToken cancellation)
    {
        LooseForm layout = LooseForm.Sniff(path, role);
        RowScanner scanner = new(path, role, layout, names, options);
        TruthFile file = new(path, role, layout, scanner.Tally, options);
        HashSet<ulong> seen = [];
        Func<string> text = scanner.Text;
        scanner.Scan((in LooseRow row) =>
        {
            if (!row.IsUsable) return;
            int keyframe = file.Keys.Add(row.VideoId, row.Time, row.Line);
            if (keyframe < 0) return;
            if (row.IsEmptyKeyframe)
            {
                file.Form.EmptyKeyframes++;
                file.EmptyKeyframes.Add(keyframe);
                return;
            }
            file.Boxes.Add(row.VideoId, row.Box, row.Line, text);
            file.Classes.Add(row.Action, row.Line, text);
            if (!seen.Add(RowHash.Of(keyframe, row.Box, row.Action)))
            {
                file.Repeats.Add(file.Rows.Count);
                if (file.Duplicates.IsOpen) file.Duplicates.Add(row.Line, text());
                else file.Duplicates.Add();
            }
            file.Rows.Add(new(keyframe, row.Box, row.Action, row.Extra));
        }, cancellation);
        return file;
    }

    public DataFileTally Tally() => FileTallies.Of(Role, Path, Form, Keys, Classes.Ids.Count);
}
