using MlAva.Video;
using static System.FormattableString;

namespace MlAva.Diagnostics;

/// <summary>Whether the frames of every keyframe are on disk.</summary>
static class FrameChecks
{
    public static void Look(ExaminedSet set, FindingList found)
    {
        if (set.Frames is not { } frames || set.Options.FramesFolder is not { } folder) return;
        int most = set.Options.EvidenceRows;
        if (frames.Missing.Count > 0)
        {
            (string video, string? near) = frames.Missing[0];
            string there = near is not null ? $"; there is a '{near}'" : Directory.Exists(folder) ? "" : $"; {folder} itself is not there";
            found.Add(new()
            {
                Severity = DataSeverity.Broken, Code = "frames-missing", File = folder,
                Likelihood = 0.9 + 0.05 * frames.Missing.Count / frames.Videos,
                Sentence = $"{FindingList.Part(frames.Missing.Count, frames.Videos)} videos have neither a folder of frames nor a video "
                    + $"file, such as '{video}'{there}",
                Counts = [("missing", frames.Missing.Count), ("videos", frames.Videos)],
                Evidence = [.. frames.Missing.Take(most).Select(m =>
                    new DataEvidence(set.Truth.Path, set.Truth.Keys.LineOf(m.Video), $"'{m.Video}'"))],
                Mend = near is not null ? $"mv {MendCommand.Quote(Path.Combine(folder, near))} "
                    + $"{MendCommand.Quote(Path.Combine(folder, video))}"
                    : "check --frames: it must hold a folder or video file named as column 1 for each video; or leave these videos' "
                    + "rows out",
            });
        }
        if (frames.Unsuited.Count > 0)
        {
            (string video, FrameStoreException error) = frames.Unsuited[0];
            bool isTemplate = frames.Suggestion is { } other && !other.Equals(set.Options.Template);
            found.Add(new()
            {
                Severity = DataSeverity.Broken, Code = isTemplate ? "frames-template" : "frames-unreadable", File = folder,
                Likelihood = 0.9 + 0.05 * frames.Unsuited.Count / frames.Videos,
                Sentence = isTemplate
                    ? $"the files of {FindingList.Part(frames.Unsuited.Count, frames.Videos)} videos are not named like "
                    + $"{set.Options.Template.FileName(1)}, such as those of '{video}': {error.Found}"
                    : $"{FindingList.Part(frames.Unsuited.Count, frames.Videos)} videos cannot be opened, such as '{video}': {error.Found}",
                Counts = [("affected", frames.Unsuited.Count), ("videos", frames.Videos)],
                Evidence = [.. frames.Unsuited.Take(most).Select(u => new DataEvidence(u.Error.Path, 0, Examples.Shorten(u.Error.Found)))],
                Mend = isTemplate ? $"--filename-tmpl '{frames.Suggestion}'" : error.Mend,
            });
        }
        if (frames.Damaged.Count > 0)
        {
            found.Add(new()
            {
                Severity = DataSeverity.Broken, Code = "frames-damaged", File = folder, Likelihood = 0.9,
                Sentence = $"the first frame of {FindingList.Part(frames.Damaged.Count, frames.Videos)} videos cannot be read, such as "
                    + $"that of '{frames.Damaged[0].Video}'",
                Counts = [("affected", frames.Damaged.Count), ("videos", frames.Videos)],
                Evidence = [.. frames.Damaged.Take(most).Select(d =>
                    new DataEvidence(Path.Combine(folder, d.Video), 0, Examples.Shorten(d.Message)))],
                Mend = "extract the frames again",
            });
        }
        if (frames.Holed.Count > 0)
        {
            (string video, string source, int files, FrameRange range) = frames.Holed[0];
            found.Add(new()
            {
                Severity = DataSeverity.LikelyCause, Code = "frames-holes", File = folder, Likelihood = 0.4,
                Sentence = $"frames are missing in the middle of {FindingList.Part(frames.Holed.Count, frames.Videos)} videos, such as "
                    + $"'{video}' ({files} files for frames {range}); reading stops where one is needed",
                Counts = [("affected", frames.Holed.Count), ("videos", frames.Videos),
                    ("missingFrames", frames.Holed.Sum(h => (double)(h.Range.Count - h.Files)))],
                Evidence = [.. frames.Holed.Take(most).Select(h => new DataEvidence(h.Source, 0, $"{h.Files} files for frames {h.Range}"))],
                Mend = $"extract the frames of these videos again ({source})",
            });
        }
        LookAtCoverage(set, found, frames, folder);
    }

    static void LookAtCoverage(ExaminedSet set, FindingList found, FrameLook frames, string folder)
    {
        if (frames.Coverage is not { } coverage) return;
        if (coverage.Outside == 0)
        {
            if (frames.Missing.Count + frames.Unsuited.Count + frames.Damaged.Count > 0) return;
            found.Add(new()
            {
                Severity = DataSeverity.Fine, Code = "frames-found", File = folder,
                Counts = [("keyframes", coverage.Keyframes), ("videos", frames.Videos)],
                Sentence = Invariant($"all {coverage.Keyframes} keyframes have a frame in their video, at {set.Options.Fps} frames a ")
                    + Invariant($"second from second {set.Axis!.Start} on"),
            });
            return;
        }
        double share = (double)coverage.Outside / coverage.Keyframes;
        DataSeverity severity = share > 0.5 ? DataSeverity.Broken : share > 0.1 ? DataSeverity.LikelyCause : DataSeverity.Remark;
        found.Add(new()
        {
            Severity = severity, Code = "frames-too-few", File = folder,
            Likelihood = severity == DataSeverity.Remark ? 0.15 : 0.5 + 0.45 * share,
            Sentence = coverage.Describe() + Invariant($", at {set.Options.Fps} frames a second from second {set.Axis!.Start} on"),
            Counts = [("outside", coverage.Outside), ("keyframes", coverage.Keyframes), ("fittingFps", coverage.FittingFps ?? double.NaN)],
            Evidence = [.. coverage.Videos.Take(set.Options.EvidenceRows).Select(v => new DataEvidence(v.Source, 0,
                Invariant($"frames {v.Frames}, seconds {v.FirstSecond:0.##} to {v.LastSecond:0.##}; keyframes {v.FirstKeyframe:0.##} to ")
                    + Invariant($"{v.LastKeyframe:0.##}")))],
            Mend = coverage.FittingFps is { } fits ? Invariant($"--fps {fits} would fit where the rate is wrong; or extract the whole ")
                + "videos"
                : Invariant($"check --timestamp-start (it is {set.Axis.Start}) and --fps, or extract the whole videos"),
        });
    }
}
