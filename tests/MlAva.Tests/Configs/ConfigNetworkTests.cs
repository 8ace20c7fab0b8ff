using MlAva.Networks;
using MlAva.TestSupport;
using TorchSharp;

namespace MlAva.Tests.Configs;

/// <summary>
/// The detectors of the configurations have the reference's parameters, so its checkpoints fit. One detector lives at a time.
/// </summary>
[Collection(TorchTests.Name)]
public sealed class ConfigNetworkTests
{
    public static TheoryData<string> Ids => PublishedConfig.Ids;

    public static TheoryData<string> WithListing => [.. PublishedConfig.All.Where(c => c.Listing is not null).Select(c => c.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_detector_has_the_published_number_of_parameters(string id)
    {
        PublishedConfig expected = PublishedConfig.Of(id);
        using Detector detector = new(expected.Load().Model);

        Assert.Equal(expected.Parameters, detector.parameters().Sum(p => p.numel()));
    }

    [SharedTheory("reference/keys")]
    [MemberData(nameof(WithListing))]
    public void Every_parameter_has_the_name_type_and_shape_of_the_listing(string id)
    {
        PublishedConfig config = PublishedConfig.Of(id);
        using Detector detector = new(config.Load().Model);

        IEnumerable<string> own = detector.state_dict()
            .Select(p => $"{p.Key}\t{(p.Value.dtype == torch.ScalarType.Int64 ? "i64" : "f32")}\t[{string.Join(",", p.Value.shape)}]");

        IEnumerable<string> listed = File.ReadLines(SharedData.Path($"reference/keys/{config.Listing}.txt")).Where(l => l.Contains('\t'));
        Assert.Equal(listed.Order(StringComparer.Ordinal), own.Order(StringComparer.Ordinal));
    }
}
