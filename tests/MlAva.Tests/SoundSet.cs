using System.Globalization;
using MlAva.Annotations;
using MlAva.Diagnostics;
using MlAva.Evaluation;
using MlAva.TestSupport;
using MlAva.Video;

namespace MlAva.Tests;

/// <summary>
/// A small data set without a fault, as rows of cells that a test breaks before it writes them: four videos of 25 keyframes, two persons
/// in each that jump about, five classes of which a person has two, detections of every class, proposals.
/// </summary>
public sealed class SoundSet : IDisposable
{
    public const int Videos = 4, Seconds = 25, Classes = 5, First = 902;
    readonly TemporaryFolder _folder = new();

    public SoundSet(int videos = Videos, int seconds = Seconds)
    {
        Random random = new(5);
        for (int video = 0; video < videos; video++)
        {
            string id = string.Create(CultureInfo.InvariantCulture, $"clip-{(char)('A' + video % 26)}{video}");
            for (int second = First; second < First + seconds; second++)
            {
                for (int person = 0; person < 2; person++) AddPerson(random, id, second, person);
            }
        }
    }

    /// <summary>Annotations: video, seconds, x1, y1, x2, y2, action, person.</summary>
    public List<string[]> Truth { get; } = [];

    /// <summary>Detections: video, seconds, x1, y1, x2, y2, action, score.</summary>
    public List<string[]> Found { get; } = [];

    /// <summary>Proposals by keyframe.</summary>
    public List<KeyValuePair<KeyframeKey, KeyframeProposals>> Proposed { get; } = [];

    /// <summary>The label map's ids, named c1, c2 and on.</summary>
    public List<int> Ids { get; } = [.. Enumerable.Range(1, Classes)];

    public string TruthPath => _folder.File("truth.csv");

    public string FoundPath => _folder.File("found.csv");

    public string ProposalPath => _folder.File("proposals.pkl");

    public string LabelPath => _folder.File("labels.pbtxt");

    public string ExcludePath => _folder.File("excluded.csv");

    public string ValPath => _folder.File("val.csv");

    public string FramesPath => _folder.File("frames");

    public DataDoctorOptions Options => new()
    {
        AnnotationPath = TruthPath, DetectionPath = FoundPath, LabelMapPath = LabelPath, ProposalPath = ProposalPath,
    };

    public static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    public static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);

    /// <summary>Changes the box of every row.</summary>
    public static void Boxes(List<string[]> rows, Func<double[], double[]> change)
    {
        foreach (string[] row in rows)
        {
            double[] box = change([Number(row[2]), Number(row[3]), Number(row[4]), Number(row[5])]);
            for (int i = 0; i < 4; i++) row[2 + i] = box[i].ToString("0.######", CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Changes one cell of every row.</summary>
    public static void Cells(List<string[]> rows, int column, Func<string, string> change)
    {
        foreach (string[] row in rows) row[column] = change(row[column]);
    }

    public static string Csv(IEnumerable<string[]> rows, string separator = ",", string end = "\n") =>
        string.Concat(rows.Select(r => string.Join(separator, r) + end));

    /// <summary>mAP of the set as it was made, by the strict readers and the evaluation itself.</summary>
    public static double SoundMean { get; } = MeanOfSound();

    public SoundSet Write(string? truth = null, string? found = null)
    {
        File.WriteAllText(TruthPath, truth ?? Csv(Truth));
        File.WriteAllText(FoundPath, found ?? Csv(Found));
        File.WriteAllText(LabelPath, string.Concat(Ids.Select(id =>
            string.Create(CultureInfo.InvariantCulture, $"item {{\n  name: \"c{id}\"\n  id: {id}\n}}\n"))));
        ProposalFile.Write(ProposalPath, new(Proposed));
        return this;
    }

    public DataReport Examine(Func<DataDoctorOptions, DataDoctorOptions>? change = null)
    {
        DataDoctorOptions options = Options;
        return DataDoctor.Examine(change is null ? options : change(options));
    }

    public void WriteFile(string name, string text) => _folder.Write(name, text);

    public string PathOf(string name) => _folder.File(name);

    /// <summary>Writes frames of one colour for every video.</summary>
    public void WriteFrames(int frames, string template = "img_{:05}.jpg", int width = 64, int height = 48, Func<string,
        string>? name = null)
    {
        byte[] jpeg = ImageCodec.EncodeJpeg(new byte[width * height * 3], new(width, height));
        FrameTemplate names = FrameTemplate.Parse(template);
        foreach (string video in Truth.Select(r => r[0]).Distinct())
        {
            string folder = Path.Combine(FramesPath, name is null ? video : name(video));
            Directory.CreateDirectory(folder);
            for (int i = 1; i <= frames; i++) File.WriteAllBytes(Path.Combine(folder, names.FileName(i)), jpeg);
        }
    }

    public void Dispose() => _folder.Dispose();

    void AddPerson(Random random, string video, int second, int person)
    {
        double width = 0.12 + 0.15 * random.NextDouble(), height = 0.3 + 0.3 * random.NextDouble();
        // One person keeps to the left, one to the right, so that nobody is taken for the other.
        double x = 0.5 * person + (0.48 - width) * random.NextDouble(), y = (1 - height) * random.NextDouble();
        double[] box = [.. ((double[])[x, y, x + width, y + height]).Select(v => Math.Round(v, 3))];
        string[] keyframe = [video, second.ToString("D4", CultureInfo.InvariantCulture)];
        int[] actions = [1 + random.Next(2), 3 + random.Next(3)];
        foreach (int action in actions) Truth.Add([.. keyframe, .. box.Select(Number), Text(action), Text(person)]);
        double[] near = [.. box.Select(v => Math.Clamp(Math.Round(v + 0.006 * (random.NextDouble() - 0.5), 3), 0, 1))];
        string[] seen = [video, Text(second), .. near.Select(Number)];
        for (int action = 1; action <= Classes; action++)
        {
            double score = actions.Contains(action) ? 0.4 + 0.59 * random.NextDouble() : 0.5 * random.NextDouble();
            Found.Add([.. seen, Text(action), Number(Math.Max(0.001, score))]);
        }
        KeyframeKey key = new(video, second);
        Box proposal = new(near[0], near[1], near[2], near[3]);
        double sure = Math.Round(0.91 + 0.08 * random.NextDouble(), 3);
        if (person == 0) Proposed.Add(new(key, new([proposal], [sure])));
        else Proposed[^1] = new(key, new([.. Proposed[^1].Value.Boxes, proposal], [.. Proposed[^1].Value.Scores!, sure]));

        static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
    }

    static double MeanOfSound()
    {
        using SoundSet set = new();
        set.Write();
        return FrameMap.Evaluate(AnnotationFile.Read(set.TruthPath).Rows, DetectionFile.Read(set.FoundPath),
            [.. LabelMap.Read(set.LabelPath)])
            .MeanAveragePrecision;
    }
}
