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

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static FeatureBank Read(Stream stream, string source)
    {
        using SafetensorsContent content = Safetensors.Read(stream, source);
        if (!content.Metadata.TryGetValue(Version, out string? version)) throw Bad(source, "tensors that are no feature bank");
        if (version != Current) throw Bad(source, $"a feature bank of version {version}", "one of version " + Current);
        if (!content.Metadata.TryGetValue(Channels, out string? text) || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int channels) || channels < 1)
            throw Bad(source, $"'{text}' channels");
        FeatureBank bank = new(channels);
        foreach ((string name, Tensor features) in content.Tensors)
        {
            if (name.StartsWith(Seconds, StringComparison.Ordinal) && content.Tensors.ContainsKey(Features + name[Seconds.Length..])) continue;
            if (!name.StartsWith(Features, StringComparison.Ordinal) || name.Length == Features.Length || !content.Tensors.TryGetValue(Seconds + name[Features.Length..], out Tensor? seconds))
                throw Bad(source, $"tensor '{name}'", $"'{Features}' and '{Seconds}' of each video");
            if (features.dtype != ScalarType.Float16 || seconds.dtype != ScalarType.Int32 || seconds.dim() != 1 || !features.shape.SequenceEqual([seconds.shape[0], channels]))
            {
                throw Bad(source, $"{features.dtype} [{string.Join(", ", features.shape)}] and {seconds.dtype} [{string.Join(", ", seconds.shape)}] for '{name}'",
                    $"Float16 [n, {channels}] and Int32 [n]");
            }
            string video = name[Features.Length..];
            bank.Add(video);
            ReadOnlySpan<Half> values = MemoryMarshal.Cast<byte, Half>(features.bytes);
            ReadOnlySpan<int> times = MemoryMarshal.Cast<byte, int>(seconds.bytes);
            for (int i = 0; i < times.Length; i++) bank.Add(video, times[i], values.Slice(i * channels, channels));
            features.Dispose(); // a large bank must not be in memory twice
        }
        return bank;
    }

    static CheckpointFormatException Bad(string source, string found, string expected = "a feature bank") => new(source, found, expected);
}
