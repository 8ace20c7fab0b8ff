using System.Globalization;
using System.Text.RegularExpressions;

namespace MlAva.Annotations.Formats;

/// <summary>Takes the name of a frame's file apart: <c>video/img_00031.jpg</c>, <c>video_000031.png</c>, <c>frame_000031</c>.</summary>
static partial class FrameName
{
    static readonly string[] Common = ["frame", "img", "image", "f", ""];

    /// <summary>The frame's number and the video's id; null where the name does not tell.</summary>
    public static (string? Video, long? Frame) Parse(string name)
    {
        string path = name.Replace('\\', '/');
        int slash = path.LastIndexOf('/');
        string file = path[(slash + 1)..], folder = slash < 0 ? "" : path[(path.LastIndexOf('/', slash - 1 < 0 ? 0 : slash - 1) + 1)..slash];
        Match match = Digits().Match(Path.GetFileNameWithoutExtension(file));
        if (!match.Success) return (folder.Length > 0 ? folder : null, null);
        string before = match.Groups[1].Value.TrimEnd('_', '-', '.');
        string? video = folder.Length > 0 ? folder : Common.Contains(before, StringComparer.OrdinalIgnoreCase) ? null : before;
        return (video, long.TryParse(match.Groups[2].Value, NumberStyles.None, CultureInfo.InvariantCulture, out long frame) ? frame : null);
    }

    [GeneratedRegex(@"^(.*?)([0-9]+)$")]
    private static partial Regex Digits();
}
