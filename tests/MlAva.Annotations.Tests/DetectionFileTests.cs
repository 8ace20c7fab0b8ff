using System.Text.Json;
using MlAva.TestSupport;

namespace MlAva.Annotations.Tests;

public sealed class DetectionFileTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Seven_columns_mean_a_score_of_one()
    {
        string path = _folder.Write("d.csv", "v,0902,0.1,0.2,0.3,0.4,-1\nv,0902,0.1,0.2,0.3,0.4,12,0.0001\n");
        Assert.Equal(
            [new DetectionRow("v", 902, new(0.1, 0.2, 0.3, 0.4), -1, 1.0), new DetectionRow("v", 902, new(0.1, 0.2, 0.3, 0.4), 12, 0.0001)],
            DetectionFile.Read(path));
    }

    [Theory, InlineData("1e400"), InlineData("inf"), InlineData("+Infinity")]
    public void Infinite_scores_give_an_order_and_are_read(string score)
    {
        string path = _folder.Write("d.csv", $"v,902,0.1,0.2,0.3,0.4,1,{score}\nv,902,0.1,0.2,0.3,0.4,1,-{score.TrimStart('+')}\n");
        Assert.Equal([double.PositiveInfinity, double.NegativeInfinity], DetectionFile.Read(path).Select(d => d.Score));
    }

    [Theory]
    [InlineData("v,902,0.1,0.2,0.3,0.4,1,abc", "'abc' in column 8")]
    [InlineData("v,902,0.1,0.2,0.3,0.4,1,nan", "'nan' in column 8")]
    [InlineData("v,902,0.1,0.2,0.3,0.4,1,", "'' in column 8")]
    [InlineData("v,902,inf,0.2,0.3,0.4,1,1", "'inf' in column 3")]
    [InlineData("v,902,0.1,0.2,0.3,0.4,stand,0.5", "'stand' in column 7")]
    [InlineData("v,902,0.1,0.2,0.3,0.4,,0.5", "an empty column 7")]
    [InlineData("v,902,0.1,0.2,0.3,0.4,1,0,9,9", "10 columns"), InlineData("v,902,0.1,0.2,0.3,0.4,1,0,x", "'x' in column 9")]
    [InlineData("v,902", "2 columns")]
    [InlineData("v,,0.1,0.2,0.3,0.4,1,0.5", "'' in column 2")]
    [InlineData("v,902,0.1,0.2,0.3,0.4,1_2,0.5", "'1_2' in column 7")]
    public void Malformed_rows_are_named(string row, string found)
    {
        string path = _folder.Write("d.csv", "v,902,0.1,0.2,0.3,0.4,1,0.5\n" + row);
        AnnotationFormatException e = Assert.Throws<AnnotationFormatException>(() => DetectionFile.Read(path));
        Assert.Equal(2, e.Row);
        Assert.Contains(found, e.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.0005f, 3, "0.001")]
    [InlineData(0.0015f, 3, "0.002")]
    [InlineData(0.0025f, 3, "0.002")]
    [InlineData(0.0625f, 3, "0.062")]
    [InlineData(0.1875f, 3, "0.188")]
    [InlineData(-0.0001f, 3, "-0.000")]
    [InlineData(0.99951f, 3, "1.000")]
    [InlineData(0.00005f, 4, "0.0000")]
    [InlineData(1e-7f, 9, "0.000000100")]
    public void Numbers_round_as_Pythons_percent_3f_on_the_float32_value(float score, int decimals, string expected)
    {
        DetectionFile.Write(_folder.File("d.csv"), [new("v", 902, default, 1, score)], decimals);
        Assert.Equal(expected, File.ReadAllText(_folder.File("d.csv")).TrimEnd('\n').Split(',')[^1]);
    }

    [Fact]
    public void Fractional_seconds_keep_their_fraction()
    {
        DetectionFile.Write(_folder.File("d.csv"), [new("v", 5.016949, new(0, 0, 1, 1), 3, 0.5), new("v", 902, new(0, 0, 1, 1), 3, 0.5)]);
        Assert.Equal("v,5.016949,0.000,0.000,1.000,1.000,3,0.500\nv,902,0.000,0.000,1.000,1.000,3,0.500\n",
            File.ReadAllText(_folder.File("d.csv")));
    }

    [Fact]
    public void A_failed_or_cancelled_writing_leaves_the_old_file()
    {
        string path = _folder.Write("d.csv", "old");
        Assert.Throws<ArgumentException>(() => DetectionFile.Write(path, [new("v", 1, default, 1, double.NaN)]));
        Assert.Throws<OperationCanceledException>(() =>
            DetectionFile.Write(path, Enumerable.Repeat(new DetectionRow("v", 1, default, 1, 1), 5000), cancellation: new(canceled: true)));
        Assert.Throws<ArgumentOutOfRangeException>(() => DetectionFile.Write(path, [], decimals: 0));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [SharedTheory("golden/components/results2csv")]
    [InlineData("plain.csv", false)]
    [InlineData("custom.csv", true)]
    public void The_reference_results_are_written_byte_for_byte(string name, bool custom)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(SharedData.Path("golden/components/results2csv/results.json")));
        JsonElement root = json.RootElement;
        List<DetectionRow> rows = [];
        int[] customClasses = [0, 3, 6, 10, 27, 80];
        int keyframe = 0;
        foreach (JsonElement perClass in root.GetProperty("results").EnumerateArray())
        {
            JsonElement info = root.GetProperty("video_infos")[keyframe++];
            int action = 0;
            foreach (JsonElement boxes in perClass.EnumerateArray())
            {
                action++;
                foreach (double[] v in boxes.EnumerateArray().Select(b => b.EnumerateArray().Select(x => x.GetDouble()).ToArray()))
                {
                    rows.Add(new(info.GetProperty("video_id").GetString()!, info.GetProperty("timestamp").GetInt32(),
                        new(v[0], v[1], v[2], v[3]), custom ? customClasses[action] : action, v[4]));
                }
            }
        }
        DetectionFile.Write(_folder.File(name), rows);
        Assert.Equal(File.ReadAllText(SharedData.Path($"golden/components/results2csv/{name}")), File.ReadAllText(_folder.File(name)));
        Assert.Equal(rows.Select(r => (r.Key, r.ActionId)), DetectionFile.Enumerate(_folder.File(name)).Select(r => (r.Key, r.ActionId)));
    }

    [SharedTheory("ava/eval_cases")]
    [InlineData("adversarial_a", 23977)]
    [InlineData("real_v22_slowfast_koish11", 14940)]
    [InlineData("v21_first8_derived", 114026)]
    public void Detections_of_the_evaluation_cases_are_read_whole(string name, int rows)
        => Assert.Equal(rows, DetectionFile.Enumerate(SharedData.Path($"ava/eval_cases/{name}/det.csv.gz")).Count());
}
