using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MlAva.Networks;

namespace MlAva.FeatureBanks;

/// <summary>Tells banks apart, so that a training is not resumed with another one.</summary>
static class FeatureBankFingerprint
{
    /// <summary>A line that is the same for banks of the same content, in whatever order their videos were added.</summary>
    public static string Of(FeatureBank bank)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string video in bank.Videos.Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(video + "\n"));
            foreach (int second in bank.Seconds(video))
            {
                IReadOnlyList<Half[]> features = bank.Features(video, second);
                hash.AppendData(BitConverter.GetBytes(second));
                hash.AppendData(BitConverter.GetBytes(features.Count));
                foreach (Half[] feature in features) hash.AppendData(MemoryMarshal.AsBytes(feature.AsSpan()));
            }
        }
        return string.Create(CultureInfo.InvariantCulture,
            $"{bank.Count} features of {bank.Channels} numbers, fingerprint {Convert.ToHexStringLower(hash.GetHashAndReset())[..16]}");
    }
}
