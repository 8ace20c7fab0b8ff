using MlAva.FeatureBanks;
using MlAva.Networks;
using MlAva.Video;

namespace MlAva.Training;

/// <summary>Builds training batches. Everything random about a sample comes from (seed, epoch, sample), so order and threads do not matter. Thread-safe.</summary>
sealed class TrainingBatcher(
    ActionDetectorOptions options, IReadOnlyList<KeyframeSample> samples, int classes, ulong seed, LongTermSampler? bank) : IDisposable
{
    // Boxes without a label have no part in the loss. Where nothing before it mixes boxes, they need not be computed; the actor relation
    // head's normalisation over all boxes does (reference specification §10, G36).
    readonly bool _labelledOnly = options.Network.SharedHead is not ActorRelationOptions;
    readonly ClipLoader _loader = new(options.Clip);
    readonly BoxAssigner _assigner = new(options.Assigner);
    readonly BoxSampler _sampler = new(options.Sampler);

    /// <summary>The order of an epoch's samples.</summary>
    public int[] Order(int epoch)
    {
        int[] order = [.. Enumerable.Range(0, samples.Count)];
        ClipRandom.ForItem(seed, epoch, -1).Shuffle<int>(order);
        return order;
    }

    public TrainingBatch Load(int epoch, ReadOnlySpan<int> indices, CancellationToken cancellationToken)
    {
        VideoClip[] clips = new VideoClip[indices.Length];
        float[][] boxes = new float[indices.Length][];
        List<float> labels = [];
        List<Half[]> longTerm = [];
        for (int i = 0; i < indices.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            KeyframeSample sample = samples[indices[i]];
            ClipRandom random = ClipRandom.ForItem(seed, epoch, indices[i]);
            clips[i] = _loader.LoadAugmented(sample, random, cancellationToken);
            SampledBoxes chosen = Choose(sample, clips[i].Geometry, random);
            int kept = _labelledOnly ? chosen.Positives.Length : chosen.Boxes.Length / 4;
            boxes[i] = chosen.Boxes[..(kept * 4)];
            labels.AddRange(chosen.Labels.AsSpan(0, kept * classes));
            if (bank is not null) longTerm.Add(bank.Sample(sample.VideoId, sample.Timestamp, kept, _ => random));
        }
        return new(clips, Training.RoIs.Join(boxes), [.. labels], bank is null ? null : LongTermSampler.Join(longTerm));
    }

    SampledBoxes Choose(KeyframeSample sample, ClipGeometry geometry, ClipRandom random)
    {
        float[] truths = geometry.ToPixels(sample.Boxes), proposals = geometry.ToPixels(ProposalColumn.Boxes(sample.Proposals));
        BoxAssignment assignment = _assigner.Assign(proposals, truths);
        return _sampler.Sample(proposals, truths, sample.Labels, classes, assignment, new Random((int)(random.NextBits() & int.MaxValue)));
    }

    public void Dispose() => _loader.Dispose();
}
