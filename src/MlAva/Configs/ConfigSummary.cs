using MlAva.Networks;
using MlAva.Video;

namespace MlAva.Configs;

/// <summary>Says in a few words what a configuration is.</summary>
static class ConfigSummary
{
    /// <summary>For example <c>SlowFast R50 8x8, temporal max, focal</c>.</summary>
    public static string Of(DetectionConfig config)
    {
        DetectorOptions model = config.Model;
        return string.Join(", ", Words());

        IEnumerable<string> Words()
        {
            yield return Backbone(model.Backbone, config.Clip.Sampling);
            if (Pathways(model.Backbone).Any(p => p.NonLocal is not null)) yield return "non-local";
            if (model.RoIExtractor.WithGlobal) yield return "context";
            if (model.RoIExtractor.TemporalPooling == TemporalPooling.Max) yield return "temporal max";
            if (model.Head.FocalGamma > 0) yield return "focal";
            if (model.SharedHead is ActorRelationOptions) yield return "actor relation";
            if (model.SharedHead is FeatureBankHeadOptions bank) yield return $"feature bank {bank.Operator}";
            if (config.Data.FeatureBank?.Build is not null) yield return "builds a feature bank";
            if (config.Data.CustomClasses is { } custom) yield return $"{custom.Count} classes";
        }
    }

    static string Backbone(BackboneOptions backbone, ClipSamplerOptions clip) => backbone switch
    {
        // With what the slow pathway sees, as papers name them.
        SlowFastOptions { Slow: var slow, ResampleRate: var rate } =>
            $"SlowFast {Depth(slow)} {clip.ClipLength / rate}x{clip.FrameInterval * rate}",
        SlowOnlyOptions only => $"SlowOnly {Depth(only.Pathway)}",
        _ => backbone.GetType().Name,
    };

    static ResNet3dOptions[] Pathways(BackboneOptions backbone) => backbone switch
    {
        SlowFastOptions both => [both.Slow, both.Fast],
        SlowOnlyOptions only => [only.Pathway],
        _ => [],
    };

    static string Depth(ResNet3dOptions pathway) =>
        pathway.StageBlocks is { } blocks ? $"({string.Join(",", blocks)})" : $"R{pathway.Depth}";
}
