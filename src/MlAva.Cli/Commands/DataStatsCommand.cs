using System.CommandLine;
using System.Globalization;
using MlAva.Annotations;
using MlAva.Preparation;
using Spectre.Console;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava data stats</c>: what a data set holds.</summary>
static class DataStatsCommand
{
    public static Command Create()
    {
        Option<string> annotations = Flags.Annotations(), labels = Flags.LabelMap();
        Option<string?> proposals = Flags.Optional("--proposals", "Person boxes (.pkl or .csv), whose overlap with the truth is told", "FILE"), exclude = Flags.Exclude();
        Option<double> score = Flags.PersonScore();
        Option<int?> classes = Flags.NumClasses();
        Option<bool> json = new("--json") { Description = "Print all figures as JSON" };
        return new Verb("stats", "Counts boxes of classes and keyframes, and how far proposals cover the truth.",
            "mlava data stats --annotations train.csv --label-map labels.pbtxt --proposals train.pkl",
            "mlava data stats --annotations train.csv --label-map labels.pbtxt --json > stats.json")
        {
            annotations, labels, proposals, exclude, score, classes, json,
        }.Does((parsed, terminal, token) =>
        {
            AvaDataset data = Load(parsed, annotations, labels, proposals, exclude, score, classes, token);
            DataSetStatistics counts = DataSetStatistics.Of(data, token);
            if (parsed.GetValue(json)) Terminal.WriteResult(counts.ToJson());
            else Print(terminal, counts);
            return ExitCodes.Fine;
        });
    }

    /// <summary>Reads a set as it is: what cannot be used is told, and hides nothing else.</summary>
    internal static AvaDataset Load(ParseResult parsed, Option<string> annotations, Option<string> labels, Option<string?> proposals,
        Option<string?> exclude, Option<double> score, Option<int?> classes, CancellationToken token)
    {
        AvaDataset data = AvaDataset.Load(new()
        {
            AnnotationPath = parsed.GetRequiredValue(annotations),
            LabelMapPath = parsed.GetRequiredValue(labels),
            ProposalPath = parsed.GetValue(proposals),
            ExcludePath = parsed.GetValue(exclude),
            PersonScoreThreshold = parsed.GetValue(score),
            NumClasses = parsed.GetValue(classes) ?? LabelMap.Read(parsed.GetRequiredValue(labels)).MaxId + 1,
            OnError = OnError.Skip,
        }, token);
        if (data.Skipped.Count > 0) Terminal.Note($"{data.Skipped.Describe("rows and boxes")} ('mlava doctor data' names them)");
        return data;
    }

    static void Print(Terminal terminal, DataSetStatistics counts)
    {
        Terminal.WriteResult(counts.ToString());
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumns(Right("id"), new TableColumn("class"), Right("boxes"), Right("keyframes"), Right("videos"));
        foreach (ClassCount entry in counts.Classes.Where(c => c.Name.Length > 0 || c.Boxes > 0))
        {
            string[] cells = [Number(entry.Id), entry.Name, Number(entry.Boxes), Number(entry.Keyframes), Number(entry.Videos)];
            table.AddRow(cells.Select(c => new Text(c)));
        }
        terminal.Results.Write(table);
        Terminal.WriteResult($"keyframes by boxes: {Histogram(counts.KeyframesByBoxes)}");
        Terminal.WriteResult($"boxes by actions: {Histogram(counts.BoxesByLabels)}");
        if (counts.Proposals is not { } overlap) return;
        Terminal.WriteResult(string.Create(CultureInfo.InvariantCulture,
            $"proposals: {overlap.Boxes} boxes, {overlap.KeyframesWithout} keyframes without; the best of each truth box has IoU {overlap.MeanBestIoU:F3} on average"));
        if (overlap.WithoutArea > 0)
        {
            Terminal.WriteResult(string.Create(CultureInfo.InvariantCulture,
                $"{overlap.WithoutArea} proposals are no boxes: their corners are out of order ('mlava doctor data' names them)"));
        }
        Terminal.WriteResult("recall: " + string.Join(", ", ProposalOverlap.Thresholds.Zip(overlap.Recall, (t, r) => string.Create(CultureInfo.InvariantCulture, $"{r:F3} at {t:0.0#}"))));
    }

    static string Histogram(IReadOnlyList<int> counts) =>
        string.Join(", ", counts.Index().Where(c => c.Item > 0).Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Item} with {c.Index}")));

    static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    static TableColumn Right(string title) => new TableColumn(title).RightAligned();
}
