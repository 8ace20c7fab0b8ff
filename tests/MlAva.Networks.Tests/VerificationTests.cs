using System.Text;
using System.Text.Json.Nodes;
using MlAva.TestSupport;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>The check of a build against reference cases passes where the numbers agree, and only there.</summary>
[Collection(TorchTests.Name)]
public sealed class VerificationTests
{
    [Theory]
    [MemberData(nameof(DetectorParityTests.Shipped), MemberType = typeof(DetectorParityTests))]
    public void A_shipped_case_is_within_every_tolerance(string name)
    {
        VerificationReport report = Verification.Run(new ReferenceCase(GoldenCase.Shipped(name)), new());
        Assert.True(report.IsWithin, string.Join("; ", report.Quantities.Where(q => !q.IsWithin)));
        string[] names = [.. report.Quantities.Select(q => q.Name)];
        foreach (string quantity in (string[])["RoI features", "logits", "scores", "detections", "training logits", "loss", "logged metrics", "normalisation statistics", "gradients", "gradient norms"])
            Assert.Contains(quantity, names);
        Assert.All(report.Quantities, q => Assert.True(q.Count > 0, q.Name));
    }

    [Fact]
    public void Settings_that_no_configuration_has_agree_as_well()
    {
        ReferenceCase reference = new(GoldenCase.Shipped("tiny_slowfast_other"));
        foreach (VerificationOptions options in (VerificationOptions[])[new(), new() { Engine = VerificationEngine.Prepared, Training = false }])
        {
            VerificationReport report = Verification.Run(reference, options);
            Assert.True(report.IsWithin, string.Join("; ", report.Quantities.Where(q => !q.IsWithin)));
            Assert.Equal(options.Training ? [] : ["training: not asked for"], report.Skipped);
        }
    }

    [SharedTheory("golden")]
    [MemberData(nameof(DetectorParityTests.All), MemberType = typeof(DetectorParityTests))]
    public void Each_case_is_within_every_tolerance(string name)
    {
        VerificationReport report = Verification.Run(new ReferenceCase(SharedData.Path($"golden/{name}")), new());
        Assert.True(report.IsWithin, string.Join("; ", report.Quantities.Where(q => !q.IsWithin)));
        Assert.Empty(report.Skipped);
    }

    [Theory]
    [MemberData(nameof(DetectorParityTests.Shipped), MemberType = typeof(DetectorParityTests))]
    public void A_shipped_case_prepared_for_inference_is_within_every_tolerance(string name)
    {
        VerificationReport report = Verification.Run(new ReferenceCase(GoldenCase.Shipped(name)), new() { Engine = VerificationEngine.Prepared, Training = false });
        Assert.True(report.IsWithin, string.Join("; ", report.Quantities.Where(q => !q.IsWithin)));
        Assert.True(Verification.Run(new ReferenceCase(GoldenCase.Shipped(name)), new() { Engine = VerificationEngine.Prepared, Precision = ScalarType.BFloat16 }).IsWithin);
    }

    [SharedTheory("golden")]
    [MemberData(nameof(DetectorParityTests.All), MemberType = typeof(DetectorParityTests))]
    public void Each_case_prepared_for_inference_is_within_every_tolerance(string name)
    {
        VerificationReport report = Verification.Run(new ReferenceCase(SharedData.Path($"golden/{name}")), new() { Engine = VerificationEngine.Prepared, Training = false });
        Assert.True(report.IsWithin, string.Join("; ", report.Quantities.Where(q => !q.IsWithin)));
    }

    [Fact]
    public void Float64_is_compared_too_and_bfloat16_leaves_training_out()
    {
        ReferenceCase reference = new(GoldenCase.Shipped("tiny_slowonly"));
        VerificationReport doubles = Verification.Run(reference, new() { Precision = ScalarType.Float64 });
        Assert.True(doubles.IsWithin, string.Join("; ", doubles.Quantities.Where(q => !q.IsWithin)));
        VerificationReport reduced = Verification.Run(reference, new() { Precision = ScalarType.BFloat16 });
        Assert.True(reduced.IsWithin, string.Join("; ", reduced.Quantities.Where(q => !q.IsWithin)));
        Assert.Contains(reduced.Skipped, s => s.Contains("training", StringComparison.Ordinal));
        // Eight bits of mantissa must show.
        Assert.True(reduced.Quantities.Single(q => q.Name == "logits").MaxAbsoluteDifference > 100 * doubles.Quantities.Single(q => q.Name == "logits").MaxAbsoluteDifference);
    }

