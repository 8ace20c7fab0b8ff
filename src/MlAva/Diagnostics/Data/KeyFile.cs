namespace MlAva.Diagnostics;

/// <summary>A list of excluded keyframes.</summary>
sealed record KeyFile(string Path, LooseForm Layout, FormTally Form, KeyframeTable Keys)
{
    public static KeyFile Read(string path, DataDoctorOptions options, CancellationToken cancellation)
    {
        LooseForm layout = LooseForm.Sniff(path, DataRole.Exclusions);
        RowScanner scanner = new(path, DataRole.Exclusions, layout, null, options);
        KeyframeTable keys = new();
        scanner.Scan((in LooseRow row) =>
        {
            if (row.IsUsable) keys.Add(row.VideoId, row.Time, row.Line);
        }, cancellation);
        return new(path, layout, scanner.Tally, keys);
    }

    public DataFileTally Tally() => FileTallies.Of(DataRole.Exclusions, Path, Form, Keys, 0);
}
