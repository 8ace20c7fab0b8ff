namespace MlAva.Checkpoints;

/// <summary>A checkpoint that is there.</summary>
/// <param name="Path">The file.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Hash">Its SHA-256: 64 hexadecimal digits.</param>
/// <param name="IsVerified">Whether a hash was known and is the file's; false where none was known.</param>
/// <param name="WasThere">Whether the file was there already and nothing was downloaded.</param>
public sealed record CheckpointDownloadResult(string Path, long Length, string Hash, bool IsVerified, bool WasThere);
