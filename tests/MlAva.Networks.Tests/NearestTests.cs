using System.Text.Json;
using MlAva.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>Which frames the slow pathway sees, and how often RoI extraction repeats them (reference specification §2.3, §3.2).</summary>
[Collection(TorchTests.Name)]
public sealed class NearestTests
{
    const string File = "golden/components/interpolate_nearest.json";

    [SharedFact(File)]
    public void The_eager_network_takes_the_reference_frames()
    {
        int compared = 0;
        foreach (JsonElement golden in GoldenJson.Read("interpolate_nearest.json").EnumerateArray())
        {
            int frames = golden.GetProperty("frames").GetInt32();
            long[] own = golden.TryGetProperty("size", out JsonElement size)
                ? Nearest.BySize(frames, size.GetInt32())
                : Nearest.ByRate(frames, (int)Math.Round(1 / golden.GetProperty("scale").GetDouble()));
            Assert.Equal(GoldenJson.Ints(golden.GetProperty("picks")).Select(p => (long)p), own);
            compared++;
        }
        Assert.Equal(109, compared);
    }

    /// <summary>The slow pathway over a long clip gives what it gives over the frames that the reference picks, and nothing but them.</summary>
    [SharedFact(File)]
    public void SlowFast_sees_the_reference_frames_or_says_that_it_cannot()
    {
        int seen = 0, refused = 0;
        foreach (JsonElement golden in GoldenJson.Read("interpolate_nearest.json").EnumerateArray().Where(g => g.TryGetProperty("scale", out _)))
        {
            using DisposeScope scope = NewDisposeScope();
            using var _ = no_grad();
            int frames = golden.GetProperty("frames").GetInt32(), rate = (int)Math.Round(1 / golden.GetProperty("scale").GetDouble());
            Tensor clip = randn([1, 3, frames, 16, 16]);
            using Backbone every = Slow(1), some = Slow(rate);
            ModuleState.LoadStrict(some, every.state_dict(), "the other network");
            if (frames % rate != 0)
            {
                ArgumentException error = Assert.Throws<ArgumentException>(() => some.forward(clip));
                Assert.Contains($"{frames} frames; this network takes a multiple of {rate}", error.Message, StringComparison.Ordinal);
                refused++;
                continue;
            }
            Tensor picked = clip.index_select(2, tensor([.. GoldenJson.Ints(golden.GetProperty("picks")).Select(p => (long)p)], ScalarType.Int64));
            Near.Absolute(every.forward(picked)[0], some.forward(clip)[0], 1e-6);
            seen++;
        }
        Assert.Equal((35, 14), (seen, refused));

        static Backbone Slow(int rate)
        {
            ResNet3dOptions pathway = new() { BaseChannels = 2, StageBlocks = [1] };
            Backbone network = new SlowFastOptions { Slow = pathway, Fast = pathway, ChannelRatio = 1, Lateral = false, ResampleRate = rate, SpeedRatio = rate }.Create();
            network.eval();
            return network;
        }
    }

    [SharedFact(File)]
    public void The_mean_over_time_weighs_frames_as_often_as_the_reference_repeats_them()
    {
        int compared = 0;
        foreach (JsonElement golden in GoldenJson.Read("interpolate_nearest.json").EnumerateArray().Where(g => g.TryGetProperty("size", out _)))
        {
            using DisposeScope scope = NewDisposeScope();
            int frames = golden.GetProperty("frames").GetInt32(), size = golden.GetProperty("size").GetInt32();
            if (size < frames) continue; // only ever brought to the longest pathway's length
            Tensor values = randn([1, 1, frames, 1, 1]);
            float[] each = values.data<float>().ToArray();
            float expected = (float)GoldenJson.Ints(golden.GetProperty("picks")).Average(p => (double)each[p]);
            float joined = new RoIExtractor(new()).Join([values, zeros([1, 1, size, 1, 1])]).data<float>()[0];
            Near.Value(expected, joined, 1e-6, $"mean of {frames} frames repeated to {size}");
            compared++;
        }
        Assert.Equal(15, compared);
    }
}
