using System.IO.Compression;
using System.Text;
using MlAva.Annotations;
using MlAva.TestSupport;

namespace MlAva.Evaluation.Tests;

/// <summary>The same few rows spelled in the ways that csv writers know, and the edges of what files may hold; by every protocol.</summary>
public sealed class SpellingTests : IDisposable
{
    const string Truth = "A,0902,0.1,0.2,0.5,0.9,1,0\nA,0902,0.6,0.2,0.9,0.9,2,1\nA,0903,0.1,0.2,0.5,0.9,1,0\n";

    /// <summary>Class 1: hit, miss, hit, so 1/2 + 1/2 × 2/3; class 2: a miss before the hit.</summary>
    const string Found = "A,0902,0.1,0.2,0.5,0.9,1,0.9\nA,0903,0.5,0.2,0.9,0.9,1,0.8\nA,0903,0.1,0.2,0.5,0.9,1,0.7\n"
        + "A,0902,0.1,0.2,0.5,0.9,2,0.6\nA,0902,0.6,0.2,0.9,0.9,2,0.5\n";

    const double First = 5.0 / 6, Second = .5;

    static readonly LabelMapEntry[] Classes = [new(1, "a", ActionGroup.Unknown), new(2, "b", ActionGroup.Unknown), new(3, "c", ActionGroup.Unknown)];

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Spellings() => new(
        "as it is", "no last newline", "CRLF", "CR", "quoted", "quoted numbers", "blanks", "unpadded", "fraction of zero", "exponents", "signs", "short",
        "long", "blank lines", "gzip", "gzip of CRLF", "gzip of two parts", "blank at the end");

    [Theory]
    [MemberData(nameof(Spellings))]
    public void Rows_mean_the_same_however_they_are_spelled(string spelling) => ForEach((protocol, ties) =>
    {
        (string truth, string found) = (Spelled("gt.csv", Truth, spelling), Spelled("det.csv", Found, spelling));

        FrameMapResult result = FrameMap.EvaluateFiles(
            new() { Annotations = truth, Detections = found }, Classes, new() { Protocol = protocol, Ties = ties });

        Assert.Equal(First, result.Class(1).AveragePrecision, 1e-12);
        Assert.Equal(Second, result.Class(2).AveragePrecision, 1e-12);
        Assert.True(double.IsNaN(result.Class(3).AveragePrecision));
        Assert.Equal((First + Second) / 2, result.MeanAveragePrecision, 1e-12);
        Assert.Equal([(2, 3, 2), (1, 2, 1), (0, 0, 0)], result.Classes.Select(c => (c.NumGroundTruth, c.NumDetections, c.NumTruePositives)));
    });

    [Fact]
    public void A_byte_order_mark_before_the_excluded_timestamps_excludes_all_the_same() => ForEach((protocol, ties) =>
    {
        FrameMapResult result = Evaluate(Truth, Found, protocol, ties, "\uFEFFA,0902\n");
        Assert.Equal(protocol == MatchingProtocol.Official2020 ? 0 : 1, result.Counts.KeyframesExcluded);
        Assert.Equal(protocol == MatchingProtocol.Official2020 ? 0 : 3, result.Counts.DetectionsExcluded);
    });

    [Fact]
    public void No_detections_find_nothing() => ForEach((protocol, ties) =>
    {
        FrameMapResult result = Evaluate(Truth, "", protocol, ties);
        // MMAction2 1.x averages classes with detections only.
        Assert.Equal(protocol == MatchingProtocol.MMAction2V1 ? double.NaN : 0, result.MeanAveragePrecision);
        Assert.Equal(double.IsNaN(result.MeanAveragePrecision), result.UndefinedReason is not null);
        Assert.Equal([(2, 0), (1, 0), (0, 0)], result.Classes.Select(c => (c.NumGroundTruth, c.NumDetections)));
    });

    [Fact]
    public void Where_all_keyframes_are_excluded_nothing_is_defined_and_the_reason_is_said() => ForEach((protocol, ties) =>
    {
        FrameMapResult result = Evaluate(Truth, Found, protocol, ties, "A,0902\nA,0903\n");
        if (protocol == MatchingProtocol.Official2020)
        {
            Assert.Equal((First + Second) / 2, result.MeanAveragePrecision, 1e-12);
            return;
        }

        Assert.True(double.IsNaN(result.MeanAveragePrecision));
        Assert.NotNull(result.UndefinedReason);
        Assert.Equal((5, 0), (result.Counts.DetectionsExcluded, result.Counts.Detections));
    });

