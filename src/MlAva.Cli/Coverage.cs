using System.Globalization;
using MlAva.Annotations;
using MlAva.Diagnostics;
using MlAva.Video;

namespace MlAva.Cli;

/// <summary>Leaves out keyframes that lie outside their video, or refuses the set.</summary>
static class Coverage
{
    public static Choice<BeyondEnd> Option() => new("--beyond-end", BeyondEnd.Skip,
        "What becomes of keyframes outside their video: left out, where they are at most half, or an error");

    /// <summary>The rows that can be read.</summary>
    /// <param name="view">The rows.</param>
    /// <param name="name">What they are, for the note.</param>
    /// <param name="clip">How timestamps map to frames.</param>
    /// <param name="rule">What becomes of keyframes outside.</param>
    /// <param name="onError">What becomes of videos that are missing or cannot be opened.</param>
    /// <param name="consequence">What follows from leaving them out.</param>
    /// <param name="mend">What to do about a wrong rate or time axis; a rate that would fit is given.</param>
    /// <param name="token">Ends the examination.</param>
    /// <exception cref="FrameStoreException">A video is missing.</exception>
    /// <exception cref="FormatException">Too many keyframes lie outside.</exception>
    public static AvaDataView Apply(
        AvaDataView view, string name, ClipOptions clip, BeyondEnd rule, OnError onError, string consequence, Func<double?, string> mend,
        CancellationToken token)
    {
        KeyframeCoverage coverage = KeyframeCoverage.Examine(view, clip, onError, token);
        if (coverage.MissingSources is { Count: > 0 } missing)
        {
            const int Named = 3;
            string videos = string.Join(", ", missing.Take(Named)) + (missing.Count > Named ? ", …" : "");
            throw new FrameStoreException(missing[0], null,
                string.Create(CultureInfo.InvariantCulture, $"nothing there, for {missing.Count} of {coverage.VideoCount} videos ({videos})"),
                "a folder of frames or a video file for each video id", "check --frames, or leave the rows of these videos out of the annotations");
        }
        if (coverage.Unusable.Count > 0)
        {
            if (coverage.Unusable.Count == coverage.VideoCount)
                throw new FormatException($"{name}: {coverage.Unusable.Describe("videos")}. No video is left. To mend: check --frames");
            Terminal.Note($"{name}: {coverage.Unusable.Describe("videos")}{consequence}");
            if (coverage.Outside == 0) return view.Where(coverage.Holds);
        }
        if (coverage.Outside == 0) return view;
        string found = $"{name}: {coverage.Describe()}";
        if (rule == BeyondEnd.Fail || coverage.Outside * 2 > coverage.Keyframes)
        {
            string skip = rule == BeyondEnd.Fail ? "; --beyond-end skip leaves them out" : "";
            throw new FormatException($"{found}. To mend: {mend(coverage.FittingFps)}{skip}");
        }
        Terminal.Note($"{found}; left out{consequence}. {mend(coverage.FittingFps)}");
        return view.Where(coverage.Holds);
    }
}
