namespace MlAva.Diagnostics;

/// <summary>A detections csv, counted in one pass; its rows are not kept.</summary>
sealed class ResultFile
{
    ResultFile(string path, LooseForm layout, FormTally form, DataDoctorOptions options)
    {
        (Path, Layout, Form) = (path, layout, form);
        (Boxes, Classes) = (new(path, options.EvidenceRows), new(path));
        (Scores, Duplicates) = (new(path, options.EvidenceRows), new(path, options.EvidenceRows));
    }

    public string Path { get; }

    public LooseForm Layout { get; }

    public FormTally Form { get; }

    public KeyframeTable Keys { get; } = new();

    public BoxTally Boxes { get; }

    public ClassTally Classes { get; }

    public ScoreTally Scores { get; }

    /// <summary>Rows that repeat another in every column; of files beyond the limit of rows held, among neighbours only.</summary>
    public Examples Duplicates { get; }

    public static ResultFile Read(
        string path, IReadOnlyDictionary<string, int>? names, DataDoctorOptions options, CancellationToken cancellation)
    {
        LooseForm layout = LooseForm.Sniff(path, DataRole.Detections);
        RowScanner scanner = new(path, DataRole.Detections, layout, names, options);
        ResultFile file = new(path, layout, scanner.Tally, options);
        HashSet<ulong> seen = [];
        int last = -1;
        bool onlyNeighbours = false;
        Func<string> text = scanner.Text;
        scanner.Scan((in LooseRow row) =>
        {
            if (!row.IsUsable) return;
            int keyframe = file.Keys.Add(row.VideoId, row.Time, row.Line);
            file.Boxes.Add(row.VideoId, row.Box, row.Line, text);
            file.Classes.Add(row.Action, row.Line, text);
            file.Scores.Add(row.Extra, options.PersonScoreThreshold, row.Line, text);
            if (keyframe < 0) return;
            if (keyframe != last && onlyNeighbours) seen.Clear();
            else if (keyframe != last && seen.Count >= options.TrialRows) (seen, onlyNeighbours) = ([], true);
            last = keyframe;
            if (seen.Add(RowHash.Of(keyframe, row.Box, row.Action, row.Extra))) return;
            if (file.Duplicates.IsOpen) file.Duplicates.Add(row.Line, text());
            else file.Duplicates.Add();
        }, cancellation);
        return file;
    }

    public DataFileTally Tally() => FileTallies.Of(DataRole.Detections, Path, Form, Keys, Classes.Ids.Count);
}
