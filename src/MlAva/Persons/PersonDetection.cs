using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using MlAva.Annotations;
using MlAva.Preparation;
using MlAva.Video;

namespace MlAva.Persons;

/// <summary>Finds the persons in keyframes of many videos, and links them over time.</summary>
public static class PersonDetection
{
    const double UsualFps = 30;
    const int Decimals = 4;

    /// <summary>Finds persons.</summary>
    /// <param name="detector">What finds them.</param>
    /// <param name="options">Where to look.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ArgumentException">An option is out of range, or there is no keyframe.</exception>
    /// <exception cref="FrameStoreException">
    /// A video or a frame is missing, and <see cref="PersonDetectionOptions.OnError"/> is to fail.
    /// </exception>
    /// <exception cref="FrameDecodeException">A frame is broken, and <see cref="PersonDetectionOptions.OnError"/> is to fail.</exception>
    public static PersonDetectionResult Run(IPersonDetector detector, PersonDetectionOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(detector);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Work work = new(detector, options, cancellation);
        try
        {
            Parallel.ForEach(work.Videos(), new ParallelOptions
            {
                MaxDegreeOfParallelism = options.Workers > 0 ? options.Workers : Environment.ProcessorCount, CancellationToken = cancellation,
            }, work.Detect);
        }
        catch (AggregateException all)
        {
            ExceptionDispatchInfo.Throw(all.Flatten().InnerExceptions[0]);
        }
        return work.Result();
    }

    sealed class Work(IPersonDetector detector, PersonDetectionOptions options, CancellationToken cancellation)
    {
        readonly ConcurrentDictionary<KeyframeKey, KeyframeProposals> _found = [];
        readonly ConcurrentBag<string> _failures = [];
        readonly ConcurrentDictionary<string, bool> _videos = new(StringComparer.Ordinal);
        readonly Lock _reporting = new();
        int _done, _total;

        /// <summary>Each video's source and, where they were asked for, its times.</summary>
        public List<(string Id, string Source, double[]? Times)> Videos()
        {
            List<(string Id, string Source, double[]? Times)> videos = options.Keyframes is { } keyframes
                ? [.. keyframes.Distinct().GroupBy(k => k.VideoId, StringComparer.Ordinal).Select(v => (v.Key, SourceOf(v.Key), (double[]?)[.. v.Select(k => k.Timestamp).Order()]))]
                : [.. All().Select(s => (IdOf(s), s, (double[]?)null))];
            if (videos.Count == 0)
            {
                throw options.Keyframes is not null ? new ArgumentException($"{nameof(options.Keyframes)} is empty; expected at least one keyframe.")
                    : new FrameStoreException(options.Source, null, "no video", "a video file, or a folder that holds video files or folders of frames", "check the path");
            }
            if (videos.GroupBy(v => v.Id, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
                throw new ArgumentException($"{string.Join(" and ", twice.Select(v => v.Source))} are both video '{twice.Key}'; expected one source for each id. Move one of them away.");
            _total = videos.Sum(v => v.Times?.Length ?? 0);
            return videos;
        }

        public void Detect((string Id, string Source, double[]? Times) video)
        {
            try
            {
                // Where frames lie in a folder, the rate is not told by them.
                double? rate = Directory.Exists(video.Source) ? FrameExtraction.RateOf(video.Source) ?? options.Fps ?? UsualFps : options.Store.Fps;
                using IFrameStore store = FrameStore.Open(video.Source, options.Store with { Fps = rate });
                double fps = store.Fps ?? options.Fps ?? UsualFps;
                double[] times = video.Times ?? Times(store, fps);
                _videos[video.Id] = true;
                foreach (double time in times) Detect(store, new(video.Id, time), fps);
            }
            catch (Exception e) when (IsUnreadable(e))
            {
                Report(video.Times?.Length ?? 0, e.Message);
            }
        }

        void Detect(IFrameStore store, KeyframeKey keyframe, double fps)
        {
            cancellation.ThrowIfCancellationRequested();
            string? trouble = null;
            try
            {
                // As clips are sampled: the nearest frame, halves upwards.
                double frame = Math.Floor((keyframe.Timestamp - options.TimestampStart) * fps + 0.5) + store.FirstIndex;
                if (frame < store.FirstIndex || frame > (store.LastIndex ?? int.MaxValue - 1))
                {
                    throw new FrameStoreException(store.Path, null, FormattableString.Invariant($"no frame at {keyframe.Timestamp} s"),
                        FormattableString.Invariant($"a time from {options.TimestampStart} s on within the video"), "check the rate and the start of the time axis");
                }
                _found[keyframe] = Rounded(detector.Detect(store, (int)frame, cancellation));
            }
            catch (Exception e) when (IsUnreadable(e))
            {
                trouble = e.Message;
            }
            Report(1, trouble);
        }

        /// <summary>More digits than these say nothing.</summary>
        static KeyframeProposals Rounded(KeyframeProposals found)
        {
            return new(Array.ConvertAll(found.Boxes, b => new Box(Round(b.X1), Round(b.Y1), Round(b.X2), Round(b.Y2))),
                found.Scores is { } scores ? Array.ConvertAll(scores, Round) : null);

            static double Round(double value) => Math.Round(value, Decimals);
        }

        bool IsUnreadable(Exception e) => options.OnError == OnError.Skip && e is FrameStoreException or FrameDecodeException;

        void Report(int done, string? trouble)
        {
            if (trouble is not null) _failures.Add(trouble);
            lock (_reporting) options.Progress?.Report(new(_done += done, _total, trouble));
        }

        double[] Times(IFrameStore store, double fps)
        {
            if (store.LastIndex is not { } last)
                throw new FrameStoreException(store.Path, null, "a video that does not tell its length", "one that does", "name the keyframes, as annotations do");
            List<double> times = [];
            for (int k = 0; Math.Floor(k * options.KeyframeStep * fps + 0.5) + store.FirstIndex <= last; k++)
                times.Add(Math.Round(options.TimestampStart + k * options.KeyframeStep, 6));
            Interlocked.Add(ref _total, times.Count);
            return [.. times];
        }

        IEnumerable<string> All()
        {
            if (!Directory.Exists(options.Source)) return [options.Source];
            string[] videos = [.. SourceVideos.Files(options.Source), .. Directory.EnumerateDirectories(options.Source).Where(d => !Path.GetFileName(d).StartsWith('.'))];
            // A folder of frames is a video itself.
            return videos.Length == 0 && Directory.EnumerateFiles(options.Source).Any() ? [options.Source] : videos.Order(StringComparer.Ordinal);
        }

        string SourceOf(string id) => File.Exists(options.Source) ? options.Source : AvaDataView.SourceOf(options.Source, id);

        static string IdOf(string source) =>
            Directory.Exists(source) ? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(source))) : Path.GetFileNameWithoutExtension(source);

        public PersonDetectionResult Result()
        {
            Proposals proposals = new(_found.OrderBy(f => f.Key.VideoId, StringComparer.Ordinal).ThenBy(f => f.Key.Timestamp));
            return new(PersonLinker.Link(proposals, options.Linker, cancellation), _videos.Count, [.. _failures.Order(StringComparer.Ordinal)]);
        }
    }
}
