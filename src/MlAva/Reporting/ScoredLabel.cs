namespace MlAva.Reporting;

/// <summary>What a detector says of a person.</summary>
/// <param name="Name">The class name.</param>
/// <param name="Score">Its confidence, 0–1.</param>
public readonly record struct ScoredLabel(string Name, double Score);
