namespace MlAva.Networks;

/// <summary>When a proposal takes over a ground truth's labels (MMAction2's MaxIoUAssignerAVA; reference specification §5.3).</summary>
public sealed record BoxAssignerOptions
{
    /// <summary>IoU from which a proposal is positive.</summary>
    public float PositiveIoU { get; init; } = 0.9f;

    /// <summary>IoU below which a proposal is negative; between the two it is ignored.</summary>
    public float NegativeIoU { get; init; } = 0.9f;

    /// <summary>IoU from which a ground truth's best proposals become positive even below <see cref="PositiveIoU"/>.</summary>
    public float MinPositiveIoU { get; init; } = 0.9f;

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate()
    {
        Check(PositiveIoU, nameof(PositiveIoU));
        Check(NegativeIoU, nameof(NegativeIoU));
        Check(MinPositiveIoU, nameof(MinPositiveIoU));
        if (NegativeIoU > PositiveIoU)
            throw new ArgumentException(FormattableString.Invariant($"{nameof(BoxAssignerOptions)}.{nameof(NegativeIoU)} is {NegativeIoU}; expected at most {nameof(PositiveIoU)}, {PositiveIoU}."));
    }

    static void Check(float value, string option)
    {
        if (value is not (>= 0 and <= 1)) throw new ArgumentException(FormattableString.Invariant($"{nameof(BoxAssignerOptions)}.{option} is {value}; expected 0 to 1."));
    }
}
