using System.Globalization;
using System.IO.Compression;
using System.Text;
using MlAva.TestSupport;

namespace MlAva.Annotations.Tests;

public sealed class DetectionBlockTests : IDisposable
{
    static readonly DetectionBlockOptions Small = new() { BlockLength = 64, MaxDegreeOfParallelism = 3 };

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    static List<DetectionRow> Rows(string path, DetectionBlockOptions? options = null)
    {
        List<DetectionRow> rows = [];
        foreach (DetectionBlock block in DetectionFile.EnumerateBlocks(path, options))
        {
            for (int i = 0; i < block.Count; i++)
            {
                KeyframeKey key = block.Keyframes[block.KeyframeIndices[i]];
                rows.Add(new(key.VideoId, key.Timestamp, block.Boxes[block.BoxIndices[i]], block.ActionIds[i], block.Scores[i]));
            }
        }

        return rows;
    }

    [Theory]
    [InlineData("v,0902,0.1,0.2,0.3,0.4,12,0.5\nv,902,0.1,0.2,0.3,0.4,13,0.25\n")]
    [InlineData("v,0902,0.1,0.2,0.3,0.4,12,0.5\r\nv,0902,0.1,0.2,0.3,0.4,13,0.25")]
    [InlineData("v,0902,0.1,0.2,0.3,0.4,12,0.5\rv,0902,0.1,0.2,0.3,0.4,13,0.25\r")]
    [InlineData("\uFEFFv,0902,0.1,0.2,0.3,0.4,12,0.5\n\n \t\nv,0902,0.1,0.2,0.3,0.4,13,0.25\n\n")]
    [InlineData("\"v\",\"0902\",\"0.1\",0.2,0.3,0.4,\"12\",0.5\nv,0902, .1 ,+0.2,3e-1,0.4, 13,\t2.5e-1\n")]
    [InlineData("v,0902,0.1,0.2,0.3,0.4,12,0.5\n\"v\",\"0902\",0.1,0.2,0.3,0.4,13,\"0.25\"\n")]
    public void Every_spelling_is_read_as_row_by_row(string text)
    {
        string path = _folder.Write("det.csv", text);

        DetectionRow[] expected = [new("v", 902, new(.1, .2, .3, .4), 12, .5), new("v", 902, new(.1, .2, .3, .4), 13, .25)];
        Assert.Equal(expected, DetectionFile.Read(path));
        Assert.Equal(expected, Rows(path));
        Assert.Equal(expected, Rows(path, Small));
    }

    [Theory]
    [InlineData("a,1,0,0,1,1,7,inf\n", double.PositiveInfinity)]
    [InlineData("a,1,0,0,1,1,7,-1e400\n", double.NegativeInfinity)]
    [InlineData("a,1,0,0,1,1,7\n", 1)]
    [InlineData("a,1,0,0,1,1,7,-0\n", -0.0)]
    [InlineData("a,1,0,0,1,1,7,0.1234567890123456789\n", 0.1234567890123456789)]
    [InlineData("a,1,0,0,1,1,7,123456789012345.6\n", 123456789012345.6)]
    [InlineData("a,1,0,0,1,1,7,9007199254740993\n", 9007199254740993)]
    public void Scores_are_exact(string row, double score)
    {
        double read = Assert.Single(Rows(_folder.Write("det.csv", row))).Score;

        Assert.Equal(BitConverter.DoubleToInt64Bits(score), BitConverter.DoubleToInt64Bits(read));
    }

    [Fact]
    public void Every_decimal_of_up_to_seventeen_digits_is_read_as_NET_parses_it()
    {
        Random random = new(7);
        string[] numbers = [.. Enumerable.Range(0, 20_000).Select(i =>
        {
            string digits = random.NextInt64(0, (long)Math.Pow(10, 1 + i % 17)).ToString(CultureInfo.InvariantCulture);
            int point = random.Next(digits.Length + 1);
            return (i % 3 == 0 ? "-" : "") + (point == 0 ? "0." + digits : point == digits.Length ? digits : digits[..point] + "." + digits[point..]);
        })];
        string path = _folder.Write("det.csv", string.Concat(numbers.Select(n => $"v,1,0,0,1,1,7,{n}\n")));

        Assert.Equal(numbers.Select(n => double.Parse(n, CultureInfo.InvariantCulture)), Rows(path).Select(r => r.Score));
    }

