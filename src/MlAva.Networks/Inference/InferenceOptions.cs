namespace MlAva.Networks;

/// <summary>How a detector is prepared for inference (<see cref="Detector.PrepareForInference"/>).</summary>
public sealed record InferenceOptions
{
    /// <summary>The backbone's numbers; RoI extraction and heads stay in float32.</summary>
    public InferencePrecision Precision { get; init; } = InferencePrecision.Float32;

    /// <summary>
    /// Whether each convolution tries its forms on the first clips of a shape and keeps the fastest. Which one that is may differ from run to
    /// run, and with it the last bits of scores; without, a fixed rule chooses, and the same input gives the same bits.
    /// </summary>
    public bool Measure { get; init; } = true;

    /// <summary>Times that a form is timed; the fastest counts.</summary>
    public int Repetitions { get; init; } = 3;

    /// <summary>Forms chosen earlier. They are taken as they are and nothing is measured; where the plan names no form, the fixed rule chooses.</summary>
    public InferencePlan? Plan { get; init; }

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate()
    {
        if (!Enum.IsDefined(Precision)) throw new ArgumentException($"{nameof(InferenceOptions)}.{nameof(Precision)} is {Precision}; expected {string.Join(" or ", Enum.GetNames<InferencePrecision>())}.");
        if (Repetitions < 1) throw new ArgumentException($"{nameof(InferenceOptions)}.{nameof(Repetitions)} is {Repetitions}; expected at least 1.");
    }
}
