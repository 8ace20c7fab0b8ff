using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>How a reference case is run.</summary>
public sealed record VerificationOptions
{
    /// <summary>Where; null: on the CPU.</summary>
    public Device? Device { get; init; }

    /// <summary>In which numbers: float32, float64 or bfloat16. Training is compared in the first two only.</summary>
    public ScalarType Precision { get; init; } = ScalarType.Float32;

    /// <summary>What computes scores; training always goes through the modules. <see cref="VerificationEngine.Prepared"/> knows float32 and bfloat16.</summary>
    public VerificationEngine Engine { get; init; }

    /// <summary>Whether training is compared too: loss, logged figures, gradients, normalisation statistics.</summary>
    public bool Training { get; init; } = true;

    /// <summary>Factor on every tolerance.</summary>
    public double Slack { get; init; } = 1;

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate()
    {
        if (Precision is not (ScalarType.Float32 or ScalarType.Float64 or ScalarType.BFloat16))
            throw new ArgumentException($"{nameof(VerificationOptions)}.{nameof(Precision)} is {Precision}; expected Float32, Float64 or BFloat16.");
        if (Engine == VerificationEngine.Prepared && Precision == ScalarType.Float64)
            throw new ArgumentException($"{nameof(VerificationOptions)}.{nameof(Precision)} is Float64 with {nameof(Engine)} Prepared; expected Float32 or BFloat16.");
        if (!(Slack > 0)) throw new ArgumentException(FormattableString.Invariant($"{nameof(VerificationOptions)}.{nameof(Slack)} is {Slack}; expected above 0."));
        if (Device is { type: DeviceType.CUDA } && !cuda.is_available())
            throw new ArgumentException($"{nameof(VerificationOptions)}.{nameof(Device)} is {Device}; this machine offers no CUDA device to this build.");
    }
}
