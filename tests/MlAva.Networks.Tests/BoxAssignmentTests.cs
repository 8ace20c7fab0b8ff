using System.Text.Json;
using MlAva.TestSupport;

namespace MlAva.Networks.Tests;

/// <summary>Which proposals are trained on, and with which labels (reference specification §5.2–§5.5).</summary>
public sealed class BoxAssignmentTests
{
    const string File = "golden/components/assigner_sampler.json";

    [SharedFact(File)]
    public void Assignment_and_sampling_are_the_reference_ones()
    {
        int compared = 0;
        foreach (JsonElement golden in Cases())
        {
            string name = golden.GetProperty("case").GetString()!;
            (BoxAssignment assignment, SampledBoxes sampled, int classes) = Run(golden);
            JsonElement assigned = golden.GetProperty("assigned"), chosen = golden.GetProperty("sampled");
            Assert.Equal(GoldenJson.Ints(assigned.GetProperty("gt_inds")), assignment.Assigned);
            Near.Absolute(GoldenJson.Floats(assigned.GetProperty("max_overlaps")), assignment.BestIoU, 1e-6);
            Assert.Equal(GoldenJson.Ints(chosen.GetProperty("pos_inds")), sampled.Positives);
            Assert.Equal(GoldenJson.Ints(chosen.GetProperty("neg_inds")), sampled.Negatives);
            Assert.Equal(GoldenJson.Floats(chosen.GetProperty("bboxes")), sampled.Boxes);
            // Where the reference fails to build targets (no truth or no box at all) there is an answer here: boxes without labels.
            float[] labels = golden.TryGetProperty("targets", out JsonElement targets) ? GoldenJson.Floats(targets.GetProperty("labels")) : new float[sampled.Count * classes];
            Assert.True(labels.AsSpan().SequenceEqual(sampled.Labels), name);
            compared++;
        }
        Assert.Equal(12, compared);
    }

    [SharedFact(File)]
    public void An_image_without_truths_or_boxes_is_no_error()
    {
        JsonElement[] failing = [.. Cases().Where(c => c.TryGetProperty("raises", out _))];
        Assert.Equal(3, failing.Length);
        foreach (JsonElement golden in failing)
        {
            (_, SampledBoxes sampled, _) = Run(golden);
            Assert.Empty(sampled.Positives);
            Assert.Equal(golden.GetProperty("proposals").GetArrayLength(), sampled.Negatives.Length);
            Assert.All(sampled.Labels, l => Assert.Equal(0, l));
        }
    }

    [SharedFact(File)]
    public void Where_there_are_too_many_boxes_a_sorted_random_part_is_taken()
    {
        // Forty copies of one truth and two boxes far away: more positives than any of the samplers wants.
        float[] truths = [10, 10, 60, 60], labels = [0, 1, 0];
        float[] proposals = [.. Enumerable.Repeat(truths, 40).SelectMany(b => b), 200, 200, 220, 220, 300, 10, 330, 40];
        BoxAssignment assignment = new BoxAssigner(new()).Assign(proposals, truths);
        foreach (JsonElement golden in GoldenJson.Read("assigner_sampler.json").GetProperty("oversampled").EnumerateArray())
        {
            BoxSampler sampler = new(Sampler(golden.GetProperty("sampler")));
            SampledBoxes first = sampler.Sample(proposals, truths, labels, 3, assignment, new Random(1));
            SampledBoxes again = sampler.Sample(proposals, truths, labels, 3, assignment, new Random(1));
            SampledBoxes other = sampler.Sample(proposals, truths, labels, 3, assignment, new Random(2));
            Assert.Equal(golden.GetProperty("positives").GetInt32(), first.Positives.Length);
            Assert.Equal(golden.GetProperty("negatives").GetInt32(), first.Negatives.Length);
            Assert.Equal(first.Positives.Distinct().Order(), first.Positives);
            Assert.Equal(first.Positives, again.Positives);
            Assert.NotEqual(first.Positives, other.Positives);
        }
    }

    [Fact]
    public void Nothing_is_drawn_where_there_are_not_too_many_boxes()
    {
        float[] truths = [10, 10, 60, 60], labels = [0, 1, 0], proposals = [10, 10, 60, 60, 100, 100, 120, 120];
        Random random = new(7);
        SampledBoxes sampled = new BoxSampler(new()).Sample(proposals, truths, labels, 3, new BoxAssigner(new()).Assign(proposals, truths), random);
        Assert.Equal([0, 1], sampled.Positives);
        Assert.Equal([2], sampled.Negatives);
        Assert.Equal([0, 1, 0, 0, 1, 0, 0, 0, 0], sampled.Labels);
        Assert.Equal(new Random(7).Next(), random.Next());
    }

    [Fact]
    public void Among_equal_overlaps_a_later_truth_wins_with_its_best_boxes()
    {
        float[] box = [10, 10, 60, 60];
        Assert.Equal([2], new BoxAssigner(new()).Assign(box, [.. box, .. box]).Assigned);
    }

    [Fact]
    public void Labels_of_the_wrong_length_are_an_error_in_words()
    {
        float[] box = [10, 10, 60, 60];
        BoxAssignment assignment = new BoxAssigner(new()).Assign(box, box);
        ArgumentException error = Assert.Throws<ArgumentException>(() => new BoxSampler(new()).Sample(box, box, [0, 1], 3, assignment, new Random(1)));
        Assert.Contains("2 label entries; expected 1 × 3", error.Message, StringComparison.Ordinal);
    }

    // MMDetection can also switch off low-quality matches, take only a truth's first best box, and leave a band of negatives out; no AVA
    // configuration does, and MlAva has no options for it.
    static IEnumerable<JsonElement> Cases() => GoldenJson.Read("assigner_sampler.json").GetProperty("cases").EnumerateArray().Where(c =>
        !c.GetProperty("assigner").TryGetProperty("gt_max_assign_all", out _) && !c.GetProperty("assigner").TryGetProperty("match_low_quality", out _) &&
        c.GetProperty("assigner").GetProperty("neg_iou_thr").ValueKind == JsonValueKind.Number);

    static (BoxAssignment Assignment, SampledBoxes Sampled, int Classes) Run(JsonElement golden)
    {
        JsonElement assigner = golden.GetProperty("assigner");
        float[] proposals = GoldenJson.Floats(golden.GetProperty("proposals")), truths = GoldenJson.Floats(golden.GetProperty("gt_bboxes"));
        float[] labels = GoldenJson.Floats(golden.GetProperty("gt_labels"));
        int classes = truths.Length == 0 ? 9 : labels.Length / (truths.Length / 4);
        BoxAssignment assignment = new BoxAssigner(new()
        {
            PositiveIoU = assigner.GetProperty("pos_iou_thr").GetSingle(),
            NegativeIoU = assigner.GetProperty("neg_iou_thr").GetSingle(),
            MinPositiveIoU = assigner.GetProperty("min_pos_iou").GetSingle(),
        }).Assign(proposals, truths);
        return (assignment, new BoxSampler(Sampler(golden.GetProperty("sampler"))).Sample(proposals, truths, labels, classes, assignment, new Random(0)), classes);
    }

    static BoxSamplerOptions Sampler(JsonElement sampler) => new()
    {
        Count = sampler.GetProperty("num").GetInt32(),
        PositiveFraction = sampler.GetProperty("pos_fraction").GetDouble(),
        NegativesPerPositive = sampler.GetProperty("neg_pos_ub").GetDouble(),
        AddTruthsAsProposals = sampler.GetProperty("add_gt_as_proposals").GetBoolean(),
    };
}
