namespace MlAva.Networks;

/// <summary>The classifier of boxes (MMAction2's BBoxHeadAVA; reference specification §4; defaults are its).</summary>
public sealed record ActionHeadOptions
{
    /// <summary>Channels of the RoI features.</summary>
    public int InputChannels { get; init; } = 2048;

    /// <summary>Number of classes, counting column 0, which no label ever uses: 81 for AVA.</summary>
    public int NumClasses { get; init; } = 81;

    /// <summary>Whether a person may have several labels (sigmoid) or one (softmax).</summary>
    public bool MultiLabel { get; init; } = true;

    /// <summary>Probability of dropping a feature in training.</summary>
    public double DropoutRatio { get; init; } = 0.5;

    /// <summary>Whether features are dropped on the grid, before pooling.</summary>
    public bool DropoutBeforePooling { get; init; } = true;

    /// <summary>How the time axis of the RoI features, where there is one, is pooled.</summary>
    public TemporalPooling TemporalPooling { get; init; } = TemporalPooling.Average;

    /// <summary>How the grid is pooled.</summary>
    public SpatialPooling SpatialPooling { get; init; } = SpatialPooling.Max;

    /// <summary>Factor of the loss; 1 with <see cref="FocalGamma"/> 0 is plain cross-entropy.</summary>
    public double FocalAlpha { get; init; } = 1;

    /// <summary>How much well-classified entries lose weight: (1 − p)^γ.</summary>
    public double FocalGamma { get; init; }

    /// <summary>The k of the logged recall@topk and prec@topk.</summary>
    public IReadOnlyList<int> TopK { get; init; } = [3, 5];

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate()
    {
        EnumOption.Check(TemporalPooling, $"{nameof(ActionHeadOptions)}.{nameof(TemporalPooling)}");
        EnumOption.Check(SpatialPooling, $"{nameof(ActionHeadOptions)}.{nameof(SpatialPooling)}");
        if (InputChannels < 1) throw Illegal(nameof(InputChannels), InputChannels, "at least 1");
        if (NumClasses < 2) throw Illegal(nameof(NumClasses), NumClasses, "at least 2 (column 0 and one class)");
        if (DropoutRatio is not (>= 0 and < 1)) throw Illegal(nameof(DropoutRatio), DropoutRatio, "0 to below 1");
        if (FocalAlpha is not (> 0 and < double.PositiveInfinity)) throw Illegal(nameof(FocalAlpha), FocalAlpha, "above 0");
        if (FocalGamma is not (>= 0 and < double.PositiveInfinity)) throw Illegal(nameof(FocalGamma), FocalGamma, "0 or more");
        foreach (int k in TopK)
        {
            if (k < 1 || k >= NumClasses) throw Illegal(nameof(TopK), k, $"1 to {NumClasses - 1}, below the number of classes");
        }
    }

    static ArgumentException Illegal(string option, object value, string expected) =>
        new(FormattableString.Invariant($"{nameof(ActionHeadOptions)}.{option} is {value}; expected {expected}."));
}
