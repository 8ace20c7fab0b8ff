using MlAva.Networks;
using MlAva.Transforms;
using MlAva.Video;
using static TorchSharp.torch;

namespace MlAva.FeatureBanks;

/// <summary>Takes the long-term features of a keyframe's boxes out of a bank. Thread-safe.</summary>
sealed class LongTermSampler(FeatureBank bank, FeatureBankHeadOptions options)
{
    /// <summary>The bank.</summary>
    public FeatureBank Bank => bank;

    /// <summary>R×S×C numbers for a keyframe's boxes; each box has draws of its own.</summary>
    /// <param name="videoId">The video.</param>
    /// <param name="timestamp">The keyframe, in seconds.</param>
    /// <param name="boxes">How many boxes it has.</param>
    /// <param name="chance">The chance of each box.</param>
    public Half[] Sample(string videoId, float timestamp, int boxes, Func<int, ClipRandom> chance)
    {
        int second = FeatureBank.SecondOf(timestamp), each = options.BankChannels * options.BankFeatures();
        Half[] samples = new Half[checked(boxes * each)];
        for (int box = 0; box < boxes; box++)
        {
            ClipRandom random = chance(box);
            bank.Sample(videoId, second, options, (count, taken) => Draw(random, count, taken), samples.AsSpan(box * each, each));
        }
        return samples;
    }

    /// <summary>
    /// As <see cref="Sample"/>, with chance found by video, second and box: scores do not depend on what was scored before.
    /// </summary>
    public Half[] SampleForScoring(string videoId, float timestamp, int boxes) =>
        Sample(videoId, timestamp, boxes, box => RowRandom.For(0, videoId, timestamp, box));

    /// <summary>The samples of several keyframes as one list.</summary>
    public static Half[] Join(IReadOnlyList<Half[]> samples)
    {
        Half[] all = new Half[samples.Sum(s => s.Length)];
        int at = 0;
        foreach (Half[] part in samples)
        {
            part.CopyTo(all, at);
            at += part.Length;
        }
        return all;
    }

    /// <summary>The samples as the network takes them: [R, C, S] float32; the caller disposes of it.</summary>
    public Tensor ToTensor(Half[] samples, Device device) => FeatureBank.ToTensor(samples, options, device);

    static ArraySegment<int> Draw(ClipRandom random, int count, int taken)
    {
        int[] order = new int[count];
        for (int i = 0; i < count; i++) order[i] = i;
        random.Shuffle(order.AsSpan());
        return new(order, 0, taken);
    }
}
