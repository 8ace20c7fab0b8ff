namespace MlAva.Configs;

/// <summary>The beginning of a SHA-256, as file names carry it.</summary>
static class HashPrefix
{
    const int Shortest = 8, Whole = 64;

    /// <exception cref="ArgumentException">It is no such beginning.</exception>
    public static void Check(string? prefix, string option)
    {
        if (prefix is null || (prefix.Length is >= Shortest and <= Whole && prefix.All(char.IsAsciiHexDigitLower))) return;
        throw new ArgumentException($"{option} is \"{prefix}\"; expected {Shortest} to {Whole} hexadecimal digits, in lower case.");
    }
}
