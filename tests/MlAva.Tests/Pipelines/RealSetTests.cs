using Microsoft.ML;
using Microsoft.ML.Data;
using MlAva.Annotations;
using MlAva.TestSupport;
using MlAva.Tests.Preparation;
using MlAva.Video;

namespace MlAva.Tests.Pipelines;

/// <summary>
/// Real sets and videos load and sample: every keyframe's clip is there, and frames by seeking are those of sequential decoding.
/// </summary>
public sealed class RealSetTests
{
    readonly MLContext _context = new(1);

    ActionDetectionTransforms Transforms => _context.ActionDetection().Transforms;

    [SharedTheory("ava/nest")]
    [InlineData("train", 4, 0)]
    [InlineData("val", 1, 11)] // its pickle begins at second 12
    public void The_nest_set_loads_and_samples(string split, int videos, int withoutProposals)
    {
        AvaDataView data = _context.ActionDetection().LoadAva(
            Annotation($"ava_{split}_v2.2.csv"), SharedData.Path("ava/nest/rawframes"), Annotation("ava_action_list_v2.2.pbtxt"),
            Annotation($"ava_dense_proposals_{split}.FAIR.recall_93.9.pkl"), Annotation($"ava_{split}_excluded_timestamps_v2.2.csv"));
        Assert.Equal(withoutProposals, data.Dataset.KeyframesWithoutProposals); // 1 in the csv is 0001 in the pickle
        IDataView rows = Transforms.SampleFrames(clipLength: 4, frameInterval: 16, fps: 30, timestampStart: 0).Append(Transforms.LoadClip())
            .Append(Transforms.ResizeClip(64))
            .Append(Transforms.MapBoxes()).Fit(data).Transform(data);

        string[] ids = [.. rows.GetColumn<string>(AvaColumns.VideoId)];
        float[] times = [.. rows.GetColumn<float>(AvaColumns.Timestamp)];
        int[][] indices = [.. rows.GetColumn<int[]>(AvaColumns.FrameIndices)];
        Assert.Equal(videos, ids.Distinct().Count());
        for (int i = 0; i < ids.Length; i++)
        {
            int keyframe = (int)(times[i] * 30) + 1;
            Assert.Equal([Math.Max(keyframe - 32, 0), Math.Max(keyframe - 16, 0), keyframe, keyframe + 16], indices[i]);
        }
        // One keyframe a video is decoded.
        AvaDataView first = data.Where(k => k.Timestamp == times[Array.IndexOf(ids, k.VideoId)]);
        IDataView few = Transforms.SampleFrames(clipLength: 4, frameInterval: 16, fps: 30, timestampStart: 0).Append(Transforms.LoadClip())
            .Append(Transforms.ResizeClip(64))
            .Append(Transforms.MapBoxes()).Fit(first).Transform(first);
        Assert.All(few.GetColumn<VideoClip>(AvaColumns.Clip), c => Assert.Equal((4, new FrameSize(119, 64)), (c.Frames, c.Size)));
        Assert.All(few.GetColumn<float[]>(AvaColumns.PixelBoxes),
            b => Assert.All(b.Index(), v => Assert.InRange(v.Item, 0, v.Index % 2 == 0 ? 119 : 64)));

        static string Annotation(string name) => SharedData.Path("ava/nest/annotations/" + name);
    }

    [SharedTheory("ava/videos")]
    [InlineData("demo.mp4", 28, 340, 256)]
    [InlineData("walk.mkv", 30, 640, 480)]
    [InlineData("bottle-detection.mp4", 29.83, 640, 360)]
    [InlineData("one-by-one-person-detection.mp4", 10, 768, 432)]
    public void Clips_of_real_videos_by_seeking_are_those_of_sequential_decoding(string name, double fps, int width, int height)
    {
        if (!Clips.HasFfmpeg) return; // neither libraries nor programs can be counted on
        string path = SharedData.Path("ava/videos/" + name);
        using IFrameStore store = FrameStore.Open(path);
        Assert.Equal(new FrameSize(width, height), store.Size);
        Assert.Equal(fps, store.Fps!.Value, 0.01);
        const int Checked = 72;
        // Sequentially: one read from the first frame on, by a store of its own.
        VideoClip sequence = store.Read([.. Enumerable.Range(1, Checked)]);
        float[] times = [2f, 0.5f, 1.6f, 0.9f];
        IDataView rows = _context.Data.LoadFromEnumerable(times.Where(t => t * fps < Checked - 8)
            .Select(t => new Keyframe { VideoId = name, Timestamp = t, Source = path }));
        IDataView clips = Transforms.SampleFrames(clipLength: 4, frameInterval: 4, fps: store.Fps.Value, timestampStart: 0)
            .Append(Transforms.LoadClip()).Fit(rows).Transform(rows);
        int seen = 0;
        foreach ((int[] indices, VideoClip clip) in clips.GetColumn<int[]>(AvaColumns.FrameIndices)
            .Zip(clips.GetColumn<VideoClip>(AvaColumns.Clip)))
        {
            foreach ((int i, int frame) in indices.Index())
            {
                Assert.True(sequence.Frame(Math.Max(frame, 1) - 1).SequenceEqual(clip.Frame(i)), $"{name}: frame {frame}");
                seen++;
            }
        }
        Assert.True(seen >= 12, $"{seen} frames were compared");
    }

    [SharedFact("ava/custom_bird")]
    public void A_real_set_in_csv_keys_1_and_pickle_keys_0001_joins()
    {
        string folder = SharedData.Path("ava/custom_bird");
        AvaDataset set = AvaDataset.Load(new()
        {
            AnnotationPath = Path.Combine(folder, "ava_val_v2.1.csv"), LabelMapPath = Path.Combine(folder, "ava_action_list_v2.1.pbtxt"),
            ProposalPath = Path.Combine(folder, "ava_dense_proposals_val.FAIR.recall_93.9.pkl"), OnError = OnError.Skip,
        });
        Assert.Equal(0, set.KeyframesWithoutProposals);
        Assert.Equal(0, set.Skipped.Count);
    }

    sealed class Keyframe
    {
        public string VideoId { get; set; } = "";

        public float Timestamp { get; set; }

        public string Source { get; set; } = "";
    }
}