    [Fact]
    public void Detections_of_classes_without_truth_change_no_figure() => ForEach((protocol, ties) =>
    {
        FrameMapResult result = Evaluate(Truth, Found + "A,0902,0.1,0.2,0.5,0.9,3,1\nA,0902,0.1,0.2,0.5,0.9,9,1\n", protocol, ties);
        Assert.Equal((First + Second) / 2, result.MeanAveragePrecision, 1e-12);
        Assert.Equal((0, 1, 0), (result.Class(3).NumGroundTruth, result.Class(3).NumDetections, result.Class(3).NumTruePositives));
        Assert.Equal(1, result.Counts.DetectionsOfOtherClasses);
    });

    [Fact]
    public void Doubled_rows_are_false_positives_and_missed_truths() => ForEach((protocol, ties) =>
    {
        // Of two equal detections one takes the box; both stand at one score, and the order of equal ones decides.
        FrameMapResult detections = Evaluate("A,1,0,0,1,1,1,0\n", "A,1,0,0,1,1,1,0.9\nA,1,0,0,1,1,1,0.9\n", protocol, ties);
        Assert.Equal((1, 2, 1), (detections.Class(1).NumGroundTruth, detections.Class(1).NumDetections, detections.Class(1).NumTruePositives));
        Assert.Equal(new TieBounds(.5, 1), detections.Class(1).AveragePrecisionBounds);
        Assert.Contains(detections.Class(1).AveragePrecision, new[] { .5, 1 });

        // Both truths overlap alike, and a detection looks at one of them only: one is missed for ever.
        FrameMapResult truths = Evaluate("A,1,0,0,1,1,1,0\nA,1,0,0,1,1,1,0\n", "A,1,0,0,1,1,1,0.9\nA,1,0,0,1,1,1,0.8\n", protocol, ties);
        Assert.Equal((2, 2, 1), (truths.Class(1).NumGroundTruth, truths.Class(1).NumDetections, truths.Class(1).NumTruePositives));
        Assert.Equal(.5, truths.Class(1).AveragePrecision, 1e-12);
    });

    [Fact]
    public void Where_all_scores_are_equal_the_bounds_say_what_the_order_is_worth() => ForEach((protocol, ties) =>
    {
        string equal = string.Concat(Enumerable.Range(0, 40).Select(i => $"V{i},1,0,0,{(i % 4 == 0 ? 1 : .3)},1,1,0.5\n"));
        string truth = string.Concat(Enumerable.Range(0, 40).Select(i => $"V{i},1,0,0,1,1,1,0\n"));
        ClassResult result = Evaluate(truth, equal, protocol, ties).Class(1);

        Assert.Equal((40, 40, 10), (result.NumGroundTruth, result.NumDetections, result.NumTruePositives));
        // First ten of forty, at precision 1; or last ten, at a precision of 10/40 once all are found.
        Assert.Equal(.25, result.AveragePrecisionBounds.Highest, 1e-12);
        Assert.Equal(.25 * .25, result.AveragePrecisionBounds.Lowest, 1e-12);
        Assert.InRange(result.AveragePrecision, .25 * .25, .25);
    });

