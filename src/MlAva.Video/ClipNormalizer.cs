namespace MlAva.Video;

/// <summary>
/// Turns a uint8 clip [T, H, W, 3] into the network's float32 input [3, T, H, W]: (x − mean) / std for each channel, in single
/// precision, to the last bit as the reference does it (specification §7.6, golden note 15). Thread-safe.
/// </summary>
public sealed class ClipNormalizer
{
    readonly float[][] _tables;
    readonly bool _toBgr;

    /// <summary>Creates a normaliser.</summary>
    /// <param name="mean">Three values, subtracted, in the order of the output channels.</param>
    /// <param name="std">Three values, divided by, in the order of the output channels.</param>
    /// <param name="toBgr">Whether channels come out as blue, green, red. The published AVA models want false.</param>
    /// <exception cref="ArgumentException">There are not three values, or one is not finite, or a <paramref name="std"/> is not positive.</exception>
    public ClipNormalizer(ReadOnlySpan<float> mean, ReadOnlySpan<float> std, bool toBgr = false)
    {
        if (mean.Length != 3) throw new ArgumentException($"mean has {mean.Length} values; it must have 3, one for each channel.", nameof(mean));
        if (std.Length != 3) throw new ArgumentException($"std has {std.Length} values; it must have 3, one for each channel.", nameof(std));
        _tables = new float[3][];
        for (int channel = 0; channel < 3; channel++)
        {
            if (!float.IsFinite(mean[channel])) throw new ArgumentException($"mean[{channel}] is {mean[channel]}; it must be finite.", nameof(mean));
            if (!(std[channel] > 0) || !float.IsFinite(std[channel])) throw new ArgumentException($"std[{channel}] is {std[channel]}; it must be positive.", nameof(std));
            _tables[channel] = new float[256];
            for (int value = 0; value < 256; value++) _tables[channel][value] = (value - mean[channel]) / std[channel];
        }

        (Mean, Std, _toBgr) = ([.. mean], [.. std], toBgr);
    }

    /// <summary>The values that all published AVA models were trained with: mean 123.675, 116.28, 103.53; std 58.395, 57.12, 57.375; RGB.</summary>
    public static ClipNormalizer Ava { get; } = new([123.675f, 116.28f, 103.53f], [58.395f, 57.12f, 57.375f]);

    /// <summary>The three means.</summary>
    public IReadOnlyList<float> Mean { get; }

    /// <summary>The three standard deviations.</summary>
    public IReadOnlyList<float> Std { get; }

    /// <summary>Whether channels come out as blue, green, red.</summary>
    public bool ToBgr => _toBgr;

    /// <summary>Normalises a clip into a new array, [3, T, H, W].</summary>
    public float[] Normalize(VideoClip clip)
    {
        ArgumentNullException.ThrowIfNull(clip);
        float[] result = GC.AllocateUninitializedArray<float>(clip.Frames * clip.FrameBytes);
        Normalize(clip, result);
        return result;
    }

    /// <summary>Normalises a clip into the caller's memory.</summary>
    /// <param name="clip">The frames.</param>
    /// <param name="destination">[3, T, H, W], exactly 3 × T × H × W values.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> has another length.</exception>
    public unsafe void Normalize(VideoClip clip, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(clip);
        int plane = clip.Width * clip.Height, channelLength = clip.Frames * plane;
        if (destination.Length != channelLength * 3)
            throw new ArgumentException($"A clip {clip} gives {channelLength * 3} values; the destination has {destination.Length}.", nameof(destination));
        int first = _toBgr ? 2 : 0, third = _toBgr ? 0 : 2;
        fixed (byte* pixels = clip.Pixels)
        fixed (float* output = destination, table0 = _tables[0], table1 = _tables[1], table2 = _tables[2])
        {
            float* output1 = output + channelLength, output2 = output1 + channelLength;
            byte* pixel = pixels;
            for (int i = 0; i < channelLength; i++, pixel += 3)
            {
                output[i] = table0[pixel[first]];
                output1[i] = table1[pixel[1]];
                output2[i] = table2[pixel[third]];
            }
        }
    }
}
