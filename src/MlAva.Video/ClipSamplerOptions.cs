namespace MlAva.Video;

/// <summary>Which frames make up the clip around a keyframe (the reference's <c>SampleAVAFrames</c>, specification §7.1).</summary>
public sealed record ClipSamplerOptions
{
    /// <summary>Frames in a clip. AVA's models take 4, 8 or 32.</summary>
    public int ClipLength { get; init; } = 4;

    /// <summary>Source frames from one clip frame to the next: 16 (4×16), 8 (8×8), 2 (32×2).</summary>
    public int FrameInterval { get; init; } = 16;

    /// <summary>Frames a second in the frame store.</summary>
    public double Fps { get; init; } = 30;

    /// <summary>The time, in seconds, of the store's frame 1.</summary>
    public double TimestampStart { get; init; } = 900;

    /// <summary>The time, in seconds, at which the frames end; with the start and the rate it bounds the indices.</summary>
    public double TimestampEnd { get; init; } = 1800;

    /// <summary>Added to every index after all bounds: 0 for AVA's own frames (MMAction2 0.x), 1 reproduces the 1.x line.</summary>
    public int StartIndex { get; init; }

    /// <summary>Lower bound of the indices, before <see cref="StartIndex"/> is added. 0 as in the reference, although files count from 1.</summary>
    public int FirstFrame { get; init; }

    /// <summary>Upper bound of the indices, before <see cref="StartIndex"/> is added; null for (end − start) × fps − 1.</summary>
    public int? LastFrame { get; init; }

    /// <summary>The largest index before <see cref="StartIndex"/>: <see cref="LastFrame"/>, or floor((end − start) × fps) − 1.</summary>
    public int EffectiveLastFrame => LastFrame ?? (int)Math.Min(int.MaxValue, Math.Floor((TimestampEnd - TimestampStart) * Fps) - 1);

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and the legal range.</exception>
    public void Validate()
    {
        Require(ClipLength >= 1, nameof(ClipLength), ClipLength, "at least 1");
        Require(FrameInterval >= 1, nameof(FrameInterval), FrameInterval, "at least 1");
        Require(Fps > 0 && double.IsFinite(Fps), nameof(Fps), Fps, "a positive number");
        Require(double.IsFinite(TimestampStart), nameof(TimestampStart), TimestampStart, "a number of seconds");
        Require(TimestampEnd > TimestampStart && double.IsFinite(TimestampEnd), nameof(TimestampEnd), TimestampEnd, FormattableString.Invariant($"above TimestampStart ({TimestampStart})"));
        Require(FirstFrame >= 0, nameof(FirstFrame), FirstFrame, "at least 0");
        Require(EffectiveLastFrame >= FirstFrame, nameof(LastFrame), EffectiveLastFrame, $"at least FirstFrame ({FirstFrame})");
    }

    static void Require(bool holds, string option, object value, string legal)
    {
        if (!holds) throw new ArgumentException(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{option} is {value}; it must be {legal}."));
    }
}
