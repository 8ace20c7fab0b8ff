using System.Globalization;
using MlAva.Annotations;
using MlAva.FeatureBanks;
using MlAva.Networks;
using MlAva.Video;
using static TorchSharp.torch;

namespace MlAva.Training;

/// <summary>Builds training batches. Everything random about a sample comes from (seed, epoch, sample), so order and threads do not matter. Thread-safe.</summary>
sealed class TrainingBatcher(
    ActionDetectorOptions options, IReadOnlyList<KeyframeSample> samples, int classes, ulong seed, LongTermSampler? bank, Device device,
    SkippedItems skipped) : IDisposable
{
    // Boxes without a label have no part in the loss. Where nothing before it mixes boxes, they need not be computed; the actor relation
    // head's normalisation over all boxes does (reference specification §10, G36).
    readonly bool _labelledOnly = options.Network.SharedHead is not ActorRelationOptions;
    readonly ClipLoader _loader = new(options.Clip, options.CacheMegabytes);
    readonly BatchMemory _memory = new(device);
    readonly BoxAssigner _assigner = new(options.Assigner);
    readonly BoxSampler _sampler = new(options.Sampler);

    /// <summary>The order of an epoch's samples.</summary>
    public int[] Order(int epoch)
    {
        int[] order = [.. Enumerable.Range(0, samples.Count)];
        ClipRandom.ForItem(seed, epoch, -1).Shuffle<int>(order);
        return order;
    }

    /// <summary>Loads a batch; clips that cannot be read are left out where that is allowed.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="first">The place of the batch's first sample in the epoch's order.</param>
    /// <param name="indices">The samples.</param>
    /// <param name="cancellationToken">Ends the loading.</param>
    public TrainingBatch Load(int epoch, int first, ReadOnlySpan<int> indices, CancellationToken cancellationToken)
    {
        ClipBatch clips = new(_memory, indices.Length, options.Clip.Sampling.ClipLength, _loader.CropSize);
        try
        {
            List<float[]> boxes = [];
            List<float> labels = [];
            List<Half[]> longTerm = [];
            for (int i = 0; i < indices.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                KeyframeSample sample = samples[indices[i]];
                ClipRandom random = options.Clip.Compatibility == Compatibility.MMAction2
                    ? ClipRandom.ForItem(seed, 0, first + i) : ClipRandom.ForItem(seed, epoch, indices[i]);
                if (TryLoad(sample, random, clips, cancellationToken) is not { } geometry) continue;
                SampledBoxes chosen = Choose(sample, geometry, random);
                int kept = _labelledOnly ? chosen.Positives.Length : chosen.Boxes.Length / 4;
                boxes.Add(chosen.Boxes[..(kept * 4)]);
                labels.AddRange(chosen.Labels.AsSpan(0, kept * classes));
                if (bank is not null) longTerm.Add(bank.Sample(sample.VideoId, sample.Timestamp, kept, _ => random));
            }
            return new(clips, Training.RoIs.Join(boxes), [.. labels], bank is null ? null : LongTermSampler.Join(longTerm));
        }
        catch
        {
            clips.Dispose();
            throw;
        }
    }

    ClipGeometry? TryLoad(KeyframeSample sample, ClipRandom random, ClipBatch clips, CancellationToken cancellationToken)
    {
        try
        {
            return _loader.LoadAugmented(sample, random, clips, cancellationToken);
        }
        catch (Exception e) when (options.OnError == OnError.Skip && UnusableFrames.Is(e))
        {
            skipped.Add(KeyOf(sample), e);
            return null;
        }
    }

    /// <summary>What tells a keyframe from others.</summary>
    public static string KeyOf(KeyframeSample sample) =>
        string.Create(CultureInfo.InvariantCulture, $"{sample.VideoId},{sample.Timestamp:R}");

    SampledBoxes Choose(KeyframeSample sample, ClipGeometry geometry, ClipRandom random)
    {
        float[] truths = geometry.ToPixels(sample.Boxes), proposals = geometry.ToPixels(ProposalColumn.Boxes(sample.Proposals)),
            labels = sample.Labels;
        if (options.Clip.Augmentation.DropCroppedBoxes) (truths, labels) = CroppedBoxes.Drop(truths, truths, labels);
        BoxAssignment assignment = _assigner.Assign(proposals, truths);
        return _sampler.Sample(proposals, truths, labels, classes, assignment, new Random((int)(random.NextBits() & int.MaxValue)));
    }

    public void Dispose()
    {
        _loader.Dispose();
        _memory.Dispose();
    }
}
