using Microsoft.ML;
using MlAva.Transforms;

namespace MlAva.Persistence;

/// <summary>Takes models apart.</summary>
static class ModelParts
{
    /// <summary>The transformers that a model is made of, in order: those of a chain, of chains in it, and of detectors.</summary>
    public static IEnumerable<ITransformer> Of(ITransformer model) => model switch
    {
        ActionDetectorTransformer detector =>
            [detector.SampleFrames, detector.LoadClip, detector.Resize, detector.RoIFeatures, detector.Head],
        IEnumerable<ITransformer> chain => chain.SelectMany(Of),
        _ => [model],
    };
}
