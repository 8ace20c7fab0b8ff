using MlAva.Video;

namespace MlAva.Training;

/// <summary>From a keyframe to its clip, as <see cref="ClipOptions"/> say. Thread-safe.</summary>
sealed class ClipLoader(ClipOptions options) : IDisposable
{
    readonly FrameStoreCache _stores = new(options.FramesAtSamplingRate());
    readonly ClipSampler _sampler = new(options.Sampling);

    /// <summary>For scoring: no jitter, resized to the short side.</summary>
    public VideoClip Load(KeyframeSample sample, bool repeatKeyframe = false, CancellationToken cancellationToken = default)
    {
        int[] indices = _sampler.Sample(sample.Timestamp);
        if (repeatKeyframe) indices.AsSpan().Fill(indices[indices.Length / 2]);
        return ClipAugmentation.Rescale(_stores.Read(sample.Source, indices, cancellationToken: cancellationToken), options.ShortSide);
    }

    /// <summary>For training: jittered, rescaled, cropped and flipped by chance.</summary>
    public VideoClip LoadAugmented(KeyframeSample sample, ClipRandom random, CancellationToken cancellationToken = default)
    {
        int keyframe = _sampler.Sample(sample.Timestamp)[options.Sampling.ClipLength / 2];
        VideoClip clip = _stores.Read(sample.Source, _sampler.Sample(sample.Timestamp, random), keyframe, cancellationToken);
        return ClipAugmentation.Apply(clip, options.Augmentation.CropSize, ClipAugmentation.Draw(clip.Size, options.Augmentation, random), cancellationToken: cancellationToken);
    }

    public void Dispose() => _stores.Dispose();
}
