using System.Text;
using MlAva.TestSupport;

namespace MlAva.Annotations.Tests;

public sealed class AnnotationFileTests : IDisposable
{
    const string Good = "1j20qq1JyX4,0902,0.002,0.118,0.714,0.977,12,1";
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_row_of_AVA_v2_is_read()
    {
        AnnotationRow row = Assert.Single(Read(Good + "\n").Rows);
        Assert.Equal(new AnnotationRow("1j20qq1JyX4", 902, new(0.002, 0.118, 0.714, 0.977), 12, 1), row);
        Assert.Equal("1j20qq1JyX4,0902", row.Key.ToString());
    }

    [Fact]
    public void A_row_of_AVA_v1_has_no_person() =>
        Assert.Equal(new AnnotationRow("053oq2xB3oU", 904, new(0.061, 0.168, 0.774, 0.877), 11, -1),
            Assert.Single(Read("053oq2xB3oU,904,0.061,0.168,0.774,0.877,11\n").Rows));

    [Fact]
    public void Two_columns_are_a_keyframe_with_nobody_in_it()
    {
        AnnotationFile file = Read("00_77WAvZ_o,17.000000,0.308489,0.465223,0.530244,0.991838,12\n00g-inkLork,5.016949\n");
        Assert.Equal(17, Assert.Single(file.Rows).Timestamp);
        Assert.Equal(new KeyframeKey("00g-inkLork", 5.016949), Assert.Single(file.EmptyKeyframes));
    }

    [Theory, InlineData("\n"), InlineData("\r\n"), InlineData("\r")]
    public void Every_line_end_is_understood_also_with_blank_lines_and_without_the_last(string end)
    {
        AnnotationFile file = Read($"{Good}{end}{end}a b,1,0,0,1,1,2,3{end}  {end}\"x,\"\"y\",2,0,0,1,1,3,4");
        Assert.Equal(["1j20qq1JyX4", "a b", "x,\"y"], file.Rows.Select(r => r.VideoId));
        AnnotationFormatException e = Assert.Throws<AnnotationFormatException>(() => Read($"{Good}{end}{end}a b,1,0,0,1,oops,2,3"));
        Assert.Equal(3, e.Row);
    }

    [Fact]
    public void Blanks_around_numbers_a_byte_order_mark_and_many_digits_are_fine()
    {
        AnnotationRow row = Assert.Single(Read("\uFEFFv, 0902 ,0.7612095933263816,\t1e-3 , +.5,-0.25, 12 , 1.0 \n").Rows);
        Assert.Equal(new AnnotationRow("v", 902, new(0.7612095933263816, 0.001, 0.5, -0.25), 12, 1), row);
    }

    [Fact]
    public void Rows_longer_than_the_buffer_and_at_its_edge_are_whole()
    {
        StringBuilder text = new();
        Random random = new(5);
        List<string> names = [];
        for (int i = 0; i < 4000; i++)
        {
            names.Add(new string('n', i == 2000 ? 200_000 : random.Next(1, 60)) + (i % 7 == 0 ? "\"," : "") + i);
            text.Append('"').Append(names[i].Replace("\"", "\"\"", StringComparison.Ordinal)).Append("\",").Append(i).Append(
                ",0.1,0.2,0.3,0.4,5,6\r\n");
        }
        AnnotationFile file = Read(text.ToString());
        Assert.Equal(names, file.Rows.Select(r => r.VideoId));
        Assert.Equal(Enumerable.Range(0, 4000).Select(i => (double)i), file.Rows.Select(r => r.Timestamp));
    }

    [Fact]
    public void Numbers_are_read_as_the_nearest_double()
    {
        Random random = new(9);
        for (int i = 0; i < 20_000; i++)
        {
            double value = i % 2 == 0 ? random.NextDouble() : Math.Round(random.NextDouble() * 10, random.Next(16));
            string text = i % 3 == 0 ? value.ToString("F9", null) : value.ToString("R", null);
            double read = Read($"v,1,{text},0,0,0,1,1").Rows[0].Box.X1;
            Assert.Equal(double.Parse(text, null), read);
            if (i == 300) i = 19_900;
        }
    }

