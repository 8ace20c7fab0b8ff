using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using MlAva.Annotations;
using MlAva.Networks;
using Spectre.Console;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava score</c>: what people do in one video.</summary>
static class ScoreCommand
{
    const int MaxProposals = 1000;

    public static Command Create()
    {
        Option<string> model = Flags.Model();
        Option<string> source = Flags.Required("--source", "The video: a file, or a folder of frames", "PATH");
        Option<string?> video = Flags.Optional(
            "--video-id", "The video's id in --proposals and --out [default: the name of --source]", "ID");
        Option<string?> proposals = Flags.Proposals();
        Option<double[]?> timestamps =
            Flags.Decimals("--timestamps", "Keyframes to score, in seconds [default: all of the video in --proposals]", "902,903");
        Option<string?> output = Flags.Optional("--out", "Write the detections here, as MMAction2's results.csv (.csv or .csv.gz)", "FILE");
        Option<double> personScore = Flags.PersonScore();
        Option<double> threshold = Flags.WithDefault("--threshold", 0.5, "Show labels that score at least this", "0-1");
        Option<int> top = Flags.WithDefault("--top", 3, "Show at most so many labels a person", "N");
        Option<int?> gpu = Flags.Gpu();
        Choice<InferencePrecision> precision = Flags.Precision();
        Choice<Compatibility> compatibility = new("--compatibility", null,
            "Whose known faults are mirrored (mmaction2demo: blue and red exchanged, clips one interval late) "
            + "[default: as the model was trained]");
        return new Verb("score", "Tells what the people in one video do, at given keyframes.",
            "mlava score --model model.zip --source film.mp4 --proposals people.pkl --out detections.csv",
            "mlava score --model model.zip --source rawframes/1j20qq1JyX4 --timestamps 902,903 --threshold 0.3 --top 5")
        {
            model, source, video, proposals, timestamps, output, personScore, threshold, top, gpu, precision, compatibility,
        }.Does((parsed, terminal, token) =>
        {
            string path = parsed.GetRequiredValue(source);
            string id = parsed.GetValue(video) ?? NameOf(path);
            if (parsed.GetValue(threshold) is var least and not (>= 0 and <= 1))
                throw new ArgumentException(Invariant($"--threshold is {least}; expected 0 to 1."));
            if (parsed.GetValue(top) < 1) throw new ArgumentException($"--top is {parsed.GetValue(top)}; expected at least 1.");
            if (!Path.Exists(path)) throw new FileNotFoundException("", path);
            ScoreRow[] rows = [.. Rows(id, path, parsed.GetValue(proposals), parsed.Given(timestamps), parsed.GetValue(personScore))];
            MLContext context = ModelFile.Context(parsed.GetValue(gpu));
            ITransformer loaded = ModelFile.Load(context, parsed.GetRequiredValue(model));
            using IDisposable? native = loaded as IDisposable;
            ITransformer precise = ModelFile.InPrecision(loaded, precision.Given(parsed), onCpu: parsed.GetValue(gpu) is null);
            ITransformer transformer = ModelFile.WithCompatibility(precise, compatibility.Given(parsed));
            IDataView data = context.Data.LoadFromEnumerable(rows);
            ModelFile.CheckScores(transformer, data.Schema, parsed.GetRequiredValue(model));
            ModelFile.CheckFeatureBank(transformer, data);
            IDataView scored = transformer.Transform(data);
            ActionDetectionCatalog catalog = context.ActionDetection();
            IReadOnlyList<string> names = catalog.ClassNames(scored.Schema);
            List<ScoredRow> results = ConsoleProgress.Run(terminal, "score", progress =>
                Score(context, scored, progress, rows.Length, token));
            if (parsed.GetValue(output) is { } file)
            {
                IDataView view = context.Data.LoadFromEnumerable(results);
                DetectionFile.Write(file, catalog.Detections(view, cancellationToken: token), cancellation: token);
            }
            Print(terminal, results, names, (float)parsed.GetValue(threshold), parsed.GetValue(top));
            return ExitCodes.Fine;
        });
    }

