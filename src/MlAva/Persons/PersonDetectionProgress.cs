namespace MlAva.Persons;

/// <summary>How far the search for persons is.</summary>
/// <param name="Done">Keyframes done.</param>
/// <param name="Total">Keyframes in all.</param>
/// <param name="Trouble">What could not be read just now and was left out; null: nothing.</param>
public readonly record struct PersonDetectionProgress(int Done, int Total, string? Trouble);
