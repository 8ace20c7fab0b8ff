using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MlAva.Networks;

/// <summary>Features of boxes from a backbone's maps: pooling over time, joining pathways, RoIAlign (reference specification §3.2).</summary>
public sealed class RoIExtractor
{
    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public RoIExtractor(RoIExtractorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
    }

    /// <summary>The settings.</summary>
    public RoIExtractorOptions Options { get; }

    /// <summary>Channels of the result for pathways with these channels.</summary>
    public int OutputChannels(IEnumerable<int> pathways) => pathways.Sum() * (Options.WithGlobal ? 2 : 1);

    /// <summary>Pools features over boxes.</summary>
    /// <param name="features">One map [N, C, T, H, W] for each pathway, slow first; all with the same N, H and W.</param>
    /// <param name="rois">R×5 numbers: image index, x1, y1, x2, y2 in pixels of the network's input.</param>
    /// <returns>[R, C, T', P, P] with the pathways' channels one after another, then (<see cref="RoIExtractorOptions.WithGlobal"/>) those of the whole map.</returns>
    public Tensor Extract(IReadOnlyList<Tensor> features, ReadOnlyMemory<float> rois)
    {
        ArgumentNullException.ThrowIfNull(features);
        using DisposeScope scope = NewDisposeScope();
        return Pool(Join(features), rois).MoveToOuterDisposeScope();
    }

    /// <summary>Joins feature maps into one.</summary>
    /// <param name="features">One map [N, C, T, H, W] for each pathway, slow first; all with the same N, H and W.</param>
    /// <returns>[N, ΣC, H, W]; without <see cref="RoIExtractorOptions.WithTemporalPooling"/> [N, ΣC, T, H, W], T the longest pathway's.</returns>
    public Tensor Join(IReadOnlyList<Tensor> features)
    {
        ArgumentNullException.ThrowIfNull(features);
        using DisposeScope scope = NewDisposeScope();
        long longest = features.Max(f => f.shape[2]);
        Tensor[] pooled = [.. features.Select(f => Options.WithTemporalPooling ? PoolTime(f, longest) : Repeated(f, longest))];
        Tensor map = pooled.Length == 1 ? pooled[0] : cat(pooled, 1);
        return map.MoveToOuterDisposeScope();
    }

    /// <summary>Pools a map over boxes.</summary>
    /// <param name="map">[N, C, H, W] or [N, C, T, H, W], from <see cref="Join"/>.</param>
    /// <param name="rois">R×5 numbers: image index, x1, y1, x2, y2 in pixels of the network's input.</param>
    /// <returns>[R, C, T, P, P] (T = 1 without a time axis), with <see cref="RoIExtractorOptions.WithGlobal"/> twice the channels.</returns>
    public Tensor Pool(Tensor map, ReadOnlyMemory<float> rois)
    {
        ArgumentNullException.ThrowIfNull(map);
        using DisposeScope scope = NewDisposeScope();
        // Boxes lie alike over all frames, so frames are as good as channels.
        bool hasTime = map.dim() == 5;
        long frames = hasTime ? map.shape[2] : 1;
        if (hasTime) map = map.flatten(1, 2);
        Tensor result = Unfolded(RoIAlign.Apply(map, rois, (Options.OutputSize, Options.OutputSize), 1f / Options.FeatureStride, Options.SamplingRatio, Options.Aligned));
        if (Options.WithGlobal)
        {
            Tensor whole = F.adaptive_avg_pool2d(map, [Options.OutputSize, Options.OutputSize]);
            result = cat([result, Unfolded(whole.index_select(0, Images(rois, map.device)))], 1);
        }
        return result.MoveToOuterDisposeScope();

        Tensor Unfolded(Tensor grid) => grid.reshape(grid.shape[0], grid.shape[1] / frames, frames, grid.shape[2], grid.shape[3]);
    }

    /// <summary>The image of each RoI.</summary>
    internal static Tensor Images(ReadOnlyMemory<float> rois, Device device)
    {
        long[] images = new long[rois.Length / 5];
        for (int r = 0; r < images.Length; r++) images[r] = (long)rois.Span[r * 5];
        using Tensor onCpu = tensor(images, ScalarType.Int64);
        return onCpu.to(device, copy: true);
    }

    // The reference first repeats a shorter pathway's frames to the longest one's length. That never changes a maximum, and a mean only
    // where the lengths do not divide: some frames are then repeated more often than others.
    Tensor PoolTime(Tensor map, long longest)
    {
        // Channels last, as backbones leave them: along time that is a sum of whole frames.
        using Tensor frames = map.permute(0, 2, 3, 4, 1);
        if (Options.TemporalPooling == TemporalPooling.Max) return frames.max(1).values.permute(0, 3, 1, 2);
        long own = map.shape[2];
        if (longest % own == 0) return frames.mean([1L]).permute(0, 3, 1, 2);
        return Repeated(map, longest).mean([2L]);
    }

    static Tensor Repeated(Tensor map, long longest)
    {
        long own = map.shape[2];
        if (own == longest) return map;
        using Tensor frames = tensor([.. Enumerable.Range(0, (int)longest).Select(i => i * own / longest)], ScalarType.Int64);
        return map.index_select(2, frames.to(map.device));
    }
}
