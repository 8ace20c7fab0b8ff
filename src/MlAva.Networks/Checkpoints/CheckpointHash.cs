using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace MlAva.Networks;

/// <summary>
/// The SHA-256 in the names of published checkpoints: <c>…-a69556c6.pth</c> says that the file's hash begins with these eight digits
/// (reference specification §1.7, §9.6).
/// </summary>
public static partial class CheckpointHash
{
    const int Part = 1 << 20;

    /// <summary>
    /// The eight hexadecimal digits behind the last hyphen of a file's name, in lower case; null where there are none, or where they are a
    /// date (<c>…-20200704.pth</c>).
    /// </summary>
    /// <param name="path">A path or the path of an URL; only the last name counts, and its ending is of no account.</param>
    public static string? InName(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        Match match = Digits().Match(Path.GetFileName(path));
        if (!match.Success) return null;
        string digits = match.Groups[1].Value.ToLowerInvariant();
        bool isDate = DateOnly.TryParseExact(digits, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date)
            && date.Year is >= 2000 and < 2100;
        return isDate ? null : digits;
    }

    /// <summary>The SHA-256 of a file: 64 hexadecimal digits in lower case.</summary>
    /// <param name="path">The file.</param>
    /// <param name="progress">Told the bytes read so far.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static string Compute(string path, IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        return Compute(stream, progress, cancellation);
    }

    /// <summary>The SHA-256 of what is left of a stream: 64 hexadecimal digits in lower case.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="progress">Told the bytes read so far.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static string Compute(Stream stream, IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] part = new byte[Part];
        long done = 0;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = stream.Read(part);
            if (count == 0) return Convert.ToHexStringLower(hash.GetHashAndReset());
            hash.AppendData(part, 0, count);
            progress?.Report(done += count);
        }
    }

    /// <summary>Holds a file against the hash in its name.</summary>
    /// <param name="path">The file.</param>
    /// <param name="progress">Told the bytes read so far.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static CheckpointHashResult Verify(string path, IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        string? expected = InName(path);
        string actual = Compute(path, progress, cancellation);
        CheckpointHashVerdict verdict = expected is null ? CheckpointHashVerdict.NoneInName
            : actual.StartsWith(expected, StringComparison.Ordinal) ? CheckpointHashVerdict.Matches : CheckpointHashVerdict.Differs;
        return new(path, verdict, expected, actual);
    }

    [GeneratedRegex("-([0-9a-fA-F]{8})(?:\\.[^.-]+)*$")]
    private static partial Regex Digits();
}
