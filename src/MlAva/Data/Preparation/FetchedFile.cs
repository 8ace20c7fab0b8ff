namespace MlAva.Preparation;

/// <summary>A file of the data set that is here, as <c>fetched.json</c> keeps it.</summary>
/// <param name="Name">Its path below the folder, with forward slashes.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Its SHA-256, 64 hexadecimal digits.</param>
public sealed record FetchedFile(string Name, long Bytes, string Sha256);
