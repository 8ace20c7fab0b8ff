using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MlAva.Networks;

/// <summary>
/// Long-term feature banks (Wu et al., CVPR 2019): each person's vector, and behind it what the operator makes of the features seen in the
/// half minutes before and after. Reference specification §10.1.
/// </summary>
public sealed class FeatureBankHead : SharedHead
{
    [ComponentName(Name = "fbo")]
    readonly NonLocalOperator? _operator;

    /// <param name="options">The settings.</param>
    /// <param name="featureChannels">Channels of the RoI features.</param>
    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public FeatureBankHead(FeatureBankHeadOptions options, int featureChannels)
        : base(nameof(FeatureBankHead))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
        if (options.Operator == FeatureBankOperator.NonLocal) _operator = new(options, featureChannels);
        RegisterComponents();
    }

    /// <summary>The settings.</summary>
    public FeatureBankHeadOptions Options { get; }

    /// <inheritdoc/>
    public override void InitializeWeights() => _operator?.InitializeWeights();

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There are no long-term features, or not those that the settings ask for.</exception>
    public override Tensor forward(Tensor features, Tensor map, ReadOnlyMemory<float> rois, Tensor? longTerm)
    {
        ArgumentNullException.ThrowIfNull(features);
        long[] expected = [features.shape[0], Options.BankChannels, Options.BankFeatures()];
        if (longTerm is null || !longTerm.shape.SequenceEqual(expected))
        {
            string found = longTerm is null ? "missing" : $"[{string.Join(", ", longTerm.shape)}]";
            throw new ArgumentException($"The long-term features are {found}; this head expects [{string.Join(", ", expected)}], taken from a {nameof(FeatureBank)}.", nameof(longTerm));
        }
        using DisposeScope scope = NewDisposeScope();
        Tensor still = Options.TemporalPooling == TemporalPooling.Average ? features.mean([2L]) : features.max(2).values;
        Tensor person = Options.SpatialPooling == SpatialPooling.Max ? F.adaptive_max_pool2d(still, [1, 1]).flatten(1) : still.mean([2L, 3L]);
        Tensor related = Options.Operator switch
        {
            FeatureBankOperator.Average => longTerm.mean([2L]),
            FeatureBankOperator.Max => longTerm.max(2).values,
            _ => _operator!.forward(person, longTerm),
        };
        return cat([person, related], 1).unsqueeze(2).unsqueeze(3).unsqueeze(4).MoveToOuterDisposeScope();
    }

    /// <summary>Attention from the person's vector [R, C] to the bank's [R, C'', S], layer by layer → [R, latent].</summary>
    sealed class NonLocalOperator : nn.Module<Tensor, Tensor, Tensor>
    {
        [ComponentName(Name = "st_feat_conv")]
        readonly PointProjection _person;

        [ComponentName(Name = "lt_feat_conv")]
        readonly PointProjection _bank;

        readonly FeatureBankHeadOptions _options;
        readonly Layer[] _layers;

        public NonLocalOperator(FeatureBankHeadOptions options, int featureChannels)
            : base(nameof(NonLocalOperator))
        {
            _options = options;
            _person = new(featureChannels, options.LatentChannels);
            _bank = new(options.BankChannels, options.LatentChannels);
            RegisterComponents();
            _layers = new Layer[options.Layers];
            for (int i = 0; i < _layers.Length; i++) register_module($"non_local_layer_{i + 1}", _layers[i] = new(options));
        }

        public void InitializeWeights()
        {
            foreach (PointProjection projection in modules().OfType<PointProjection>()) projection.InitializeWeights();
            foreach (Layer layer in _layers) layer.InitializeNormalization();
        }

        public override Tensor forward(Tensor person, Tensor bank)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor query = F.dropout(_person.forward(person.unsqueeze(2)), _options.PersonDropout, training);
            Tensor context = F.dropout(_bank.forward(bank), _options.BankDropout, training);
            foreach (Layer layer in _layers)
            {
                query = query.add(layer.forward(query, context), Constants.One);
                if (!_options.PreActivate) query = query.relu();
            }
            return query.squeeze(2).MoveToOuterDisposeScope();
        }
    }

    sealed class Layer : nn.Module<Tensor, Tensor, Tensor>
    {
        [ComponentName(Name = "st_feat_conv")]
        readonly Wrapped _query;

        [ComponentName(Name = "lt_feat_conv")]
        readonly Wrapped _key;

        [ComponentName(Name = "global_conv")]
        readonly Wrapped _value;

        [ComponentName(Name = "ln")]
        readonly LayerNorm _normalization;

        [ComponentName(Name = "out_conv")]
        readonly Wrapped _output;

        readonly FeatureBankHeadOptions _options;

        public Layer(FeatureBankHeadOptions options)
            : base(nameof(Layer))
        {
            _options = options;
            long channels = options.LatentChannels;
            _query = new(channels);
            _key = new(channels);
            _value = new(channels);
            _normalization = nn.LayerNorm([channels, 1, 1, 1]);
            _output = new(channels);
            RegisterComponents();
        }

        public void InitializeNormalization()
        {
            using var _ = no_grad();
            nn.init.ones_(_normalization.weight);
            nn.init.zeros_(_normalization.bias);
        }

        // query [R, C, 1], context [R, C, S] → [R, C, 1]
        public override Tensor forward(Tensor query, Tensor context)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor products = _query.forward(query).transpose(1, 2).matmul(_key.forward(context));
            using Scalar scale = 1 / Math.Sqrt(_options.LatentChannels);
            Tensor weights = products.mul(scale).softmax(-1);
            Tensor related = _value.forward(context).matmul(weights.transpose(1, 2));
            related = _options.PreActivate ? _output.forward(Normalized(related).relu()) : Normalized(_output.forward(related));
            return F.dropout(related, _options.LayerDropout, training).MoveToOuterDisposeScope();
        }

        Tensor Normalized(Tensor vectors) => _normalization.forward(vectors.unsqueeze(3).unsqueeze(4)).flatten(2);
    }

    /// <summary>The key <c>conv</c> around a projection.</summary>
    sealed class Wrapped : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = "conv")]
        readonly PointProjection _projection;

        public Wrapped(long channels)
            : base(nameof(Wrapped))
        {
            _projection = new(channels, channels);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => _projection.forward(input);
    }
}
