namespace MlAva.Preparation;

/// <summary>What a download left.</summary>
/// <param name="Files">The files that are here, by name.</param>
/// <param name="Downloaded">How many of them came in this run.</param>
/// <param name="Failures">The errors of files that were left out.</param>
public sealed record AvaFetchResult(IReadOnlyList<FetchedFile> Files, int Downloaded, IReadOnlyList<string> Failures);
