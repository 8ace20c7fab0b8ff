using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>Reads and writes banks as safetensors: of each video the features [n, C], and the second of each [n].</summary>
static class FeatureBankFiles
{
    const string Version = "mlava_feature_bank", Channels = "channels", Features = "features/", Seconds = "seconds/", Current = "1";

    public static void Write(Stream stream, FeatureBank bank)
    {
        List<KeyValuePair<string, Tensor>> tensors = [];
        using DisposeScope scope = NewDisposeScope();
        foreach (string video in bank.Videos.Order(StringComparer.Ordinal))
        {
            int[] seconds = [.. bank.Seconds(video).SelectMany(s => Enumerable.Repeat(s, bank.Features(video, s).Count))];
            Tensor features = empty([seconds.Length, bank.Channels], ScalarType.Float16), times = empty([seconds.Length], ScalarType.Int32);
            Span<Half> target = MemoryMarshal.Cast<byte, Half>(features.bytes);
            foreach (Half[] feature in bank.Seconds(video).SelectMany(s => bank.Features(video, s)))
            {
                feature.CopyTo(target);
                target = target[feature.Length..];
            }
            MemoryMarshal.AsBytes(seconds.AsSpan()).CopyTo(times.bytes);
            tensors.Add(new(Features + video, features));
            tensors.Add(new(Seconds + video, times));
        }
        Safetensors.Write(stream, tensors, new Dictionary<string, string>
        {
            [Version] = Current, [Channels] = bank.Channels.ToString(CultureInfo.InvariantCulture),
        });
    }
}
