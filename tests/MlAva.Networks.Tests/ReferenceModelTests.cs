using System.Text.Json;
using System.Text.Json.Nodes;

namespace MlAva.Networks.Tests;

/// <summary>MMAction2's model dictionaries: every way of writing the same is read, and what cannot be followed is refused rather than passed over.</summary>
public sealed class ReferenceModelTests
{
    const string Extractor = "roi_head.bbox_roi_extractor";

    [Theory]
    [InlineData("7", 7)]
    [InlineData("[7]", 7)]
    [InlineData("[7, 7]", 7)]
    public void A_grid_is_given_by_its_side_or_by_height_and_width(string json, int side) =>
        Assert.Equal(side, Read("tiny_slowonly", $"{Extractor}.output_size", json).RoIExtractor.OutputSize);

    [Theory]
    [InlineData("[8, 7]", "(8, 7)")]
    [InlineData("[8, 8, 8]", "(8, 8, 8)")]
    [InlineData("[]", "()")]
    [InlineData("\"8\"", "8")]
    public void A_grid_that_is_no_square_is_refused(string json, string found)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => Read("tiny_slowonly", $"{Extractor}.output_size", json));
        Assert.Contains($"model.{Extractor}.output_size is '", error.Message, StringComparison.Ordinal);
        Assert.Contains(found, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tiny_slowonly", "backbone.norm_cfg")]
    [InlineData("tiny_slowonly_nl", "backbone.non_local_cfg.norm_cfg")]
    [InlineData("tiny_slowfast", "backbone.slow_pathway.norm_cfg")]
    [InlineData("tiny_slowfast", "backbone.fast_pathway.norm_cfg")]
    public void Normalisation_that_is_not_known_here_is_refused_with_all_its_keys(string name, string place)
    {
        const string Found = """{"type": "GN", "requires_grad": true, "eps": 0.001, "momentum": 0.01, "num_groups": 8}""";
        ArgumentException error = Assert.Throws<ArgumentException>(() => Read(name, place, Found));
        Assert.StartsWith($"model.{place} has type = \"GN\", eps = 0.001, momentum = 0.01, num_groups = 8; expected", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_backbone_without_normalisation_is_refused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => Read("tiny_slowonly", "backbone.norm_cfg", "null"));
        Assert.StartsWith("model.backbone.norm_cfg is 'None'; expected a dictionary", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type": "BN3d"}""")]
    [InlineData("""{"type": "SyncBN", "requires_grad": true}""")]
    [InlineData("""{"type": "BN3d", "requires_grad": 1, "eps": 1e-05, "momentum": 0.1, "affine": true, "track_running_stats": true}""")]
    public void Normalisation_spelt_out_is_the_same_network(string json) =>
        Assert.Equal(Same(Read("tiny_slowonly", "type", "\"FastRCNN\"")), Same(Read("tiny_slowonly", "backbone.norm_cfg", json)));

    [Fact]
    public void Normalisation_whose_factors_are_not_trained_is_another_network()
    {
        DetectorOptions options = Read("tiny_slowonly", "backbone.norm_cfg", """{"type": "BN3d", "requires_grad": false}""");
        Assert.True(((SlowOnlyOptions)options.Backbone).Pathway.FrozenNorm);
        Assert.Contains("requires_grad", Assert.Throws<ArgumentException>(
            () => Read("tiny_slowonly_nl", "backbone.non_local_cfg.norm_cfg", """{"type": "BN3d", "requires_grad": false}""")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("conv1_stride_s", "1")]
    [InlineData("pool1_stride_s", "1")]
    [InlineData("with_pool1", "false")]
    [InlineData("with_pool2", "true")]
    [InlineData("in_channels", "2")]
    [InlineData("inflate", "1")]
    public void What_changes_a_single_pathway_is_read(string key, string json)
    {
        string before = Same(Read("tiny_slowonly", "type", "\"FastRCNN\"")), after = Same(Read("tiny_slowonly", $"backbone.{key}", json));
        Assert.NotEqual(before, after);
    }

    [Fact]
    public void Frames_are_pooled_together_unless_the_extractor_says_otherwise()
    {
        Assert.True(Read("tiny_slowonly", $"{Extractor}.with_temporal_pool", "null").RoIExtractor.WithTemporalPooling);
        Assert.False(Read("tiny_slowonly", $"{Extractor}.with_temporal_pool", "false").RoIExtractor.WithTemporalPooling);
    }

    [Theory]
    [InlineData("tiny_slowonly", "nek")]
    [InlineData("tiny_slowonly", "backbone.spatial_stride")]
    [InlineData("tiny_slowonly", "roi_head.bbox_head.focal_alfa")]
    [InlineData("tiny_slowonly", Extractor + ".with_context")]
    [InlineData("tiny_slowonly_nl", "backbone.non_local_cfg.subsample")]
    [InlineData("tiny_slowfast", "backbone.fusion_kernel")]
    [InlineData("tiny_slowfast", "backbone.fast_pathway.kernel")]
    public void A_key_that_is_not_known_is_refused(string name, string place)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => Read(name, place, "1"));
        int dot = place.LastIndexOf('.');
        Assert.Contains($"model{(dot < 0 ? "" : "." + place[..dot])} has '{place[(dot + 1)..]}'; expected only", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tiny_slowonly", "backbone.act_cfg", """{"type": "LeakyReLU"}""", "model.backbone.act_cfg.type is 'LeakyReLU'; expected ReLU")]
    [InlineData("tiny_slowonly", "backbone.conv_cfg", """{"type": "Conv2plus1d"}""", "model.backbone.conv_cfg.type is 'Conv2plus1d'; expected Conv3d")]
    [InlineData("tiny_slowonly", "neck", """{"type": "FPN"}""", "model.neck is '{\"type\":\"FPN\"}'; expected None")]
    [InlineData("tiny_slowonly", "backbone.depth", "34", "expected 50, 101 or 152")]
    [InlineData("tiny_slowonly", "backbone.inflate", "[[1, 0], 0, 1, 1]", "model.backbone.inflate is '[1,0]'; expected 0 or 1, the same for every block")]
    [InlineData("tiny_slowfast", "backbone.fast_pathway.lateral", "null", "model.backbone.fast_pathway.lateral is 'True'; expected False")]
    [InlineData("tiny_slowfast", "backbone.fast_pathway.in_channels", "1", "InputChannels is 1")]
    public void What_would_be_another_network_is_refused(string name, string place, string json, string message)
    {
        // A depth counts only where stages are not spelt out.
        JsonNode model = Model(name, place, json);
        if (place.EndsWith("depth", StringComparison.Ordinal)) model["backbone"]!["stage_blocks"] = null;
        ArgumentException error = Assert.Throws<ArgumentException>(() => ReferenceModel.Read(JsonSerializer.SerializeToElement(model)));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    static string Same(DetectorOptions options) => JsonSerializer.Serialize(options);

    /// <summary>A shipped case's model, with another value at one place.</summary>
    static DetectorOptions Read(string name, string place, string json) => ReferenceModel.Read(JsonSerializer.SerializeToElement(Model(name, place, json)));

    static JsonNode Model(string name, string place, string json)
    {
        JsonNode model = JsonNode.Parse(File.ReadAllText(Path.Combine(GoldenCase.Shipped(name), "config.json")))!["model"]!;
        string[] keys = place.Split('.');
        JsonNode inner = keys[..^1].Aggregate(model, (node, key) => node[key]!);
        inner[keys[^1]] = JsonNode.Parse(json);
        return model;
    }
}
