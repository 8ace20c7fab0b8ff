using System.Text.Json;
using MlAva.TestSupport;

namespace MlAva.Video.Tests;

public class ClipSamplerTests
{
    [SharedFact("golden/components/sample_ava_frames.json")]
    public void Indices_equal_the_reference_with_its_draws()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(SharedData.Path("golden/components/sample_ava_frames.json")));
        int count = 0;
        foreach (JsonElement item in document.RootElement.EnumerateArray())
        {
            JsonElement draw = item.GetProperty("draws")[0];
            ClipSampler sampler = new(new()
            {
                ClipLength = item.GetProperty("clip_len").GetInt32(),
                FrameInterval = item.GetProperty("frame_interval").GetInt32(),
                Fps = item.GetProperty("fps").GetDouble(),
                TimestampStart = item.GetProperty("timestamp_start").GetDouble(),
                StartIndex = item.GetProperty("start_index").GetInt32(),
                FirstFrame = item.GetProperty("shot_info")[0].GetInt32(),
                LastFrame = item.GetProperty("shot_info")[1].GetInt32() - 1,
            });
            double timestamp = item.GetProperty("timestamp").GetDouble();
            int[] expected = Golden.Ints(item.GetProperty("frame_inds"));
            int[] found = item.GetProperty("test_mode").GetBoolean()
                ? sampler.Sample(timestamp)
                : sampler.Sample(timestamp, Golden.Ints(draw.GetProperty("value")));
            Assert.Equal(expected, found);
            Assert.Equal((draw.GetProperty("args")[0].GetInt32(), draw.GetProperty("args")[1].GetInt32()), (sampler.JitterMinimum, sampler.JitterExclusiveMaximum));
            count++;
        }

        Assert.Equal(72, count);
    }

    [Theory] // Reference specification §11.
    [InlineData(4, 16, 902, 29, 77)]
    [InlineData(8, 8, 902, 29, 85)]
    [InlineData(32, 2, 902, 29, 91)]
    [InlineData(4, 16, 1798, 26909, 26957)]
    [InlineData(8, 8, 1798, 26909, 26965)]
    [InlineData(32, 2, 1798, 26909, 26971)]
    public void The_published_settings_give_the_published_frames(int length, int interval, double timestamp, int first, int last)
    {
        int[] frames = new ClipSampler(new() { ClipLength = length, FrameInterval = interval }).Sample(timestamp);
        Assert.Equal(Enumerable.Range(0, length).Select(i => first + i * interval), frames);
        Assert.Equal(last, frames[^1]);
    }

    [Fact]
    public void Frames_beyond_the_bounds_repeat_the_edge()
    {
        ClipSampler sampler = new(new() { ClipLength = 4, FrameInterval = 16 });
        Assert.Equal([0, 0, 1, 17], sampler.Sample(900));
        Assert.Equal([1, 1, 1, 17], sampler.Sample(900, new FrameRange(1, 602)));
        Assert.Equal([29, 40, 40, 40], sampler.Sample(902, new FrameRange(1, 40)));
        Assert.Equal([26979, 26995, 26999, 26999], sampler.Sample(1800.3333333333333));
    }

    [Theory]
    [InlineData(17, 511)]
    [InlineData(17.5, 526)]
    [InlineData(5.016949, 152)] // 150.508 rounds to 151
    [InlineData(0.05, 3)] // 1.5 rounds up
    public void Fractional_seconds_take_the_nearest_frame(double timestamp, int centre) =>
        Assert.Equal(centre, new ClipSampler(new() { ClipLength = 1, FrameInterval = 1, TimestampStart = 0 }).Sample(timestamp)[0]);

    [Fact]
    public void Fractional_rates_are_allowed()
    {
        ClipSampler sampler = new(new() { ClipLength = 2, FrameInterval = 1, Fps = 29.97, TimestampStart = 0, TimestampEnd = 10 });
        Assert.Equal([300 - 2, 300 - 2], sampler.Sample(10)); // 299.7 frames: the last whole one is index 298
        Assert.Equal([150, 151], sampler.Sample(5));
    }

    [Fact]
    public void Jitter_is_repeatable_stays_in_its_range_and_reaches_both_ends()
    {
        ClipSampler sampler = new(new() { ClipLength = 32, FrameInterval = 3 });
        int[] centre = sampler.Sample(1200);
        HashSet<int> seen = [];
        for (ulong seed = 0; seed < 20; seed++)
        {
            int[] frames = sampler.Sample(1200, new ClipRandom(seed));
            Assert.Equal(frames, sampler.Sample(1200, new ClipRandom(seed)));
            seen.UnionWith(frames.Zip(centre, (a, b) => a - b));
        }

        Assert.Equal([-2, -1, 0, 1], seen.Order());
    }

    [Fact]
    public void Wrong_options_are_named()
    {
        Assert.Contains("ClipLength", Assert.Throws<ArgumentException>(() => new ClipSampler(new() { ClipLength = 0 })).Message, StringComparison.Ordinal);
        Assert.Contains("FrameInterval", Assert.Throws<ArgumentException>(() => new ClipSampler(new() { FrameInterval = 0 })).Message, StringComparison.Ordinal);
        Assert.Contains("Fps", Assert.Throws<ArgumentException>(() => new ClipSampler(new() { Fps = double.NaN })).Message, StringComparison.Ordinal);
        Assert.Contains("TimestampEnd", Assert.Throws<ArgumentException>(() => new ClipSampler(new() { TimestampEnd = 900 })).Message, StringComparison.Ordinal);
        Assert.Contains("LastFrame", Assert.Throws<ArgumentException>(() => new ClipSampler(new() { FirstFrame = 5, LastFrame = 4 })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClipSampler().Sample(double.NaN));
        Assert.Throws<ArgumentException>(() => new ClipSampler().Sample(902, [1, 2, 3]));
    }
}