    static string NameOf(string source) => Directory.Exists(source)
        ? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(source)))
        : Path.GetFileNameWithoutExtension(source);

    static IEnumerable<ScoreRow> Rows(string video, string source, string? proposalFile, double[]? timestamps, double personScore)
    {
        Proposals? proposals = proposalFile is null ? null : ProposalFile.Read(proposalFile);
        if (timestamps is null)
        {
            if (proposals is null)
                throw new ArgumentException("Neither --timestamps nor --proposals is given; expected keyframes: --timestamps 902,903.");
            timestamps = [.. proposals.Keys.Where(k => k.VideoId == video).Select(k => k.Timestamp)];
            if (timestamps.Length == 0)
            {
                throw new AnnotationFormatException(proposalFile!, 0, $"no keyframe of video '{video}'", $"keys such as '{video},0902'",
                    $"give --video-id; the file has {string.Join(", ", proposals.Keys.Select(k => $"'{k.VideoId}'").Distinct().Take(5))}");
            }
        }
        foreach (double timestamp in timestamps)
        {
            KeyframeKey key = new(video, timestamp);
            KeyframeProposals boxes = KeyframeProposals.WholeFrame;
            if (proposals?.TryGet(key, out KeyframeProposals? found) == true) boxes = found.Select(personScore, MaxProposals);
            else if (proposals is not null) Terminal.Note($"{proposalFile} has no boxes for {key}; the whole frame is scored");
            yield return new()
            {
                VideoId = video,
                Timestamp = (float)timestamp,
                Source = source,
                Proposals = [.. boxes.Boxes.SelectMany((b, i) => Numbers(b, boxes.Scores?[i] ?? 1))],
            };
        }
    }

    static float[] Numbers(Box box, double score) => [(float)box.X1, (float)box.Y1, (float)box.X2, (float)box.Y2, (float)score];

    static List<ScoredRow> Score(MLContext context, IDataView scored, ConsoleProgress progress, int count, CancellationToken token)
    {
        List<ScoredRow> results = [];
        foreach (ScoredRow row in context.Data.CreateEnumerable<ScoredRow>(scored, reuseRowObject: false))
        {
            token.ThrowIfCancellationRequested();
            results.Add(row);
            progress.Report(results.Count, count, "keyframes");
        }
        return results;
    }

    static void Print(Terminal terminal, List<ScoredRow> results, IReadOnlyList<string> names, float threshold, int top)
    {
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumns(new TableColumn("seconds").RightAligned(), new TableColumn("person").RightAligned(),
            new TableColumn("box (x1 y1 x2 y2)"), new TableColumn("labels"));
        foreach (ScoredRow row in results)
        {
            int people = row.PredictedBoxes.Length / 4, classes = people == 0 ? 0 : row.Score.Length / people;
            if (people == 0)
                table.AddRow(new Text(Invariant($"{row.Timestamp}")), Text.Empty, Text.Empty, new Text("(nobody)"));
            for (int person = 0; person < people; person++)
            {
                ArraySegment<float> box = new(row.PredictedBoxes, person * 4, 4), scores = new(row.Score, person * classes, classes);
                string[] cells =
                [
                    Invariant($"{row.Timestamp}"), Invariant($"{person + 1}"), string.Join(' ', box.Select(v => Invariant($"{v:F3}"))),
                    Labels(scores, names, threshold, top),
                ];
                table.AddRow(cells.Select(cell => new Text(cell)));
            }
        }
        terminal.Results.Write(table);
    }

    static string Labels(ArraySegment<float> scores, IReadOnlyList<string> names, float threshold, int top)
    {
        // Column 0 stands for no class; classes without a name are in the gaps of the label map.
        int[] best = [.. Enumerable.Range(1, Math.Max(0, scores.Count - 1)).Where(c => names.Count == 0 || names[c].Length > 0)
            .OrderByDescending(c => scores[c])];
        string[] shown = [.. best.Where(c => scores[c] >= threshold).Take(top).Select(Label)];
        return shown.Length > 0 ? string.Join(", ", shown)
            : best.Length > 0 ? Invariant($"(none reaches {threshold}; best: {Label(best[0])})")
            : "";

        string Label(int c) => Invariant($"{(names.Count > 0 ? names[c] : $"class {c}")} {scores[c]:F2}");
    }

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