    [Theory]
    [InlineData("v,0902,0.1,0.1,0.2,0.2", 1, "6 columns", "8 columns")]
    [InlineData("v\t0902\t0.1\t0.1\t0.2\t0.2\t1\t1", 1, "v\\t0902", "tabs")]
    [InlineData("v;0902;0.1;0.1;0.2;0.2;1;1", 1, "1 column", "semicolons")]
    [InlineData("v,0902,0,1,0,1,0,2,0,2,1,1", 1, "12 columns", "decimal points")]
    [InlineData("video_id,timestamp,x1,y1,x2,y2,action_id,person_id\n" + Good, 1, "'timestamp'", "header")]
    [InlineData(Good + "\nv,0902,x,0.1,0.2,0.2,1,1", 2, "'x' in column 3", "number")]
    [InlineData(Good + "\nv,0902,nan,0.1,0.2,0.2,1,1", 2, "'nan' in column 3", "number")]
    [InlineData(Good + "\nv,0902,1e999,0.1,0.2,0.2,1,1", 2, "'1e999' in column 3", "finite")]
    [InlineData(Good + "\nv,0902,3_,0.1,0.2,0.2,1,1", 2, "'3_' in column 3", "underscore")]
    [InlineData(Good + "\nv,0902,0.1,0.1,0.2,0.2,stand,1", 2, "'stand' in column 7", "id in the label map")]
    [InlineData(Good + "\nv,0902,0.1,0.1,0.2,0.2,0,1", 2, "'0' in column 7", "begin at 0")]
    [InlineData(Good + "\nv,0902,0.1,0.1,0.2,0.2,1.5,1", 2, "'1.5' in column 7", "whole number")]
    [InlineData(Good + "\nv,0902,0.1,0.1,0.2,0.2,99999999999,1", 2, "'99999999999' in column 7", "whole number")]
    [InlineData(Good + "\nv,0902,0.1,0.1,0.2,0.2,1,0.25", 2, "'0.25' in column 8", "detections")]
    [InlineData(Good + "\nv,0902,0.1,0.1,0.2,0.2,,0.9", 2, "an empty column 7", "proposals")]
    [InlineData(Good + "\nv,0904,,,,,,", 2, "'' in column 3", "two columns")]
    [InlineData(Good + "\nv,-3,0.1,0.1,0.2,0.2,1,1", 2, "'-3' in column 2", "negative")]
    [InlineData(Good + "\n,0902,0.1,0.1,0.2,0.2,1,1", 2, "nothing in column 1", "id")]
    [InlineData(Good + "\n\"v,0902,0.1,0.1,0.2,0.2,1,1\n" + Good, 2, "never closed", "quote")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 1\n", 1, "Git LFS", "git lfs pull")]
    [InlineData("<!DOCTYPE html><html>", 1, "web page", "download")]
    public void Malformed_rows_are_named_with_the_mend(string text, long row, string found, string mend)
    {
        AnnotationFormatException e = Assert.Throws<AnnotationFormatException>(() => Read(text));
        Assert.Equal(row, e.Row);
        Assert.Contains(found, e.Found, StringComparison.Ordinal);
        Assert.Contains(mend, e.Expected + e.Mend, StringComparison.Ordinal);
        Assert.Contains("a.csv", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_and_damaged_gzip_are_named()
    {
        string path = _folder.File("latin.csv");
        File.WriteAllBytes(path, [.. "caf"u8, 0xe9, .. ",1,0,0,1,1,1,1\n"u8]);
        Assert.Contains("UTF-8", Assert.Throws<AnnotationFormatException>(() => AnnotationFile.Read(path)).Message,
            StringComparison.Ordinal);
        File.WriteAllBytes(path, [0xff, 0xfe, (byte)'v', 0]);
        Assert.Contains("UTF-16", Assert.Throws<AnnotationFormatException>(() => AnnotationFile.Read(path)).Message,
            StringComparison.Ordinal);
        File.WriteAllBytes(path, [0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
        Assert.Contains("gzip", Assert.Throws<AnnotationFormatException>(() => AnnotationFile.Read(path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_has_no_rows() => Assert.Empty(Read("").Rows);

    [Fact]
    public void Random_rows_come_back_as_they_were_plain_and_packed()
    {
        Random random = new(21);
        string[] ids = ["v", "a b", "with,comma", "quo\"te", "\"", "naïve 中", " blank ", "two\nlines", "--x"];
        List<AnnotationRow> rows = [];
        for (int i = 0; i < 3000; i++)
        {
            double time = random.Next(3) == 0 ? random.NextDouble() * 2000 : random.Next(2000);
            double Coordinate() =>
                random.Next(3) switch { 0 => random.NextDouble(), 1 => Math.Round(random.NextDouble(), 3), _ =>
                (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-12, 12)) };
            rows.Add(new(ids[random.Next(ids.Length)], time, new(Coordinate(), Coordinate(), Coordinate(), Coordinate()),
                random.Next(1, 81), random.Next(-1, 500)));
        }
        KeyframeKey[] empty = [new("e", 3), new("e", 4.125)];
        foreach (string name in (string[])["r.csv", "r.csv.gz"])
        {
            AnnotationFile.Write(_folder.File(name), rows, empty);
            AnnotationFile read = AnnotationFile.Read(_folder.File(name));
            Assert.Equal(rows, read.Rows);
            Assert.Equal(empty, read.EmptyKeyframes);
        }
        Assert.True(new FileInfo(_folder.File("r.csv.gz")).Length < new FileInfo(_folder.File("r.csv")).Length);
        Assert.Equal(2, Directory.GetFiles(_folder.Path).Length);
    }

    [Fact]
    public void What_could_not_be_read_back_is_not_written_and_the_old_file_stays()
    {
        string path = _folder.Write("a.csv", Good);
        Box box = new(0, 0, 1, 1);
        Assert.Throws<ArgumentException>(() => AnnotationFile.Write(path, [new("v", 1, box, 1, 1), new("", 1, box, 1, 1)]));
        Assert.Throws<ArgumentException>(() => AnnotationFile.Write(path, [new("v", double.NaN, box, 1, 1)]));
        Assert.Throws<ArgumentException>(() => AnnotationFile.Write(path, [new("v", 1, box with { X2 = double.NaN }, 1, 1)]));
        Assert.Throws<ArgumentException>(() => AnnotationFile.Write(path, [new("v", 1, box, 0, 1)]));
        Assert.Equal(Good, File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Enumerating_reads_only_as_far_as_asked()
    {
        string path = _folder.Write("a.csv", Good + "\nbroken");
        Assert.Equal(902, AnnotationFile.Enumerate(path).First().Timestamp);
        Assert.Throws<AnnotationFormatException>(() => AnnotationFile.Enumerate(path).Count());
    }

    [SharedFact("ava/annotations/ava_val_v2.1_first8videos.csv")]
    public void AVAs_own_file_is_read_and_written_back_byte_for_byte()
    {
        string path = SharedData.Path("ava/annotations/ava_val_v2.1_first8videos.csv");
        AnnotationFile file = AnnotationFile.Read(path);
        Assert.Equal(27163, file.Rows.Count);
        Assert.Equal(6470, file.Rows.Select(r => r.Key).Distinct().Count());
        AnnotationFile.Write(_folder.File("w.csv"), file.Rows);
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(_folder.File("w.csv")));
    }

    [SharedFact("ava/eval_cases/v21_first8_kineticsstyle_derived")]
    public void Packed_files_with_empty_keyframes_are_read()
    {
        AnnotationFile file = AnnotationFile.Read(SharedData.Path("ava/eval_cases/v21_first8_kineticsstyle_derived/gt.csv.gz"));
        Assert.Equal(27163, file.Rows.Count);
        Assert.Equal(695, file.EmptyKeyframes.Count);
    }

    [SharedFact("ava/nest/annotations")]
    public void Custom_sets_files_with_16_digits_and_CRLF_are_read()
    {
        AnnotationRow row = AnnotationFile.Read(SharedData.Path("ava/nest/annotations/ava_train_v2.2.csv")).Rows[0];
        Assert.Equal(new AnnotationRow("IMG_0110", 1, new(0.459375, 0.001941748, 0.9982302083333333, 0.9640718446601941), 1, 1), row);
        Assert.NotEmpty(AnnotationFile.Read(SharedData.Path("ava/custom_bird/ava_train_v2.1.csv")).Rows);
        Assert.NotEmpty(AnnotationFile.Read(SharedData.Path("ava/custom_bird/ava_val_v2.1.csv")).Rows);
    }

    AnnotationFile Read(string text)
    {
        string path = _folder.File("a.csv");
        File.WriteAllText(path, text, new UTF8Encoding(false));
        return AnnotationFile.Read(path);
    }
}
