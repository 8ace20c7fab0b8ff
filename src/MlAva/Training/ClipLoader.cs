using System.Buffers;
using MlAva.Video;

namespace MlAva.Training;

/// <summary>From a keyframe to its clip, as <see cref="ClipOptions"/> say. Thread-safe.</summary>
sealed class ClipLoader(ClipOptions options, int cacheMegabytes = 0) : IDisposable
{
    readonly FrameStoreCache _stores = new(options.FramesAtSamplingRate(), cacheMegabytes);
    readonly ClipSampler _sampler = new(options.Sampling);
    volatile int _decodedBytes = 1;

    /// <summary>The size of clips for training.</summary>
    public FrameSize CropSize { get; } = new(options.Augmentation.CropSize, options.Augmentation.CropSize);

    /// <summary>For scoring: no jitter, resized to the short side.</summary>
    public VideoClip Load(KeyframeSample sample, bool repeatKeyframe = false, CancellationToken cancellationToken = default)
    {
        int[] indices = _sampler.Sample(sample.Timestamp);
        if (repeatKeyframe) indices.AsSpan().Fill(indices[indices.Length / 2]);
        return ClipAugmentation.Rescale(_stores.Read(sample.Source, indices, cancellationToken: cancellationToken), options.ShortSide);
    }

    /// <summary>
    /// For training: jittered, rescaled, cropped and flipped by chance, and added to a batch. Frames as decoded and the crop lie in memory
    /// of a pool, so that clips leave no garbage to speak of.
    /// </summary>
    /// <returns>What maps boxes onto the clip.</returns>
    public ClipGeometry LoadAugmented(
        KeyframeSample sample, ClipRandom random, ClipBatch batch, CancellationToken cancellationToken = default)
    {
        int keyframe = _sampler.Sample(sample.Timestamp)[options.Sampling.ClipLength / 2];
        int[] indices = _sampler.Sample(sample.Timestamp, random);
        IFrameStore store = _stores.Open(sample.Source);
        // What clips needed so far; a larger one allocates once. The store's size is not asked for: its first frame may be the broken one.
        byte[] decoded = ArrayPool<byte>.Shared.Rent(_decodedBytes);
        byte[] cropped = ArrayPool<byte>.Shared.Rent(VideoClip.ByteCount(indices.Length, CropSize));
        try
        {
            VideoClip clip = FrameStoreCache.Read(store, indices, keyframe, decoded, cancellationToken);
            if (clip.Pixels.Length > _decodedBytes) _decodedBytes = clip.Pixels.Length;
            AugmentationDraw draw = ClipAugmentation.Draw(clip.Size, options.Augmentation, random);
            VideoClip result = ClipAugmentation.Apply(clip, CropSize.Width, draw, cropped, cancellationToken: cancellationToken);
            batch.Add(result);
            return result.Geometry;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(cropped);
            ArrayPool<byte>.Shared.Return(decoded);
        }
    }

    public void Dispose() => _stores.Dispose();
}