    [Theory]
    [InlineData("video,time,x1,y1,x2,y2,action,score\n" + Found, 1, "header")]
    [InlineData("A\t0902\t0.1\t0.2\t0.5\t0.9\t1\t0.9\n", 1, "tab")]
    [InlineData("A,0902,0.1,0.2,0.5,0.9,1,0,9,9\n", 1, "10 columns")]
    [InlineData(Found + "A,0902,0.1,0.2\n", 6, "4 columns")]
    [InlineData(Found + "A,0x10,0.1,0.2,0.5,0.9,1,0.9\n", 6, "'0x10'")]
    [InlineData(Found + "A,0902,0.1,0.2,0.5,0.9,1.5,0.9\n", 6, "'1.5'")]
    [InlineData(Found + "A,0902,0.1,0.2,0.5,0.9,1,\n", 6, "''")]
    [InlineData(Found + "A,0902,0.1,0.2,0.5,0.9,1,nan\n", 6, "'nan'")]
    [InlineData(Found + "A,0902,0.1,0.2,0.5,0.9,1,0.9\0\n", 6, "0.9")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", 1, "Git LFS")]
    public void What_is_no_row_is_refused_with_file_row_and_cause(string found, int row, string cause) => ForEach((protocol, ties) =>
    {
        AnnotationFormatException error = Assert.Throws<AnnotationFormatException>(() => Evaluate(Truth, found, protocol, ties));

        Assert.Equal((_folder.File("det.csv"), row), (error.File, error.Row));
        Assert.Contains(cause, error.Message, StringComparison.OrdinalIgnoreCase);
    });

    static void ForEach(Action<MatchingProtocol, TieOrder> check)
    {
        foreach (MatchingProtocol protocol in Enum.GetValues<MatchingProtocol>())
        {
            foreach (TieOrder ties in Enum.GetValues<TieOrder>()) check(protocol, ties);
        }
    }

    FrameMapResult Evaluate(string truth, string found, MatchingProtocol protocol, TieOrder ties, string? excluded = null) => FrameMap.EvaluateFiles(
        new()
        {
            Annotations = _folder.Write("gt.csv", truth),
            Detections = _folder.Write("det.csv", found),
            Exclude = excluded is null ? null : _folder.Write("excluded.csv", excluded),
        }, Classes, new() { Protocol = protocol, Ties = ties });

    string Spelled(string name, string text, string spelling)
    {
        if (!spelling.StartsWith("gzip", StringComparison.Ordinal)) return _folder.Write(name, Rows(text, spelling));
        string path = _folder.File(name + ".gz");
        byte[] bytes = Encoding.UTF8.GetBytes(spelling.EndsWith("CRLF", StringComparison.Ordinal) ? Rows(text, "CRLF") : text);
        int cut = spelling.EndsWith("parts", StringComparison.Ordinal) ? bytes.Length / 2 : bytes.Length;
        using FileStream file = File.Create(path);
        foreach (byte[] part in new[] { bytes[..cut], bytes[cut..] }.Where(p => p.Length > 0))
        {
            using GZipStream packed = new(file, CompressionLevel.Fastest, leaveOpen: true);
            packed.Write(part);
        }

        return path;
    }

    static string Rows(string text, string spelling) => spelling switch
    {
        "as it is" => text,
        "no last newline" => text[..^1],
        "CRLF" => text.Replace("\n", "\r\n", StringComparison.Ordinal),
        "CR" => text.Replace('\n', '\r'),
        "blank lines" => text.Replace("\n", "\n\n", StringComparison.Ordinal),
        "blank at the end" => text + "\n  \n",
        _ => string.Concat(text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => Row(row.Split(','), spelling) + "\n")),
    };

    static string Row(string[] fields, string spelling) => string.Join(',', spelling switch
    {
        "quoted" => [.. fields.Select((f, i) => i == 0 ? $"\"{f}, the \"\"first\"\"\"" : f)],
        "quoted numbers" => [.. fields.Select(f => $"\"{f}\"")],
        "blanks" => [.. fields.Select((f, i) => i == 0 ? f : $" {f} ")],
        "unpadded" => [.. fields.Select((f, i) => i == 1 ? f.TrimStart('0') : f)],
        "fraction of zero" => [.. fields.Select((f, i) => i == 1 ? f + ".000" : f)],
        "exponents" => [.. fields.Select((f, i) => i is 0 or 6 || (i == 7 && !f.Contains('.')) ? f : i == 1 ? f.Insert(2, ".") + "e2" : f[2..] + "E-1")],
        "signs" => [.. fields.Select((f, i) => i is 0 ? f : "+" + f)],
        "short" => [.. fields.Select((f, i) => i is >= 2 and not 6 && f.StartsWith("0.", StringComparison.Ordinal) ? f[1..] : f)],
        "long" => [.. fields.Select((f, i) => i is >= 2 and not 6 && f.Contains('.') ? f + new string('0', 30) : f)],
        _ => throw new ArgumentException(spelling),
    });
}
