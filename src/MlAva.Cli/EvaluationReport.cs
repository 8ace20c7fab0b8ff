using System.Globalization;
using MlAva.Annotations;
using MlAva.Evaluation;
using Spectre.Console;

namespace MlAva.Cli;

/// <summary>Shows an evaluation and writes it as JSON.</summary>
static class EvaluationReport
{
    /// <summary>Prints the classes, the groups, the mean and what looks wrong; writes the JSON; gives the exit code.</summary>
    public static int Show(Terminal terminal, FrameMapResult result, string? json)
    {
        terminal.Results.Write(Classes(result));
        foreach (GroupResult group in result.Groups.Where(g => g.Group != ActionGroup.Unknown))
        {
            string classes = $"{Count(group.NumClassesAveraged)} of {Count(group.NumClasses)} classes";
            Terminal.WriteResult($"{group.Group.Word()}: {Figure(group.MeanAveragePrecision)} over {classes}");
        }
        foreach (string remark in result.Remarks) Terminal.WriteResult($"remark: {remark}");
        FrameMapCounts counts = result.Counts;
        Terminal.WriteResult($"{Count(counts.Detections)} detections of {Count(counts.DetectionRows)}"
            + LeftOut(counts.DetectionsLeftOut));
        Terminal.WriteResult($"{Count(counts.GroundTruth)} ground-truth labels of {Count(counts.GroundTruthRows)}"
            + LeftOut(counts.GroundTruthLeftOut));
        Terminal.WriteResult($"{Count(counts.Keyframes)} keyframes ({result.EvaluationSet.Word()}), {Count(counts.KeyframesWithGroundTruth)} "
            + $"with ground truth, {Count(counts.KeyframesExcluded)} excluded; {result.NumClassesAveraged} of {result.Classes.Count} classes averaged");
        (double lowest, double highest) = result.MeanAveragePrecisionBounds;
        Terminal.WriteResult($"protocol {result.Options.Protocol.Word()}, ties {result.Options.Ties.Word()}; "
            + $"equal scores in any order: {Figure(lowest)} to {Figure(highest)}");
        Terminal.WriteResult(Headline(result));
        if (json is not null) AtomicFile.Write(json, stream => EvaluationJson.Write(stream, result));
        if (!double.IsNaN(result.MeanAveragePrecision)) return ExitCodes.Fine;
        Console.Error.WriteLine($"error: mAP is undefined: {result.UndefinedReason}");
        return ExitCodes.BadInput;
    }

    /// <summary>For example <c>mAP@0.5IOU: 0.2469</c>.</summary>
    public static string Headline(FrameMapResult result) =>
        string.Create(CultureInfo.InvariantCulture, $"mAP@{result.Options.IouThreshold}IOU: {Figure(result.MeanAveragePrecision)}");

    /// <summary>What was left out and why, where anything was.</summary>
    static string LeftOut(IReadOnlyList<KeyValuePair<string, long>> reasons) =>
        reasons.Count == 0 ? "" : $"; left out: {string.Join(", ", reasons.Select(r => $"{Count(r.Value)} {r.Key}"))}";

    static Table Classes(FrameMapResult result)
    {
        Table table = new Table { Border = TableBorder.Simple };
        table.AddColumns(Right("id"), new TableColumn("name"), new TableColumn("group"), Right("AP"), Right("gt"), Right("det"),
            Right("tp"));
        foreach (ClassResult c in result.Classes)
        {
            string[] cells = [Count(c.Id), c.Name, c.Group == ActionGroup.Unknown ? "" : c.Group.Word(), Figure(c.AveragePrecision),
                Count(c.NumGroundTruth), Count(c.NumDetections), Count(c.NumTruePositives)];
            table.AddRow(cells.Select(cell => new Text(cell)));
        }
        return table;
    }

    static TableColumn Right(string name) => new TableColumn(name).RightAligned();

    static string Figure(double value) => double.IsNaN(value) ? "-" : value.ToString("F4", CultureInfo.InvariantCulture);

    static string Count(long value) => value.ToString(CultureInfo.InvariantCulture);
}
