using MlAva.Persons;
using MlAva.Video;

namespace MlAva.Transforms;

/// <summary>Settings of <see cref="DetectPersonsTransformer"/>.</summary>
public sealed record DetectPersonsOptions
{
    /// <summary>An ONNX detector; null: the embedded one.</summary>
    public OnnxPersonDetectorOptions? Onnx { get; init; }

    /// <summary>The embedded detector's settings.</summary>
    public EmbeddedPersonDetectorOptions Embedded { get; init; } = new();

    /// <summary>How frames are found and decoded; <see cref="FrameStoreOptions.Fps"/> null: as the sampling has it.</summary>
    public FrameStoreOptions Frames { get; init; } = new();

    /// <summary>Frames a second of the frames.</summary>
    public double Fps { get; init; } = 30;

    /// <summary>The time, in seconds, of frame 1.</summary>
    public double TimestampStart { get; init; } = 900;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and the legal range.</exception>
    public void Validate()
    {
        Onnx?.Validate();
        Embedded.Validate();
        Frames.Validate();
        if (!(Fps > 0 && double.IsFinite(Fps))) throw new ArgumentException(FormattableString.Invariant($"{nameof(Fps)} is {Fps}; expected a positive number."));
        if (!double.IsFinite(TimestampStart))
            throw new ArgumentException(FormattableString.Invariant($"{nameof(TimestampStart)} is {TimestampStart}; expected a number of seconds."));
    }
}
