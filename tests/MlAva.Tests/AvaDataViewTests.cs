using Microsoft.ML;
using Microsoft.ML.Data;
using MlAva.Transforms;
using MlAva.Video;

namespace MlAva.Tests;

public sealed class AvaDataViewTests(SmallSet set) : IClassFixture<SmallSet>
{
    readonly MLContext _context = new(1);

    [Fact]
    public void A_row_is_a_keyframe_with_its_boxes_labels_and_proposals()
    {
        AvaDataView data = set.Load(_context);
        Assert.Equal(10, data.GetRowCount());
        Row first = _context.Data.CreateEnumerable<Row>(data, reuseRowObject: false).First();
        Assert.Equal("video0", first.VideoId);
        Assert.Equal(901, first.Timestamp);
        Assert.Equal(8, first.Boxes.Length);
        Assert.Equal([0, 1, 0, 1, 0, 0, 1, 0], first.Labels);
        Assert.Equal(10, first.Proposals.Length);
        Assert.Equal(0.95f, first.Proposals[9]);
        Assert.Equal(set.Source(0), first.Source);
        Assert.Equal(["", "red", "blue", "move"], data.ClassNames);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    public void Cursors_that_share_the_rows_give_each_row_once(int count)
    {
        AvaDataView data = set.Load(_context);
        List<(long Batch, string Key)> seen = [];
        foreach (DataViewRowCursor cursor in data.GetRowCursorSet(data.Schema, count))
        {
            using (cursor)
            {
                ValueGetter<ReadOnlyMemory<char>> video = cursor.GetGetter<ReadOnlyMemory<char>>(data.Schema[AvaColumns.VideoId]);
                ValueGetter<float> time = cursor.GetGetter<float>(data.Schema[AvaColumns.Timestamp]);
                while (cursor.MoveNext())
                {
                    ReadOnlyMemory<char> id = default;
                    float second = 0;
                    video(ref id);
                    time(ref second);
                    seen.Add((cursor.Batch, $"{id},{second}"));
                }
            }
        }
        Assert.Equal(_context.Data.CreateEnumerable<Row>(data, false).Select(r => $"{r.VideoId},{r.Timestamp}"), seen.OrderBy(s => s.Batch).Select(s => s.Key));
    }

    [Fact]
    public void Shuffling_changes_the_order_and_nothing_else()
    {
        AvaDataView data = set.Load(_context);
        float[] plain = Times(data, null), shuffled = Times(data, new Random(1));
        Assert.NotEqual(plain, shuffled);
        Assert.Equal(plain.Order(), shuffled.Order());
        Assert.Equal(shuffled, Times(data, new Random(1)));
    }

    [Fact]
    public void Clips_are_read_lazily()
    {
        AvaDataView data = set.Load(_context);
        ActionDetectionTransforms transforms = _context.ActionDetection().Transforms;
        IDataView clips = transforms.SampleFrames(4, 1, SmallSet.Fps)
            .Append(transforms.LoadClip(new LoadClipOptions { Frames = new() { Template = FrameTemplate.Parse("missing_%05d.jpg") } }))
            .Fit(data).Transform(data);
        Assert.Equal(10, clips.GetColumn<float>(AvaColumns.Timestamp).Count()); // no frame is touched
        FrameStoreException error = Assert.Throws<FrameStoreException>(() => clips.GetColumn<VideoClip>(AvaColumns.Clip).First());
        Assert.Contains("missing_", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_column_is_named_with_what_makes_it()
    {
        IDataView rows = _context.Data.LoadFromEnumerable([new { Other = 1f }]);
        ArgumentException error = Assert.Throws<ArgumentException>(() => _context.ActionDetection().Transforms.SampleFrames().Fit(rows));
        Assert.Contains("'Timestamp'", error.Message, StringComparison.Ordinal);
        Assert.Contains("LoadAva", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_steps_draw_the_same_on_any_number_of_threads()
    {
        AvaDataView data = set.Load(_context);
        ActionDetectionTransforms transforms = _context.ActionDetection().Transforms;
        IDataView clips = transforms.SampleFrames(4, 1, SmallSet.Fps).Append(transforms.LoadClip()).Append(transforms.RandomRescaleClip(50, 70, 9)).Append(transforms.RandomCropClip(48, 9))
            .Append(transforms.RandomFlipClip(0.5, 9)).Fit(data).Transform(data);
        string[] first = [.. clips.GetColumn<VideoClip>(AvaColumns.Clip).Select(c => c.Geometry.ToString())];
        Assert.Equal(10, first.Length);
        Assert.True(first.Distinct().Count() > 5);
        Dictionary<long, string> split = [];
        foreach (DataViewRowCursor cursor in clips.GetRowCursorSet([clips.Schema[AvaColumns.Clip]], 3))
        {
            using (cursor)
            {
                ValueGetter<VideoClip> getter = cursor.GetGetter<VideoClip>(clips.Schema[AvaColumns.Clip]);
                VideoClip clip = null!;
                while (cursor.MoveNext())
                {
                    getter(ref clip);
                    split[cursor.Batch] = clip.Geometry.ToString();
                }
            }
        }
        Assert.Equal(first, split.OrderBy(p => p.Key).Select(p => p.Value));
    }

    static float[] Times(AvaDataView data, Random? random)
    {
        List<float> times = [];
        using DataViewRowCursor cursor = data.GetRowCursor([data.Schema[AvaColumns.Timestamp]], random);
        ValueGetter<float> getter = cursor.GetGetter<float>(data.Schema[AvaColumns.Timestamp]);
        float value = 0;
        while (cursor.MoveNext())
        {
            getter(ref value);
            times.Add(value);
        }
        return [.. times];
    }

    sealed class Row
    {
        public string VideoId { get; set; } = "";

        public float Timestamp { get; set; }

        public string Source { get; set; } = "";

        public float[] Boxes { get; set; } = [];

        public float[] Labels { get; set; } = [];

        public float[] Proposals { get; set; } = [];
    }
}
