namespace MlAva.Checkpoints;

/// <summary>How far a download is.</summary>
/// <param name="Bytes">Bytes of the file that are here, those of earlier runs too.</param>
/// <param name="Total">Bytes of the whole file; null where the server does not tell.</param>
/// <param name="BytesPerSecond">Bytes a second since this run began; 0 before the first came.</param>
/// <param name="Left">Time left at this rate; null where it is not known.</param>
/// <param name="Trouble">Set when an attempt failed and another follows: why, and when.</param>
public readonly record struct DownloadProgress(long Bytes, long? Total, double BytesPerSecond, TimeSpan? Left, string? Trouble = null);
