namespace MlAva.Configs;

/// <summary>One thing that is wrong with a configuration.</summary>
/// <param name="Origin">Where it was written.</param>
/// <param name="Path">The value's place, such as <c>training.schedule.steps.0</c>; empty where the fault is in no value.</param>
/// <param name="Found">What stands there.</param>
/// <param name="Expected">What should stand there.</param>
/// <param name="Mend">What the user can do about it, where there is more to say.</param>
public sealed record ConfigProblem(ConfigOrigin Origin, string Path, string Found, string Expected, string? Mend = null)
{
    /// <summary>For example <c>mine.json:3: training.epochs: found "ten"; expected a whole number</c>.</summary>
    public override string ToString() =>
        $"{Origin}: {(Path.Length > 0 ? $"{Path}: " : "")}found {Found}; expected {Expected}{(Mend is null ? "" : $". To mend: {Mend}")}";
}
