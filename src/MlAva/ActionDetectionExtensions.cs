using Microsoft.ML;

namespace MlAva;

/// <summary>Where action detection is found on an <see cref="MLContext"/>.</summary>
public static class ActionDetectionExtensions
{
    /// <summary>Loading, transforms, trainers and evaluation of spatio-temporal action detection.</summary>
    public static ActionDetectionCatalog ActionDetection(this MLContext mlContext)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        return new(mlContext);
    }
}
