namespace MlAva.Preparation;

/// <summary>How far the download of a data set is.</summary>
/// <param name="Done">Files that are here.</param>
/// <param name="Total">Files in all.</param>
/// <param name="Bytes">Bytes that came in this run.</param>
/// <param name="Trouble">An attempt that failed and is made again, or a file that was left out; null: none.</param>
public readonly record struct AvaFetchProgress(int Done, int Total, long Bytes, string? Trouble);
