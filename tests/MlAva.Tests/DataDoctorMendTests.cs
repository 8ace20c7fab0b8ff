using System.Diagnostics;
using System.Text;
using MlAva.Annotations;
using MlAva.Diagnostics;
using MlAva.Evaluation;

namespace MlAva.Tests;

/// <summary>The commands that are given do mend: run by a shell, they leave a file that the strict readers read and that has the sound mAP.</summary>
public sealed class DataDoctorMendTests : IDisposable
{
    readonly SoundSet _set = new();

    public void Dispose() => _set.Dispose();

    static void Boxes(SoundSet set, Func<double[], double[]> change) => SoundSet.Boxes(set.Found, change);

    public static TheoryData<string, Func<SoundSet, string?>> Faults => new()
    {
        { "boxes-in-pixels", s => { Boxes(s, b => [b[0] * 640, b[1] * 480, b[2] * 640, b[3] * 480]); return null; } },
        { "boxes-xywh", s => { Boxes(s, b => [b[0], b[1], b[2] - b[0], b[3] - b[1]]); return null; } },
        { "boxes-cxcywh", s => { Boxes(s, b => [(b[0] + b[2]) / 2, (b[1] + b[3]) / 2, b[2] - b[0], b[3] - b[1]]); return null; } },
        { "boxes-inverted", s => { Boxes(s, b => [b[2], b[3], b[0], b[1]]); return null; } },
        { "boxes-column-order", s => { Boxes(s, b => [b[1], b[0], b[3], b[2]]); return null; } },
        { "boxes-column-order", s => { Boxes(s, b => [b[0], b[2], b[1], b[3]]); return null; } },
        { "video-ids-differ", s => { SoundSet.Cells(s.Found, 0, v => $"val/{v}.mp4"); return null; } },
        { "video-ids-differ", s => { SoundSet.Cells(s.Found, 0, v => $"D:\\val\\{v} "); return null; } },
        { "timestamps-differ", s => { SoundSet.Cells(s.Found, 1, t => SoundSet.Number(SoundSet.Number(t) - 900)); return null; } },
        { "timestamps-differ", s => { SoundSet.Cells(s.Found, 1, t => SoundSet.Number(SoundSet.Number(t) * 30)); return null; } },
        { "timestamps-differ", s => { SoundSet.Cells(s.Found, 1, t => SoundSet.Number(SoundSet.Number(t) + 1)); return null; } },
        { "timestamps-differ", s => { SoundSet.Cells(s.Found, 1, t => SoundSet.Number(SoundSet.Number(t) + 0.033)); return null; } },
        { "columns-swapped", s => { foreach (string[] r in s.Found) (r[6], r[7]) = (r[7], r[6]); return null; } },
        { "action-decimals", s => { SoundSet.Cells(s.Found, 6, c => c + ".0"); return null; } },
        { "rows-repeated", s => { s.Found.AddRange([.. s.Found]); return null; } },
        { "separator", s => SoundSet.Csv(s.Found, "\t") },
        { "separator", s => SoundSet.Csv(s.Found, ";").Replace('.', ',') },
        { "header-row", s => "video,t,x1,y1,x2,y2,action,score\n" + SoundSet.Csv(s.Found) },
        { "open-quote", s => "\"" + SoundSet.Csv(s.Found) },
        { "quotes", s => SoundSet.Csv(s.Found.Select(r => r.Select(c => $"\"{c}\"").ToArray())) },
        { "byte-order-mark", s => "\uFEFF" + SoundSet.Csv(s.Found) },
        { "line-ends", s => SoundSet.Csv(s.Found.Take(9), end: "\r\n") + SoundSet.Csv(s.Found.Skip(9), end: "\r") },
        { "utf-16", s => "\uFEFF" + SoundSet.Csv(s.Found) },
    };

    [AwkTheory]
    [MemberData(nameof(Faults))]
    public void The_command_mends_the_file(string code, Func<SoundSet, string?> fault)
    {
        string? text = fault(_set);
        _set.Write(found: text);
        if (code == "utf-16") File.WriteAllText(_set.FoundPath, text![1..], Encoding.Unicode);

        Mend(_set.Examine().Findings.Single(f => f.Code == code && f.File == _set.FoundPath));

        Assert.Equal(SoundSet.SoundMean, StrictMean(_set.TruthPath, _set.PathOf("found.mended.csv")), 3);
    }

    [AwkTheory]
    [InlineData(-1)]
    [InlineData(0)]
    public void The_command_mends_ids(int first)
    {
        int[] meant = [3, 7, 12, 60, 80];
        _set.Ids.Clear();
        _set.Ids.AddRange(meant);
        SoundSet.Cells(_set.Truth, 6, c => SoundSet.Number(meant[(int)SoundSet.Number(c) - 1]));
        SoundSet.Cells(_set.Found, 6, c => SoundSet.Number(SoundSet.Number(c) + first));

        Mend(_set.Write().Examine().Findings.Single(f => f.Code == "ids-shifted"));

        Assert.Equal(SoundSet.SoundMean, StrictMean(_set.TruthPath, _set.PathOf("found.mended.csv")), 9);
    }

    [AwkTheory]
    [InlineData("ids-from-zero", -1)]
    [InlineData("ids-beyond-label-map", 1)]
    public void The_command_mends_annotations(string code, int shift)
    {
        SoundSet.Cells(_set.Truth, 6, c => SoundSet.Number(SoundSet.Number(c) + shift));

        DataFinding finding = _set.Write().Examine().Findings.Single(f => f.Code == code);
        Mend(finding with { Mend = finding.Mend!.Split("; and")[0] });

        Assert.Equal(SoundSet.SoundMean, StrictMean(_set.PathOf("truth.mended.csv"), _set.FoundPath), 9);
    }

    double StrictMean(string truth, string found) => FrameMap.Evaluate(
        AnnotationFile.Read(truth).Rows, DetectionFile.Read(found), [.. LabelMap.Read(_set.LabelPath)]).MeanAveragePrecision;

    static void Mend(DataFinding finding)
    {
        string command = finding.Mend!.Split("; and correct")[0];
        ProcessStartInfo start = new("/bin/sh", ["-c", command]) { RedirectStandardError = true };
        using Process shell = Process.Start(start)!;
        string errors = shell.StandardError.ReadToEnd();
        shell.WaitForExit();
        Assert.True(shell.ExitCode == 0, $"{command}\n{errors}");
    }
}
