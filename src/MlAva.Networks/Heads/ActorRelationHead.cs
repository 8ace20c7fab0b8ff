using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MlAva.Networks;

/// <summary>
/// The actor-centric relation network (Sun et al., ECCV 2018): each person's vector is laid beside every place of the image's feature map,
/// and convolutions find what relates them. Reference specification §10.1.
/// </summary>
public sealed class ActorRelationHead : SharedHead
{
    [ComponentName(Name = "conv1")]
    readonly ConvolutionUnit _join;

    [ComponentName(Name = "conv2")]
    readonly ConvolutionUnit _relate;

    [ComponentName(Name = "convs")]
    readonly ModuleList<ConvolutionUnit>? _more;

    /// <param name="options">The settings.</param>
    /// <param name="featureChannels">Channels of the RoI features.</param>
    /// <param name="mapChannels">Channels of the feature map.</param>
    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public ActorRelationHead(ActorRelationOptions options, int featureChannels, int mapChannels)
        : base(nameof(ActorRelationHead))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
        long channels = options.Channels;
        _join = new(featureChannels + mapChannels, channels, ConvolutionShape.Pointwise);
        _relate = new(channels, channels, ConvolutionShape.Same((1, 3, 3), (1, options.Stride, options.Stride)));
        if (options.Convolutions > 1)
        {
            _more = [];
            for (int i = 1; i < options.Convolutions; i++) _more.Add(new(channels, channels, ConvolutionShape.Same((1, 3, 3), (1, 1, 1))));
        }
        RegisterComponents();
    }

    /// <summary>The settings.</summary>
    public ActorRelationOptions Options { get; }

    /// <inheritdoc/>
    public override void InitializeWeights()
    {
        foreach (ConvolutionUnit unit in modules().OfType<ConvolutionUnit>()) unit.InitializeWeights();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor features, Tensor map, ReadOnlyMemory<float> rois, Tensor? longTerm)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(map);
        long channels = _join.Convolution.Weight.shape[1];
        if (features.dim() != 5 || map.dim() != 4 || features.shape[1] + map.shape[1] != channels)
            throw new ArgumentException($"The features are [{string.Join(", ", features.shape)}] and the map [{string.Join(", ", map.shape)}]; expected [R, C, 1, P, P] and [N, C', H, W] with {channels} channels in all.", nameof(features));
        using DisposeScope scope = NewDisposeScope();
        // Without a person there is nothing to normalise over, and in training the statistics would become NaN.
        if (features.shape[0] == 0)
        {
            long[] none = [0, Options.Channels, 1, (map.shape[2] - 1) / Options.Stride + 1, (map.shape[3] - 1) / Options.Stride + 1];
            return zeros(none, map.dtype, map.device).MoveToOuterDisposeScope();
        }
        Tensor actor = F.adaptive_max_pool2d(features.squeeze(2), [1, 1]);
        Tensor context = map.index_select(0, RoIExtractor.Images(rois, map.device));
        Tensor pairs = cat([actor.expand(-1, -1, map.shape[2], map.shape[3]), context], 1);
        // Each RoI is a clip of one frame here.
        FrameBatch relation = _relate.forward(_join.forward(new(pairs.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2), pairs.shape[0])));
        if (_more is not null)
        {
            foreach (ConvolutionUnit unit in _more) relation = unit.forward(relation);
        }
        return relation.ToClips().MoveToOuterDisposeScope();
    }
}