    [Theory]
    [InlineData("feat.npy", "backbone features")]
    [InlineData("roi_feat.npy", "RoI features")]
    [InlineData("cls_score.npy", "logits")]
    [InlineData("scores.npy", "scores")]
    [InlineData("train_cls_score.npy", "training logits")]
    [InlineData("grad_1.npy", "gradients")]
    public void A_number_that_is_off_is_found(string file, string quantity)
    {
        using TemporaryFolder folder = Copy("tiny_slowonly");
        byte[] bytes = File.ReadAllBytes(folder.File(file));
        float last = BitConverter.ToSingle(bytes, bytes.Length - 4);
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 4), last + 0.01f);
        File.WriteAllBytes(folder.File(file), bytes);
        VerificationReport report = Verification.Run(new ReferenceCase(folder.Path), new());
        Assert.False(report.IsWithin);
        VerifiedQuantity wrong = Assert.Single(report.Quantities, q => !q.IsWithin);
        Assert.Equal(quantity, wrong.Name);
        Assert.Equal(0.01, wrong.MaxAbsoluteDifference, 3);
    }

    [Fact]
    public void A_missing_array_is_said_and_a_damaged_one_is_an_error()
    {
        using TemporaryFolder folder = Copy("tiny_slowonly");
        File.Delete(folder.File("feat.npy"));
        VerificationReport report = Verification.Run(new ReferenceCase(folder.Path), new() { Training = false });
        Assert.Contains(report.Skipped, s => s.Contains("feat.npy", StringComparison.Ordinal));
        byte[] bytes = File.ReadAllBytes(folder.File("scores.npy"));
        File.WriteAllBytes(folder.File("scores.npy"), bytes[..^3]);
        CheckpointFormatException error = Assert.Throws<CheckpointFormatException>(() => Verification.Run(new ReferenceCase(folder.Path), new()));
        Assert.Contains("scores.npy", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"ResNet3dSlowOnly\"", "\"ResNet3dCSN\"", "ResNet3dSlowOnly or ResNet3dSlowFast")]
    [InlineData("\"RoIAlign\"", "\"RoIPool\"", "roi_layer_type")]
    [InlineData("\"BBoxHeadAVA\"", "\"OtherHead\"", "BBoxHeadAVA")]
    [InlineData("\"model\"", "\"modell\"", "'model'")]
    public void A_model_that_is_not_known_is_named(string from, string to, string message)
    {
        using TemporaryFolder folder = Copy("tiny_slowonly");
        string text = File.ReadAllText(folder.File("config.json"));
        File.WriteAllText(folder.File("config.json"), text.Replace(from, to, StringComparison.Ordinal));
        CheckpointFormatException error = Assert.Throws<CheckpointFormatException>(() => new ReferenceCase(folder.Path));
        Assert.Contains("config.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Thresholds_may_be_given_class_by_class()
    {
        using TemporaryFolder folder = Copy("tiny_slowonly");
        Rewrite(folder.File("config.json"), root => root["model"]!["test_cfg"]!["rcnn"]!["action_thr"] =
            new JsonArray([.. Enumerable.Range(0, 81).Select(c => JsonValue.Create(c == 40 ? 2 : 0.002))]));
        Rewrite(folder.File("bbox_result.json"), root => root[0]![39] = new JsonArray());
        VerificationReport report = Verification.Run(new ReferenceCase(folder.Path), new() { Training = false });
        Assert.True(report.Quantities.Single(q => q.Name == "detections").IsWithin);
    }

    [Fact]
    public void Boxes_of_several_clips_must_say_to_which_they_belong()
    {
        using TemporaryFolder folder = Copy("tiny_slowonly");
        byte[] rois = File.ReadAllBytes(folder.File("rois.npy"));
        File.Delete(folder.File("rois.npy"));
        Assert.True(Verification.Run(new ReferenceCase(folder.Path), new() { Training = false }).IsWithin);
        byte[] once = File.ReadAllBytes(folder.File("input.npy"));
        int header = 10 + BitConverter.ToUInt16(once, 8);
        string text = Encoding.ASCII.GetString(once, 10, header - 10).Replace("(1,", "(2,", StringComparison.Ordinal);
        File.WriteAllBytes(folder.File("input.npy"), [.. once[..10], .. Encoding.ASCII.GetBytes(text), .. once[header..], .. once[header..]]);
        CheckpointFormatException error = Assert.Throws<CheckpointFormatException>(() => Verification.Run(new ReferenceCase(folder.Path), new()));
        Assert.Contains("to which of 2 clips", error.Message, StringComparison.Ordinal);
        File.WriteAllBytes(folder.File("rois.npy"), rois[..^4]);
        Assert.Throws<CheckpointFormatException>(() => Verification.Run(new ReferenceCase(folder.Path), new()));
    }

    [Fact]
    public void Gradients_are_missed_on_either_side()
    {
        using TemporaryFolder folder = Copy("tiny_slowonly");
        Rewrite(folder.File("grads.json"), root =>
        {
            foreach ((string name, JsonNode? entry) in root["all"]!.AsObject()) entry!.AsObject().Remove("l2_float64");
            foreach ((string name, JsonNode? entry) in root["named"]!.AsObject()) entry!.AsObject().Remove("max_abs_diff_float64");
        });
        Assert.True(Verification.Run(new ReferenceCase(folder.Path), new()).IsWithin);
        Rewrite(folder.File("grads.json"), root => root["all"]!.AsObject().Remove("backbone.layer2.0.conv2.bn.weight"));
        VerifiedQuantity norms = Verification.Run(new ReferenceCase(folder.Path), new()).Quantities.Single(q => q.Name == "gradient norms");
        Assert.Equal("backbone.layer2.0.conv2.bn.weight has a gradient, and none in the reference", norms.Remark);
        Assert.False(norms.IsWithin);
    }

    static void Rewrite(string file, Action<JsonNode> change)
    {
        JsonNode root = JsonNode.Parse(File.ReadAllText(file))!;
        change(root);
        File.WriteAllText(file, root.ToJsonString());
    }

    static TemporaryFolder Copy(string name)
    {
        TemporaryFolder folder = new();
        foreach (string file in Directory.GetFiles(GoldenCase.Shipped(name))) File.Copy(file, folder.File(System.IO.Path.GetFileName(file)));
        return folder;
    }
}
