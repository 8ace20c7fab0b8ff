namespace MlAva.Preparation;

/// <summary>How far an extraction is.</summary>
/// <param name="Done">Videos that are done, those of earlier runs and those left out too.</param>
/// <param name="Total">Videos in all.</param>
/// <param name="Before">Of those done, how many an earlier run did.</param>
/// <param name="Trouble">Why the last one was left out; null: it was not.</param>
public readonly record struct ExtractionProgress(int Done, int Total, int Before, string? Trouble);
