using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using MlAva.FeatureBanks;
using MlAva.Persistence;
using MlAva.Transforms;
using static TorchSharp.torch;

namespace MlAva.Training;

/// <summary>Tells models apart by what their RoI features come from.</summary>
static class FeatureIdentity
{
    /// <summary>A line for what the parts do to keyframes, up to the features, and for the weights.</summary>
    public static string Of(ITransformer[] parts, ExtractRoIFeaturesTransformer extractor)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ITransformer part in parts.TakeWhile(p => p != extractor).Append(extractor))
            hash.AppendData(Encoding.UTF8.GetBytes($"{part.GetType().FullName} {(part as AvaTransformer)?.Settings}\n"));
        if (extractor.Options.FeatureBank is { } bank)
            hash.AppendData(Encoding.UTF8.GetBytes(FeatureBankFingerprint.Of(bank.Load()) + "\n"));
        foreach ((string name, Tensor value) in FeatureWeights.Of(extractor.Detector))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name + "\n"));
            using Tensor detached = value.detach();
            using Tensor onCpu = detached.cpu();
            using Tensor contiguous = onCpu.contiguous();
            hash.AppendData(contiguous.bytes);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
