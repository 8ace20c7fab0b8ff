namespace MlAva.Diagnostics;

/// <summary>Ways in which the same video's id is spelled in two files.</summary>
[Flags]
enum VideoSpelling
{
    None = 0,

    /// <summary>Blanks or quotes around the id.</summary>
    Blanks = 1 << 0,

    /// <summary>A path before it.</summary>
    Folder = 1 << 1,

    /// <summary>A file's ending behind it.</summary>
    Extension = 1 << 2,

    /// <summary>Capital and small letters.</summary>
    Case = 1 << 3,

    /// <summary>Blanks, minus signs and underscores for one another.</summary>
    Signs = 1 << 4,

    /// <summary>Zeros before a number.</summary>
    Zeros = 1 << 5,

    All = Blanks | Folder | Extension | Case | Signs | Zeros,
}

static class VideoSpellings
{
    static readonly string[] Endings =
        [".mp4", ".mkv", ".avi", ".webm", ".mov", ".m4v", ".mpg", ".mpeg", ".flv", ".wmv", ".ts", ".jpg", ".jpeg", ".png", ".csv", ".txt"];

    /// <summary>The id without the differences named.</summary>
    public static string Without(string id, VideoSpelling differences)
    {
        string name = id;
        if (differences.HasFlag(VideoSpelling.Blanks)) name = name.Trim(' ', '\t', '"', '\'');
        if (differences.HasFlag(VideoSpelling.Folder)
            && name.TrimEnd('/', '\\') is var path) name = path[(path.LastIndexOfAny(['/', '\\']) + 1)..];
        if (differences.HasFlag(VideoSpelling.Extension))
        {
            string? ending = Endings.FirstOrDefault(e => name.Length > e.Length && name.EndsWith(e, StringComparison.OrdinalIgnoreCase));
            if (ending is not null) name = name[..^ending.Length];
        }
        if (differences.HasFlag(VideoSpelling.Case)) name = name.ToUpperInvariant();
        if (differences.HasFlag(VideoSpelling.Signs)) name = name.Replace(' ', '_').Replace('-', '_');
        if (differences.HasFlag(VideoSpelling.Zeros) && name.Length > 0 && name.All(char.IsAsciiDigit))
            name = name.TrimStart('0') is { Length: > 0 } number ? number : "0";
        return name;
    }

    /// <summary>The differences in words.</summary>
    public static string Describe(this VideoSpelling differences) => string.Join(", ", new[]
    {
        (VideoSpelling.Blanks, "blanks or quotes around the id"), (VideoSpelling.Folder, "a path before the id"),
        (VideoSpelling.Extension, "a file ending behind the id"), (VideoSpelling.Case, "capital and small letters"),
        (VideoSpelling.Signs, "blanks, '-' and '_' for one another"), (VideoSpelling.Zeros, "zeros before the number"),
    }.Where(p => differences.HasFlag(p.Item1)).Select(p => p.Item2));
}
