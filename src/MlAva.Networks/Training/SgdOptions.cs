namespace MlAva.Networks;

/// <summary>Stochastic gradient descent as the AVA configurations use it (reference specification §5.7).</summary>
public sealed record SgdOptions
{
    /// <summary>How much of the last step goes on.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Decay of all parameters, normalisation and biases too.</summary>
    public double WeightDecay { get; init; } = 1e-5;

    /// <summary>Whether the gradient is looked at one step ahead.</summary>
    public bool Nesterov { get; init; }

    /// <summary>The gradient of all parameters together is scaled down to this 2-norm; 0: never.</summary>
    public double MaxGradientNorm { get; init; } = 40;

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate()
    {
        if (Momentum is not (>= 0 and < 1)) throw Illegal(nameof(Momentum), Momentum, "0 to below 1");
        if (WeightDecay is not (>= 0 and < double.PositiveInfinity)) throw Illegal(nameof(WeightDecay), WeightDecay, "0 or more");
        if (MaxGradientNorm is not (>= 0 and < double.PositiveInfinity)) throw Illegal(nameof(MaxGradientNorm), MaxGradientNorm, "0 (no clipping) or more");
        if (Nesterov && Momentum == 0) throw Illegal(nameof(Nesterov), "true", "momentum above 0 with it");
    }

    static ArgumentException Illegal(string option, object value, string expected) =>
        new(FormattableString.Invariant($"{nameof(SgdOptions)}.{option} is {value}; expected {expected}."));
}