    [Fact]
    public void Rows_share_boxes_and_keyframes_whether_the_file_goes_by_box_or_by_action()
    {
        string[] boxes = ["0.1,0.1,0.5,0.9", "0.2,0.2,0.6,0.8", "0.3,0.3,0.7,0.7"];
        string byAction = string.Concat(Enumerable.Range(1, 60).SelectMany(a => boxes.Select(b => $"v,902,{b},{a},0.5\n")));
        string byBox = string.Concat(boxes.SelectMany(b => Enumerable.Range(1, 60).Select(a => $"v,902,{b},{a},0.5\n")));
        foreach (string text in new[] { byAction, byBox })
        {
            DetectionBlock block = Assert.Single(DetectionFile.EnumerateBlocks(_folder.Write("det.csv", text)));
            Assert.Equal((180, 3, 1), (block.Count, block.Boxes.Length, block.Keyframes.Length));
        }
    }

    [Fact]
    public void Rows_of_other_actions_and_keyframes_are_counted_and_left_out()
    {
        string path = _folder.Write("det.csv", """
            v,1,0,0,1,1,7,0.9
            v,1,0,0,1,1,8,0.8
            w,1,0,0,1,1,7,0.7
            w,1,0,0,1,1,2000,0.6
            x,1,0,0,1,1,8,0.5
            w,1,0,0,1,1,7,0.4

            """);
        DetectionBlockOptions options = new() { ActionIds = new HashSet<int> { 7, 2000 }, Keyframes = k => k.VideoId != "v" };

        DetectionBlock block = Assert.Single(DetectionFile.EnumerateBlocks(path, options));

        Assert.Equal((6, 2, 3), (block.NumRows, block.NumOtherActions, block.Count));
        Assert.Equal([.7, .6, .4], block.Scores.ToArray());
        Assert.Equal(["v", "w"], block.Keyframes.ToArray().Select(k => k.VideoId));
        Assert.Equal([1, 0], block.LeftOut.ToArray());
        Assert.Equal([3, 4, 6], Enumerable.Range(0, 3).Select(block.LineOf));
        Assert.Equal((1, 1), (block.FirstLine, block.Share));
    }

