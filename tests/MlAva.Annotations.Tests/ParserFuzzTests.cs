using System.Text;
using MlAva.TestSupport;

namespace MlAva.Annotations.Tests;

/// <summary>Valid files with random bytes changed, from a fixed seed: they are read, or refused with an explanation.</summary>
public sealed class ParserFuzzTests : IDisposable
{
    const int Rounds = 1500;

    static readonly string[] Detections =
    [
        "vid,0902,0.1,0.2,0.3,0.4,12,0.5\nvid,0902,0.1,0.2,0.3,0.4,7,0.25\nvid,0902,0.5,0.2,0.9,0.4,12,0.125\nvid,0903,0.1,0.2,0.3,0.4,12,1\n",
        "a,1,.1,2e-1,+0.3,0.40000000000000001,-3,inf\r\n\"a,b\",1.5,0,0,1,1,80\r\n\"x\"\"y\",02,0,0,1,1,1,0.001\r\n\r\nö,1,0,0,1,1,2,9e99",
        "\uFEFFv,1,0,0,1,1,1,0.5\rv,1,0,0,1,1,2,0.5\r \t\rv,1,0,0,1,1,3,0.5\rw,1,0,0,1,1,1,0.5",
        "\"v\",\"902\",\"0.1\",\"0.2\",\"0.3\",\"0.4\",\"12\",\"0.5\"\n\"v\nw\",902,0.1,0.2,0.3,0.4,12,0.5\nv,902,0.1,0.2,0.3,0.4,12,0.5\n",
    ];

    /// <summary>Bytes that mean something to a parser, and some that mean nothing to anyone.</summary>
    static readonly byte[] Telling = [.. ",\n\r\" \t.;-+eE0159aN_:{}'#<"u8, 0, 0x7f, 0x80, 0xc3, 0xef, 0xff];

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Blocks_hold_what_reading_row_by_row_gives_and_fail_as_it_does()
    {
        Random random = new(20210601);
        DetectionBlockOptions[] ways =
            [new() { MaxDegreeOfParallelism = 1 }, new() { MaxDegreeOfParallelism = 1, BlockLength = 64 }, new() { MaxDegreeOfParallelism = 2, BlockLength = 100 }];
        int read = 0, refused = 0;
        for (int round = 0; round < Rounds; round++)
        {
            string path = Write("det.csv", Changed(Detections[round % Detections.Length], random));
            string expected = Outcome(() => DetectionFile.Read(path));
            foreach (DetectionBlockOptions way in ways)
            {
                string found = Outcome(() => Rows(path, way));
                Assert.True(expected == found, $"round {round}\n{File.ReadAllText(path)}\nrow by row: {expected}\nin blocks: {found}");
            }

            if (expected.StartsWith("error", StringComparison.Ordinal)) refused++;
            else read++;
        }

        // Else nothing has been compared.
        Assert.InRange(read, Rounds / 10, Rounds);
        Assert.InRange(refused, Rounds / 10, Rounds);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_files_to_change_can_be_read(int file) => Assert.Equal(
        file == 3 ? 3 : 4, DetectionFile.Read(Write("det.csv", Encoding.UTF8.GetBytes(Detections[file]))).Count);

    [Theory]
    [InlineData("ann.csv", "v,0902,0.1,0.2,0.3,0.4,12,5\nv,0903\n\"w\",904,0.1,0.2,0.3,0.4,1\n")]
    [InlineData("excluded.csv", "v,0902\nv,903.5\n\"w\",904\n")]
    [InlineData("boxes.csv", "v,0902,0.1,0.2,0.3,0.4,,0.9\nv,0902,0.5,0.2,0.8,0.4,,0.95\n")]
    [InlineData("map.pbtxt", "item {\n  name: \"stand\"\n  id: 12\n}\nlabel { name: 'walk' label_id: 14 label_type: PERSON_MOVEMENT }\n")]
    [InlineData("map.txt", "1: bend/bow (at the waist)\n2: crawl\n")]
    public void Other_files_are_read_or_refused_with_an_explanation(string name, string text)
    {
        Random random = new(42);
        int read = 0;
        for (int round = 0; round < Rounds / 2; round++)
        {
            string path = Write(name, Changed(text, random));
            string outcome = name switch
            {
                "ann.csv" => Outcome(() => AnnotationFile.Read(path).Rows),
                "excluded.csv" => Outcome(() => ExcludedTimestamps.Read(path).Keys),
                "boxes.csv" => Outcome(() => ProposalFile.Read(path).Keys),
                _ => Outcome(() => LabelMap.Read(path)),
            };
            if (!outcome.StartsWith("error", StringComparison.Ordinal)) read++;
        }

        Assert.InRange(read, 1, Rounds / 2 - 1);
    }

    [Fact]
    public void Damaged_gzip_files_are_read_or_refused_with_an_explanation()
    {
        Random random = new(3);
        string source = _folder.File("source.csv.gz");
        DetectionFile.Write(source, Enumerable.Range(0, 400).Select(i => new DetectionRow("v", i / 7, new(i % 11 * .01, .1, .5, .9), 1 + i % 80, i % 997 / 1000.0)));
        byte[] whole = File.ReadAllBytes(source);
        string path = _folder.File("det.csv.gz");
        for (int round = 0; round < Rounds / 5; round++)
        {
            byte[] changed = [.. whole];
            for (int i = 0; i <= round % 3; i++) changed[random.Next(2, changed.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, changed);
            Outcome(() => Rows(path, new() { MaxDegreeOfParallelism = 1 }));
            Outcome(() => DetectionFile.Read(path));
        }
    }

    /// <summary>What was read, as text, or the error; any other exception than the one for a bad file goes through.</summary>
    static string Outcome<T>(Func<IEnumerable<T>> read)
    {
        try
        {
            return string.Join('\n', read());
        }
        catch (AnnotationFormatException e)
        {
            Assert.All([e.File, e.Found, e.Expected, e.Mend], part => Assert.NotEmpty(part));
            return $"error {e.Message}";
        }
    }

    static List<DetectionRow> Rows(string path, DetectionBlockOptions options)
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

    static byte[] Changed(string text, Random random)
    {
        List<byte> bytes = [.. Encoding.UTF8.GetBytes(text)];
        int changes = random.Next(1, 3);
        for (int i = 0; i < changes && bytes.Count > 2; i++)
        {
            int place = random.Next(bytes.Count);
            byte some = random.Next(3) == 0 ? (byte)random.Next(256) : Telling[random.Next(Telling.Length)];
            switch (random.Next(5))
            {
                case 0:
                    bytes.Insert(place, some);
                    break;
                case 1:
                    bytes.RemoveAt(place);
                    break;
                case 2:
                    int length = random.Next(Math.Min(40, bytes.Count - place));
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(place, length));
                    break;
                case 3 when random.Next(8) == 0:
                    bytes.RemoveRange(place, bytes.Count - place);
                    break;
                default:
                    bytes[place] = some;
                    break;
            }
        }

        return [.. bytes];
    }

    string Write(string name, byte[] bytes)
    {
        string path = _folder.File(name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
