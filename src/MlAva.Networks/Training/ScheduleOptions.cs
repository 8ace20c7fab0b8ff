namespace MlAva.Networks;

/// <summary>The learning rate over a training (reference specification §5.7; defaults are those of the 20-epoch AVA configurations).</summary>
public sealed record ScheduleOptions
{
    /// <summary>The rate after warm-up.</summary>
    public double LearningRate { get; init; } = 0.2;

    /// <summary>How the rate falls.</summary>
    public SchedulePolicy Policy { get; init; } = SchedulePolicy.Step;

    /// <summary>For <see cref="SchedulePolicy.Step"/>: the epochs (0-based) from which the rate is multiplied by <see cref="Gamma"/> once more.</summary>
    public IReadOnlyList<int> Steps { get; init; } = [10, 15];

    /// <summary>The factor of a step.</summary>
    public double Gamma { get; init; } = 0.1;

    /// <summary>For <see cref="SchedulePolicy.Cosine"/>: the rate at the end.</summary>
    public double MinLearningRate { get; init; }

    /// <summary>Length of the linear warm-up, in <see cref="WarmupUnit"/>; 0: none.</summary>
    public int Warmup { get; init; } = 5;

    /// <summary>What <see cref="Warmup"/> counts.</summary>
    public WarmupUnit WarmupUnit { get; init; } = WarmupUnit.Epochs;

    /// <summary>The share of the regular rate at which warm-up begins.</summary>
    public double WarmupRatio { get; init; } = 0.1;

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate()
    {
        EnumOption.Check(Policy, $"{nameof(ScheduleOptions)}.{nameof(Policy)}");
        EnumOption.Check(WarmupUnit, $"{nameof(ScheduleOptions)}.{nameof(WarmupUnit)}");
        if (LearningRate <= 0 || !double.IsFinite(LearningRate)) throw Illegal(nameof(LearningRate), LearningRate, "above 0");
        if (Gamma is not (> 0 and <= 1)) throw Illegal(nameof(Gamma), Gamma, "above 0, at most 1");
        if (!(MinLearningRate >= 0 && MinLearningRate <= LearningRate)) throw Illegal(nameof(MinLearningRate), MinLearningRate, $"0 to {nameof(LearningRate)}");
        if (Warmup < 0) throw Illegal(nameof(Warmup), Warmup, "0 or more");
        if (WarmupRatio is not (> 0 and <= 1)) throw Illegal(nameof(WarmupRatio), WarmupRatio, "above 0, at most 1");
        if (Steps.Any(s => s < 0)) throw Illegal(nameof(Steps), Steps.Min(), "epochs of 0 or more");
        int falling = Enumerable.Range(1, Math.Max(Steps.Count - 1, 0)).FirstOrDefault(i => i < Steps.Count && Steps[i] < Steps[i - 1]);
        if (falling > 0) throw Illegal(nameof(Steps), Steps[falling], $"epochs in ascending order: it stands behind {Steps[falling - 1]}");
    }

    static ArgumentException Illegal(string option, double value, string expected) =>
        new(FormattableString.Invariant($"{nameof(ScheduleOptions)}.{option} is {value}; expected {expected}."));
}
