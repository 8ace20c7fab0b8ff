using MlAva.Annotations;
using SkiaSharp;

namespace MlAva.MiniAva;

/// <summary>Writes the data set's files.</summary>
static class MiniAvaWriter
{
    internal static void WriteFrames(MiniAvaDataSet set, MiniAvaVideo video, Stage stage, CancellationToken token)
    {
        Directory.CreateDirectory(Path.Combine(set.FramesFolder, video.Id));
        SKJpegEncoderOptions jpeg = new(set.Options.JpegQuality, SKJpegEncoderDownsample.Downsample420, SKJpegEncoderAlphaOption.Ignore);
        for (int frame = 1; frame <= set.Options.FramesPerVideo; frame++)
        {
            token.ThrowIfCancellationRequested();
            stage.Draw(video, frame);
            using SKPixmap pixels = stage.Pixels;
            using SKData data = pixels.Encode(jpeg) ?? throw new InvalidOperationException($"Frame {frame} of {video.Id} could not be encoded as JPEG.");
            using FileStream file = File.Create(set.Frame(video.Id, frame));
            data.SaveTo(file);
        }
    }

    internal static void WriteSplit(MiniAvaDataSet set, MiniAvaSplit split, IReadOnlyList<MiniAvaVideo> videos)
    {
        AnnotationFile.Write(set.Annotations(split), videos.SelectMany(v => v.Persons).SelectMany(p =>
            p.Actions.Select(a => new AnnotationRow(p.Key.VideoId, p.Key.Timestamp, p.Box, (int)a, p.PersonId))));

        SplitMix dice = new SplitMix(set.Options.Seed).Fork(100 + (ulong)split);
        KeyframeKey[] keyframes = [.. videos.SelectMany(v => v.Persons).Select(p => p.Key).Distinct()];
        KeyframeKey[] shuffled = [.. keyframes];
        dice.Shuffle(shuffled);
        // In the order of the videos; the excluded keyframes keep their annotations, as some do in AVA.
        HashSet<KeyframeKey> excluded = [.. shuffled.Take(Math.Min(set.Options.ExcludedKeyframes, keyframes.Length / 10))];
        new ExcludedTimestamps(keyframes.Where(excluded.Contains)).Write(set.ExcludedTimestamps(split));

        ProposalFile.Write(set.Proposals(split), new Proposals(videos.SelectMany(v => Detections.Of(v, dice.Fork((ulong)v.Index)))
            .Select(found => KeyValuePair.Create(found.Key, new KeyframeProposals([.. found.Value.Select(f => f.Box)], [.. found.Value.Select(f => f.Score)])))));
    }

    internal static void WriteLabelMap(MiniAvaDataSet set) =>
        LabelMap.FromEntries(MiniAvaClass.All.Select(c => new LabelMapEntry(c.Id, c.Name, c.Group))).Write(set.LabelMap);

    /// <summary>Whether every file of a finished set is still there.</summary>
    internal static bool IsComplete(MiniAvaDataSet set) => File.Exists(set.LabelMap) && Enum.GetValues<MiniAvaSplit>().All(split =>
        File.Exists(set.Annotations(split)) && File.Exists(set.ExcludedTimestamps(split)) && File.Exists(set.Proposals(split))
        && Enumerable.Range(0, set.Options.VideosIn(split)).All(video => HasFrames(set, MiniAvaVideo.IdOf(split, video))));

    static bool HasFrames(MiniAvaDataSet set, string video) =>
        Directory.Exists(Path.Combine(set.FramesFolder, video))
        && Directory.EnumerateFiles(Path.Combine(set.FramesFolder, video), "img_*.jpg").Count() == set.Options.FramesPerVideo;
}
