using System.Globalization;
using System.Text;

namespace MlAva.Annotations.Formats;

/// <summary>
/// SlowFast's files: lists of frames (<c>original_vido_id video_id frame_id path labels</c>, blanks between) and AVA's csv files, annotations (8 columns with
/// an action) and person boxes (an empty 7th column). Only videos of the lists count, where there are lists.
/// </summary>
sealed class SlowFastReader(IReadOnlyList<string> paths, ImportBuilder builder)
{
    readonly Dictionary<string, int> _frames = new(StringComparer.Ordinal);

    public void Read()
    {
        string[] lists = [.. paths.Where(IsFrameList)];
        foreach (string list in lists) ReadFrames(list);
        foreach (string csv in paths.Except(lists)) ReadBoxes(csv, lists.Length > 0);
    }

    static bool IsFrameList(string path)
    {
        using StreamReader reader = new(InputFile.Open(path), Encoding.UTF8);
        // The first word is misspelt in SlowFast's own files.
        return reader.ReadLine()?.TrimStart('\uFEFF') is { } header && header.StartsWith("original_vid", StringComparison.Ordinal);
    }

    void ReadFrames(string path)
    {
        using StreamReader reader = new(InputFile.Open(path), Encoding.UTF8);
        reader.ReadLine();
        long line = 1;
        while (reader.ReadLine() is { } text)
        {
            line++;
            if (string.IsNullOrWhiteSpace(text)) continue;
            builder.Try(() =>
            {
                string[] cells = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
                ImportBuilder.Place place = new(path, line, "");
                if (cells.Length is not (4 or 5))
                    throw place.Error($"{cells.Length} words", "5: original_vido_id video_id frame_id path labels", "write the list again, with blanks between the columns");
                if (!int.TryParse(cells[2], NumberStyles.None, CultureInfo.InvariantCulture, out int frame))
                    throw place.Error($"frame_id '{cells[2]}'", "a whole number", "correct the number");
                _frames[cells[0]] = Math.Max(_frames.GetValueOrDefault(cells[0]), frame + 1);
            });
        }
    }

    void ReadBoxes(string path, bool onlyListed)
    {
        using CsvReader csv = new(path);
        while (csv.Read())
        {
            builder.Try(() =>
            {
                if (csv.Count is not (7 or 8)) throw csv.WrongWidth("8 columns (video, seconds, x1, y1, x2, y2, action, person; or nothing and a score)");
                string video = csv.Name(0);
                ImportBuilder.Place place = new(path, csv.Row, "");
                double time = csv.Timestamp(1);
                if (onlyListed && !_frames.ContainsKey(video))
                    throw place.Error($"video '{video}'", "a video of the frame lists", "add its frames to the list, or leave such rows out with --on-error skip");
                bool isProposal = csv.IsBlank(6);
                double start = builder.Options.TimestampStart;
                if (builder.Video(video).Fps is { } fps && _frames.TryGetValue(video, out int frames) && (time - start) * fps >= frames)
                {
                    throw place.Error(string.Create(CultureInfo.InvariantCulture, $"time {time}, behind the {frames} frames at {fps} a second from {start} s on"),
                        "a time within the video", "correct --fps or --timestamp-start, or leave such rows out with --on-error skip");
                }
                KeyframeKey key = new(video, time);
                if (isProposal) builder.AddNormalised(place, key, csv.Box(), [], null, csv.Count == 8 ? csv.Number(7, "the score, a number") : null, isProposal: true);
                else
                {
                    int id = csv.Integer(6, "the action, an id of the label map");
                    string action = id.ToString(CultureInfo.InvariantCulture);
                    builder.Declare(action, id);
                    builder.AddNormalised(place, key, csv.Box(), [action], csv.Count == 8 ? csv.Integer(7, "the person's number") : null);
                }
            });
        }
    }
}