    [Fact]
    public void Lines_are_counted_over_blocks_blank_lines_and_line_ends_within_quotes()
    {
        string[] lines = [.. Enumerable.Range(0, 50).Select(i => i % 7 == 3 ? "" : i % 7 == 5 ? $"\"v\nv\",1,0,0,1,1,{i},0.5" : $"v,1,0,0,1,1,{i},0.5")];
        string path = _folder.Write("det.csv", string.Join('\n', lines));
        Dictionary<int, long> expected = [];
        long line = 1;
        foreach ((int index, string text) in lines.Index())
        {
            if (text.Length > 0) expected[index] = line;
            line += 1 + text.Count(c => c == '\n');
        }

        foreach (DetectionBlock block in DetectionFile.EnumerateBlocks(path, Small))
        {
            for (int i = 0; i < block.Count; i++) Assert.Equal(expected[block.ActionIds[i]], block.LineOf(i));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void The_first_fault_of_the_file_is_the_one_reported(int threads)
    {
        string rows = string.Concat(Enumerable.Range(0, 500).Select(i => $"v,{i},0,0,1,1,{(i is 300 or 301 or 499 ? "x" : "7")},0.5\n"));
        string path = _folder.Write("det.csv", rows);

        AnnotationFormatException error = Assert.Throws<AnnotationFormatException>(
            () => Rows(path, new() { BlockLength = 64, MaxDegreeOfParallelism = threads }));

        Assert.Equal((path, 301), (error.File, error.Row));
        Assert.Equal(Assert.Throws<AnnotationFormatException>(() => DetectionFile.Read(path)).Message, error.Message);
    }

    [Fact]
    public void A_row_longer_than_a_block_is_read_and_an_endless_one_is_refused()
    {
        string longId = new('v', 5000), path = _folder.Write("det.csv", $"v,1,0,0,1,1,7,0.5\n\"{longId}\",1,0,0,1,1,7,0.5\nv,1,0,0,1,1,7,0.5\n");
        string endless = _folder.Write("endless.csv", "v,1,0,0,1,1,7,0.5\n\"v" + new string('\n', (1 << 20) + 4096) + "\",1,0,0,1,1,7,0.5\n");

        Assert.Equal(["v", longId, "v"], Rows(path, Small).Select(r => r.VideoId));
        AnnotationFormatException error = Assert.Throws<AnnotationFormatException>(() => Rows(endless, Small));
        Assert.Equal(Assert.Throws<AnnotationFormatException>(() => DetectionFile.Read(endless)).Message, error.Message);
        Assert.Equal(2, error.Row);
    }

    [Fact]
    public void A_gzip_file_that_ends_too_early_is_noticed_wherever_it_ends()
    {
        string text = string.Concat(Enumerable.Range(0, 3000).Select(i => $"v,{i},0.{i % 1000:D3},0,1,1,7,0.5\n"));
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(Encoding.UTF8.GetBytes(text));
        byte[] whole = packed.ToArray();
        string path = _folder.File("det.csv.gz");
        File.WriteAllBytes(path, whole);
        Assert.Equal(3000, Rows(path).Count);
        Assert.Equal(3000, DetectionFile.Read(path).Count);
        for (int length = whole.Length - 1; length > 20; length -= length > whole.Length - 12 ? 1 : 997)
        {
            File.WriteAllBytes(path, whole[..length]);
            AnnotationFormatException error = Assert.Throws<AnnotationFormatException>(() => Rows(path));
            Assert.Contains("damaged gzip data", error.Found, StringComparison.Ordinal);
            Assert.Throws<AnnotationFormatException>(() => DetectionFile.Read(path));
        }
    }

    [Fact]
    public void Gzip_files_joined_end_to_end_are_one_file()
    {
        string path = _folder.File("det.csv.gz");
        using MemoryStream joined = new();
        for (int i = 0; i < 3; i++)
        {
            using GZipStream gzip = new(joined, CompressionLevel.Optimal, leaveOpen: true);
            gzip.Write(Encoding.UTF8.GetBytes($"v,{i},0,0,1,1,7,0.5\n"));
        }

        File.WriteAllBytes(path, joined.ToArray());

        Assert.Equal([0, 1, 2], Rows(path).Select(r => r.Timestamp));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\uFEFF")]
    [InlineData("\n\n  \n")]
    public void A_file_without_rows_has_none(string text) => Assert.Empty(Rows(_folder.Write("det.csv", text)));

    [Fact]
    public void Options_out_of_range_are_named()
    {
        string path = _folder.Write("det.csv", "");
        static string Message(Action read) => Assert.Throws<ArgumentException>(read).Message;

        Assert.Contains("MaxDegreeOfParallelism is 0", Message(() => Rows(path, new() { MaxDegreeOfParallelism = 0 })), StringComparison.Ordinal);
        Assert.Contains("BlockLength is 63", Message(() => Rows(path, new() { BlockLength = 63 })), StringComparison.Ordinal);
    }

    [Fact]
    public void Stopping_in_the_middle_leaves_nothing_open()
    {
        string path = _folder.Write("det.csv", string.Concat(Enumerable.Range(0, 5000).Select(i => $"v,{i},0,0,1,1,7,0.5\n")));

        DetectionBlock first = DetectionFile.EnumerateBlocks(path, Small).First();

        Assert.True(first.FirstLine == 1);
        using FileStream alone = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.True(alone.Length > 0);
    }

    [Fact]
    public void Reading_can_be_cancelled()
    {
        string path = _folder.Write("det.csv", string.Concat(Enumerable.Range(0, 5000).Select(i => $"v,{i},0,0,1,1,7,0.5\n")));
        using CancellationTokenSource source = new();

        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (DetectionBlock block in DetectionFile.EnumerateBlocks(path, Small, source.Token)) source.Cancel();
        });
    }
}
