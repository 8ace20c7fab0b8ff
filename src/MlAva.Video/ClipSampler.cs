using System.Globalization;

namespace MlAva.Video;

/// <summary>
/// Gives the frame indices of the clip around a keyframe. The centre is frame fps × (timestamp − start) + 1, the clip's element
/// ⌊L / 2⌋; the others follow at the frame interval. Indices are clipped to [<see cref="ClipSamplerOptions.FirstFrame"/>,
/// <see cref="ClipSamplerOptions.EffectiveLastFrame"/>], then the start index is added (reference specification §7.1).
/// </summary>
/// <remarks>
/// Where fps × (timestamp − start) is no whole number (fractional seconds or rates), the nearest frame is taken, halves upwards; the reference knows
/// whole numbers only. A store that holds fewer frames than the bounds say can be given as a range of its own: indices beyond it become
/// its first or last frame.
/// </remarks>
public sealed class ClipSampler
{
    readonly ClipSamplerOptions _options;

    /// <summary>Creates a sampler.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public ClipSampler(ClipSamplerOptions? options = null)
    {
        _options = options ?? new();
        _options.Validate();
    }

    /// <summary>The options in force.</summary>
    public ClipSamplerOptions Options => _options;

    /// <summary>The smallest jitter: ⌊−interval / 2⌋, for example −8 for 16, −2 for 3, −1 for 1.</summary>
    public int JitterMinimum => -((_options.FrameInterval + 1) / 2);

    /// <summary>One more than the largest jitter: ⌊(interval + 1) / 2⌋.</summary>
    public int JitterExclusiveMaximum => (_options.FrameInterval + 1) / 2;

    /// <summary>The clip around <paramref name="timestamp"/>, without jitter, as in testing.</summary>
    /// <param name="timestamp">The keyframe's time in seconds.</param>
    /// <param name="available">The indices that the frame store really holds, start index included; null when that is not to bound the clip.</param>
    /// <returns>[L] frame indices.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time is no finite number.</exception>
    public int[] Sample(double timestamp, FrameRange? available = null) => SampleWith([], timestamp, available);

    /// <summary>The clip around <paramref name="timestamp"/> with every frame moved by chance, as in training.</summary>
    /// <param name="timestamp">The keyframe's time in seconds.</param>
    /// <param name="random">Draws <see cref="ClipSamplerOptions.ClipLength"/> offsets from [<see cref="JitterMinimum"/>, <see cref="JitterExclusiveMaximum"/>).</param>
    /// <param name="available">The indices that the frame store really holds, start index included; null when that is not to bound the clip.</param>
    /// <returns>[L] frame indices.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time is no finite number.</exception>
    public int[] Sample(double timestamp, ClipRandom random, FrameRange? available = null)
    {
        ArgumentNullException.ThrowIfNull(random);
        int[] jitter = new int[_options.ClipLength];
        for (int i = 0; i < jitter.Length; i++) jitter[i] = random.Next(JitterMinimum, JitterExclusiveMaximum);
        return SampleWith(jitter, timestamp, available);
    }

    /// <summary>The clip around <paramref name="timestamp"/> with given offsets.</summary>
    /// <param name="timestamp">The keyframe's time in seconds.</param>
    /// <param name="jitter">[L] frames to add to each index before the bounds.</param>
    /// <param name="available">The indices that the frame store really holds, start index included; null when that is not to bound the clip.</param>
    /// <returns>[L] frame indices.</returns>
    /// <exception cref="ArgumentException">There is not one offset for each frame.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is no finite number.</exception>
    public int[] Sample(double timestamp, ReadOnlySpan<int> jitter, FrameRange? available = null) => jitter.Length == _options.ClipLength
        ? SampleWith(jitter, timestamp, available)
        : throw new ArgumentException($"{jitter.Length} offsets for a clip of {_options.ClipLength} frames.", nameof(jitter));

    int[] SampleWith(ReadOnlySpan<int> jitter, double timestamp, FrameRange? available)
    {
        if (!double.IsFinite(timestamp)) throw new ArgumentOutOfRangeException(nameof(timestamp), timestamp, "The time must be a finite number of seconds.");
        double centre = Math.Floor(_options.Fps * (timestamp - _options.TimestampStart) + 0.5) + 1;
        if (Math.Abs(centre) > int.MaxValue / 2)
            throw new ArgumentOutOfRangeException(nameof(timestamp), timestamp, string.Create(CultureInfo.InvariantCulture, $"Frame {centre} is beyond any video."));
        long first = (long)centre - (long)(_options.ClipLength / 2) * _options.FrameInterval;
        int last = _options.EffectiveLastFrame;
        int[] indices = new int[_options.ClipLength];
        for (int i = 0; i < indices.Length; i++)
        {
            long index = first + (long)i * _options.FrameInterval + (jitter.IsEmpty ? 0 : jitter[i]);
            indices[i] = (int)Math.Clamp(index, _options.FirstFrame, last) + _options.StartIndex;
            if (available is { } range) indices[i] = range.Clamp(indices[i]);
        }

        return indices;
    }
}
