using System.Text.Json;
using MlAva.Networks;
using MlAva.TestSupport;
using TorchSharp;

namespace MlAva.Tests.Configs;

/// <summary>
/// The detectors of the configurations have the reference's parameters, so its checkpoints fit. One detector lives at a time, and none is built
/// twice.
/// </summary>
[Collection(TorchTests.Name)]
public sealed class ConfigNetworkTests
{
    static readonly Dictionary<string, (long Parameters, string[] State)> Built = [];

    public static TheoryData<string> Ids => PublishedConfig.Ids;

    public static TheoryData<string> WithListing => [.. PublishedConfig.All.Where(c => c.Listing is not null).Select(c => c.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_detector_has_the_published_number_of_parameters(string id)
    {
        PublishedConfig expected = PublishedConfig.Of(id);

        Assert.Equal(expected.Parameters, Build(expected.Load().Model).Parameters);
    }

    [SharedTheory("reference/keys")]
    [MemberData(nameof(WithListing))]
    public void Every_parameter_has_the_name_type_and_shape_of_the_listing(string id)
    {
        PublishedConfig config = PublishedConfig.Of(id);
        IEnumerable<string> listed = File.ReadLines(SharedData.Path($"reference/keys/{config.Listing}.txt")).Where(l => l.Contains('\t'));

        Assert.Equal(listed.Order(StringComparer.Ordinal), Build(config.Load().Model).State.Order(StringComparer.Ordinal));
    }

    /// <summary>What a detector of exactly these settings holds; some configurations have the same.</summary>
    static (long Parameters, string[] State) Build(DetectorOptions options)
    {
        string settings = JsonSerializer.Serialize(options);
        if (Built.TryGetValue(settings, out (long Parameters, string[] State) known)) return known;
        using Detector detector = new(options);
        return Built[settings] = (detector.parameters().Sum(p => p.numel()), [.. detector.state_dict().Select(p => Line(p.Key, p.Value))]);
    }

    static string Line(string key, torch.Tensor value) =>
        $"{key}\t{(value.dtype == torch.ScalarType.Int64 ? "i64" : "f32")}\t[{string.Join(",", value.shape)}]";
}
