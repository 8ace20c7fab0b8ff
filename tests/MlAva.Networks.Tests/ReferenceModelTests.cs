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

    static string Same(DetectorOptions options) => JsonSerializer.Serialize(options);

    /// <summary>A shipped case's model, with another value at one place.</summary>
    static DetectorOptions Read(string name, string place, string json)
    {
        JsonNode model = JsonNode.Parse(File.ReadAllText(Path.Combine(GoldenCase.Shipped(name), "config.json")))!["model"]!;
        string[] keys = place.Split('.');
        JsonNode inner = keys[..^1].Aggregate(model, (node, key) => node[key]!);
        inner[keys[^1]] = JsonNode.Parse(json);
        return ReferenceModel.Read(JsonSerializer.SerializeToElement(model));
    }
}
