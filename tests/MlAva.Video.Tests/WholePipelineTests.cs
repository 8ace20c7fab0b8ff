using System.Text.Json;
using MlAva.TestSupport;

namespace MlAva.Video.Tests;

/// <summary>From a keyframe's time to the network's input, all steps of the reference specification §7 in a row, on its own small data set.</summary>
public class WholePipelineTests
{
    static readonly string Folder = SharedData.Root is null ? "" : SharedData.Path("golden/components/dataset");

    [SharedTheory("golden/components/dataset")]
    [InlineData("train", 4)]
    [InlineData("train_custom", 3)]
    [InlineData("test", 5)]
    [InlineData("test_custom", 4)]
    public void Frames_pixels_and_boxes_equal_the_reference_given_its_draws(string set, int count)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, set + ".json")));
        using JsonDocument proposals = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "proposals.json")));
        JsonElement infos = document.RootElement.GetProperty("video_infos");
        int items = 0;
        foreach (JsonElement item in document.RootElement.GetProperty("items").EnumerateArray())
        {
            Queue<JsonElement> draws = new(item.GetProperty("draws").EnumerateArray().Select(d => d.GetProperty("value")));
            int[] jitter = Golden.Ints(draws.Dequeue());
            ClipSampler sampler = new(new() { ClipLength = 4, FrameInterval = 8, Fps = item.GetProperty("fps").GetDouble() });
            double timestamp = item.GetProperty("timestamp").GetDouble();
            bool training = set.StartsWith("train", StringComparison.Ordinal);
            int[] frames = training ? sampler.Sample(timestamp, jitter) : sampler.Sample(timestamp);
            Assert.Equal(Golden.Ints(item.GetProperty("frame_inds")), frames);

            using IFrameStore store = FrameStore.Open(Path.Combine(Folder, item.GetProperty("frame_dir").GetString()!));
            VideoClip clip = store.Read(frames);
            Assert.Equal(Golden.Ints(item.GetProperty("original_shape")), (int[])[clip.Height, clip.Width]);
            clip = training ? Augmented(clip, draws, item.GetProperty("flip").GetBoolean()) : ClipAugmentation.Rescale(clip, 64);
            Assert.Equal(Golden.Ints(item.GetProperty("img_shape")), (int[])[clip.Height, clip.Width]);

            float[] input = ClipNormalizer.Ava.Normalize(clip);
            Assert.Equal(Golden.Ints(item.GetProperty("imgs_shape")), (int[])[3, clip.Frames, clip.Height, clip.Width]);
            Assert.Equal(item.GetProperty("imgs_sum").GetDouble(), input.Sum(v => (double)v), 1e-6 * input.Length);
            string exact = Path.Combine(Folder, $"{set}_{items}_imgs.npy");
            if (File.Exists(exact)) Assert.Equal(Npy.Read<float>(exact).Values, input);

            JsonElement info = infos[item.GetProperty("index").GetInt32()];
            Assert.Equal(Golden.Floats(item.GetProperty("gt_bboxes")), clip.Geometry.ToPixels(Golden.Doubles(info.GetProperty("gt_bboxes"))));
            Assert.Equal(Golden.Floats(item.GetProperty("proposals")), clip.Geometry.ToPixels(Chosen(proposals, item.GetProperty("img_key").GetString()!)));
            items++;
        }

        Assert.Equal(count, items);
        Assert.Equal(set is "train" or "test", File.Exists(Path.Combine(Folder, $"{set}_0_imgs.npy")));
    }

    static VideoClip Augmented(VideoClip clip, Queue<JsonElement> draws, bool flipped)
    {
        int edge = draws.Dequeue().GetInt32(), y = draws.Dequeue().GetInt32(), x = draws.Dequeue().GetInt32();
        bool flip = draws.Dequeue().GetDouble() < 0.5;
        Assert.Equal(flipped, flip);
        return ClipAugmentation.Apply(clip, 48, new(edge, x, y, flip));
    }

    /// <summary>Boxes at least as sure as the smaller of 0.9 and the surest; the whole frame where the file knows nothing of the keyframe (specification §6.4).</summary>
    static double[] Chosen(JsonDocument proposals, string key)
    {
        if (!proposals.RootElement.TryGetProperty(key, out JsonElement list)) return [0, 0, 1, 1];
        double[][] rows = [.. list.EnumerateArray().Select(Golden.Doubles)];
        double threshold = Math.Min(0.9, rows.Max(r => r[4]));
        return [.. rows.Where(r => r[4] >= threshold).SelectMany(r => r[..4])];
    }
}
