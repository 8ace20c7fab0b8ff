using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Data.Analysis;
using MlAva.Annotations;

namespace MlAva.Preparation;

/// <summary>What a data set holds: classes, boxes of keyframes, how proposals cover the truth.</summary>
public sealed record DataSetStatistics
{
    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>Number of videos.</summary>
    public required int Videos { get; init; }

    /// <summary>Number of keyframes.</summary>
    public required int Keyframes { get; init; }

    /// <summary>Number of truth boxes.</summary>
    public required int Boxes { get; init; }

    /// <summary>Number of labels: pairs of a box and an action.</summary>
    public required int Labels { get; init; }

    /// <summary>Every class, those without a box too, by id.</summary>
    public required IReadOnlyList<ClassCount> Classes { get; init; }

    /// <summary>Entry n: how many keyframes have n truth boxes.</summary>
    public required IReadOnlyList<int> KeyframesByBoxes { get; init; }

    /// <summary>Entry n: how many boxes have n actions.</summary>
    public required IReadOnlyList<int> BoxesByLabels { get; init; }

    /// <summary>How proposals cover the truth; null for a set without proposals.</summary>
    public ProposalOverlap? Proposals { get; init; }

    /// <summary>Counts a data set.</summary>
    /// <param name="dataset">The set, loaded with or without proposals; classes are counted under the label map's ids.</param>
    /// <param name="cancellation">Stops the counting.</param>
    public static DataSetStatistics Of(AvaDataset dataset, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        int classes = dataset.NumClasses;
        int[] boxes = new int[classes], keyframes = new int[classes];
        HashSet<string>[] videos = [.. Enumerable.Range(0, classes).Select(_ => new HashSet<string>(StringComparer.Ordinal))];
        List<int> byBoxes = [], byLabels = [];
        bool hasProposals = dataset.Keyframes.Any(k => k.Proposals is not null);
        foreach (AvaKeyframe keyframe in dataset.Keyframes)
        {
            cancellation.ThrowIfCancellationRequested();
            Count(byBoxes, keyframe.Boxes.Length);
            HashSet<int> seen = [];
            foreach (int[] labels in keyframe.Classes)
            {
                Count(byLabels, labels.Length);
                foreach (int label in labels)
                {
                    boxes[label]++;
                    if (seen.Add(label)) keyframes[label]++;
                    videos[label].Add(keyframe.VideoId);
                }
            }
        }
        return new()
        {
            Videos = dataset.Keyframes.Select(k => k.VideoId).Distinct().Count(),
            Keyframes = dataset.Keyframes.Count,
            Boxes = dataset.Keyframes.Sum(k => k.Boxes.Length),
            Labels = boxes.Sum(),
            Classes = [.. Enumerable.Range(1, classes - 1).Select(c => new ClassCount(dataset.ActionIds[c], NameOf(dataset, dataset.ActionIds[c]), boxes[c], keyframes[c], videos[c].Count))],
            KeyframesByBoxes = byBoxes,
            BoxesByLabels = byLabels,
            Proposals = hasProposals ? ProposalOverlap.Of(dataset.Keyframes.Select(k => ((IReadOnlyList<Box>)k.Boxes, k.Proposals))) : null,
        };
    }

    /// <summary>All figures as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>One row a class: <c>Id</c>, <c>Name</c>, <c>Boxes</c>, <c>Keyframes</c>, <c>Videos</c>.</summary>
    public DataFrame PerClass() => new(
        new Int32DataFrameColumn("Id", Classes.Select(c => c.Id)), new StringDataFrameColumn("Name", Classes.Select(c => c.Name)),
        new Int32DataFrameColumn("Boxes", Classes.Select(c => c.Boxes)), new Int32DataFrameColumn("Keyframes", Classes.Select(c => c.Keyframes)),
        new Int32DataFrameColumn("Videos", Classes.Select(c => c.Videos)));

    /// <summary>One row for each number of boxes: <c>Boxes</c>, <c>Keyframes</c>.</summary>
    public DataFrame PerBoxCount() => new(
        new Int32DataFrameColumn("Boxes", Enumerable.Range(0, KeyframesByBoxes.Count)), new Int32DataFrameColumn("Keyframes", KeyframesByBoxes));

    /// <summary>One row for each IoU: <c>IoU</c>, <c>Recall</c>; no rows without proposals.</summary>
    public DataFrame ProposalRecall() => new(
        new DoubleDataFrameColumn("IoU", Proposals is null ? [] : ProposalOverlap.Thresholds), new DoubleDataFrameColumn("Recall", Proposals?.Recall ?? []));

    static void Count(List<int> histogram, int number)
    {
        while (histogram.Count <= number) histogram.Add(0);
        histogram[number]++;
    }

    static string NameOf(AvaDataset dataset, int id) => dataset.LabelMap?.TryGetName(id, out string? name) == true ? name : "";

    /// <summary>The set in a line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Videos} videos, {Keyframes} keyframes, {Boxes} boxes, {Labels} labels");
}
