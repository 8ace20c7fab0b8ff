using System.Globalization;
using System.Text.RegularExpressions;

namespace MlAva.Video;

/// <summary>
/// The pattern of frame file names: <c>img_{:05}.jpg</c> (Python), <c>img_{0:D5}.jpg</c> or <c>img_{0:00000}.jpg</c> (.NET), <c>img_%05d.jpg</c> (printf).
/// Numbers are padded with zeros to the width; longer ones are written whole.
/// </summary>
public sealed partial class FrameTemplate : IEquatable<FrameTemplate>
{
    /// <summary>No name is longer: it is what file systems take.</summary>
    internal const int MaximumLength = 256;

    readonly string _prefix, _suffix, _format;
    readonly int _width;

    FrameTemplate(string pattern, string prefix, int width, string suffix) =>
        (Pattern, _prefix, _width, _suffix, _format) = (pattern, prefix, width, suffix, "D" + width.ToString(CultureInfo.InvariantCulture));

    /// <summary>AVA's own: <c>img_{:05}.jpg</c>.</summary>
    public static FrameTemplate Default { get; } = Parse("img_{:05}.jpg");

    /// <summary>The pattern as it was given.</summary>
    public string Pattern { get; }

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="FormatException">There is not exactly one place for a number, or it is in no form known.</exception>
    public static FrameTemplate Parse(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        MatchCollection places = Place().Matches(pattern);
        if (pattern.Length > MaximumLength - 16) throw new FormatException($"'{pattern}' is no frame template: it is longer than a file's name can be.");
        if (places.Count != 1 || pattern.AsSpan().ContainsAny('/', '\\'))
        {
            throw new FormatException(
                $"'{pattern}' is no frame template: it must be a file name with exactly one place for the number, such as img_{{:05}}.jpg, img_{{0:D5}}.jpg or img_%05d.jpg.");
        }

        Match place = places[0];
        int width = place.Groups["zeros"].Success
            ? place.Groups["zeros"].Length
            : place.Groups["width"].Success ? int.Parse(place.Groups["width"].Value, CultureInfo.InvariantCulture) : 1;
        return new(pattern, pattern[..place.Index], Math.Max(1, width), pattern[(place.Index + place.Length)..]);
    }

    /// <summary>The name of a frame's file.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative.</exception>
    public string FileName(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return _prefix + index.ToString(_format, CultureInfo.InvariantCulture) + _suffix;
    }

    /// <summary>Writes the name of a frame's file and gives its length.</summary>
    internal int Format(int index, Span<char> destination)
    {
        _prefix.CopyTo(destination);
        index.TryFormat(destination[_prefix.Length..], out int digits, _format, CultureInfo.InvariantCulture);
        _suffix.CopyTo(destination[(_prefix.Length + digits)..]);
        return _prefix.Length + digits + _suffix.Length;
    }

    /// <summary>Reads the number from a file's name.</summary>
    /// <param name="fileName">The name without its folder.</param>
    /// <param name="index">The frame's index.</param>
    /// <returns>Whether the name is one that this template gives.</returns>
    public bool TryGetIndex(ReadOnlySpan<char> fileName, out int index)
    {
        index = 0;
        if (fileName.Length < _prefix.Length + _width + _suffix.Length) return false;
        if (!fileName.StartsWith(_prefix, StringComparison.Ordinal) || !fileName.EndsWith(_suffix, StringComparison.Ordinal)) return false;
        ReadOnlySpan<char> digits = fileName[_prefix.Length..^_suffix.Length];
        return (digits.Length == _width || digits[0] != '0') && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }

    /// <summary>A template that gives the name of an existing file, taking its last run of digits for the number; null when it has none.</summary>
    public static FrameTemplate? Suggest(string fileName)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        Match digits = LastDigits().Match(fileName);
        if (!digits.Success || fileName.AsSpan().ContainsAny('{', '}', '%')) return null;
        return Parse(string.Create(CultureInfo.InvariantCulture, $"{fileName[..digits.Index]}{{:0{digits.Length}}}{fileName[(digits.Index + digits.Length)..]}"));
    }

    /// <summary>Whether both give the same names.</summary>
    public bool Equals(FrameTemplate? other) => other is not null && (_prefix, _width, _suffix) == (other._prefix, other._width, other._suffix);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FrameTemplate);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_prefix, _width, _suffix);

    /// <summary>The pattern.</summary>
    public override string ToString() => Pattern;

    [GeneratedRegex(@"\{0?(:((?<zeros>00+)|0?(?<width>\d{1,2})d?|[dD](?<width>\d{1,2})?))?\}|%0?(?<width>\d{1,2})?d", RegexOptions.ExplicitCapture)]
    private static partial Regex Place();

    [GeneratedRegex(@"[0-9]+(?=[^0-9]*$)")]
    private static partial Regex LastDigits();
}
