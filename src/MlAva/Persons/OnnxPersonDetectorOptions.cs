using static System.FormattableString;

namespace MlAva.Persons;

/// <summary>Settings of <see cref="OnnxPersonDetector"/>. What is null is as the kind of outputs has it.</summary>
public sealed record OnnxPersonDetectorOptions
{
    /// <summary>The ONNX file.</summary>
    public required string Model { get; init; }

    /// <summary>What the model's outputs mean.</summary>
    public DetectorOutputs Outputs { get; init; }

    /// <summary>Width of the input in pixels where the model takes any; null: 640, or 800 for DETR and Faster R-CNN.</summary>
    public int? Width { get; init; }

    /// <summary>Height of the input in pixels where the model takes any; null: as <see cref="Width"/>.</summary>
    public int? Height { get; init; }

    /// <summary>The class that is a person, counted as the model does.</summary>
    public int? PersonClass { get; init; }

    /// <summary>The range of pixels.</summary>
    public PixelScaling? Scaling { get; init; }

    /// <summary>Whether blue comes first.</summary>
    public bool? Bgr { get; init; }

    /// <summary>How frames of other proportions come into the input.</summary>
    public FrameFit? Fit { get; init; }

    /// <summary>Boxes below this score are left out; 0 to 1.</summary>
    public double ScoreThreshold { get; init; } = 0.3;

    /// <summary>The largest IoU that two boxes of a frame may have; 0 to 1.</summary>
    public double NmsIoU { get; init; } = 0.65;

    /// <summary>At most so many boxes a frame, the best ones.</summary>
    public int MaxBoxes { get; init; } = 100;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and the legal range.</exception>
    public void Validate()
    {
        if (string.IsNullOrEmpty(Model)) throw new ArgumentException($"{nameof(Model)} is empty; expected an ONNX file.");
        if (!Enum.IsDefined(Outputs)) throw new ArgumentException($"{nameof(Outputs)} is {Outputs}; expected {string.Join(", ", Enum.GetNames<DetectorOutputs>())}.");
        if (Scaling is { } scaling && !Enum.IsDefined(scaling))
            throw new ArgumentException($"{nameof(Scaling)} is {Scaling}; expected {string.Join(", ", Enum.GetNames<PixelScaling>())}.");
        if (Fit is { } fit && !Enum.IsDefined(fit)) throw new ArgumentException($"{nameof(Fit)} is {Fit}; expected {string.Join(", ", Enum.GetNames<FrameFit>())}.");
        CheckSide(nameof(Width), Width);
        CheckSide(nameof(Height), Height);
        if (PersonClass is < 0) throw new ArgumentException(Invariant($"{nameof(PersonClass)} is {PersonClass}; expected at least 0."));
        if (!(ScoreThreshold is >= 0 and <= 1)) throw new ArgumentException(Invariant($"{nameof(ScoreThreshold)} is {ScoreThreshold}; expected 0 to 1."));
        if (!(NmsIoU is >= 0 and <= 1)) throw new ArgumentException(Invariant($"{nameof(NmsIoU)} is {NmsIoU}; expected 0 to 1."));
        if (MaxBoxes < 1) throw new ArgumentException(Invariant($"{nameof(MaxBoxes)} is {MaxBoxes}; expected at least 1."));

        static void CheckSide(string name, int? side)
        {
            if (side is < 8 or > 8192) throw new ArgumentException(Invariant($"{name} is {side}; expected 8 to 8192 pixels."));
        }
    }
}
