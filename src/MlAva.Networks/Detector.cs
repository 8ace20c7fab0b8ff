using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// An action detector: clips and boxes in, action logits out. Keys are MMAction2's (<c>backbone.*</c>, <c>roi_head.shared_head.*</c>,
/// <c>roi_head.bbox_head.fc_cls.*</c>), so its checkpoints fit. Not thread-safe.
/// </summary>
public sealed class Detector : nn.Module<Tensor, ReadOnlyMemory<float>, Tensor>
{
    [ComponentName(Name = "backbone")]
    readonly Backbone _backbone;

    [ComponentName(Name = "roi_head")]
    readonly RoIHead _roiHead;

    Preparation? _preparation;

    /// <exception cref="ArgumentException">An option has an impossible value, or the parts do not fit together.</exception>
    public Detector(DetectorOptions options)
        : base(nameof(Detector))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
        _backbone = options.Backbone.Create();
        RoIExtractor = new RoIExtractor(options.RoIExtractor);
        _roiHead = new RoIHead(options);
        RegisterComponents();
    }

    /// <summary>The settings.</summary>
    public DetectorOptions Options { get; }

    /// <summary>From clips to feature maps.</summary>
    public Backbone Backbone => _backbone;

    /// <summary>From feature maps to features of boxes.</summary>
    public RoIExtractor RoIExtractor { get; }

    /// <summary>What relates features of boxes to more than the box; null: nothing.</summary>
    public SharedHead? SharedHead => _roiHead.SharedHead;

    /// <summary>From features of boxes to logits.</summary>
    public ActionHead Head => _roiHead.Head;

    /// <summary>Starts all weights anew from torch's generator (reference specification §2.5).</summary>
    public void InitializeWeights()
    {
        Backbone.InitializeWeights();
        SharedHead?.InitializeWeights();
        Head.InitializeWeights();
    }

    /// <summary>What computes each convolution since <see cref="PrepareForInference"/>, layer by layer and shape by shape as clips came; empty: not prepared.</summary>
    public InferencePlan InferencePlan => IsPrepared ? _preparation!.Plan : new([]);

    /// <summary>Whether a preparation for inference is in force.</summary>
    public bool IsPrepared => _preparation is not null && modules().OfType<Convolution>().All(c => c.IsPrepared);

    /// <summary>
    /// Goes over to evaluation mode and makes scoring fast: normalisation is folded into the convolutions, and each is computed in the form that suits
    /// it. Only forward passes that record no gradients (<c>no_grad</c>, <c>inference_mode</c>) use it. Parameters, and so what is saved,
    /// stay as they are. The preparation is dropped by <c>train()</c>, by loading or initialising weights and by moving the network; after writing into
    /// parameters directly, prepare anew.
    /// </summary>
    /// <param name="options">The settings; null: the defaults, which measure.</param>
    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void PrepareForInference(InferenceOptions? options = null)
    {
        options ??= new();
        options.Validate();
        eval();
        DropPreparation();
        _preparation = new(options);
        ScalarType type = options.Precision == InferencePrecision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        // Units first: what remains are convolutions without normalisation.
        HashSet<Convolution> prepared = [];
        foreach ((string name, nn.Module module) in named_modules())
        {
            if (module is ConvolutionUnit unit && prepared.Add(unit.Convolution)) unit.Prepare(name, _preparation, TypeOf(name));
        }
        foreach ((string name, nn.Module module) in named_modules())
        {
            if (module is Convolution plain && prepared.Add(plain)) plain.Prepare(name, null, _preparation, TypeOf(name));
        }
        ScalarType TypeOf(string name) => name.StartsWith("backbone.", StringComparison.Ordinal) ? type : ScalarType.Float32;
    }

    /// <summary>Back to the network as it was trained; frees what <see cref="PrepareForInference"/> took.</summary>
    public void DropPreparation()
    {
        Convolution.DropPreparations(this);
        _preparation = null;
    }

    /// <inheritdoc/>
    public override (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
    {
        DropPreparation();
        return base.load_state_dict(source, strict, skip);
    }

    /// <summary>Features of boxes as the action head takes them.</summary>
    /// <param name="clips">[N, 3, T, H, W] float32, normalised.</param>
    /// <param name="rois">R×5 numbers: clip index, x1, y1, x2, y2 in pixels of the clips.</param>
    /// <param name="longTerm">For a <see cref="FeatureBankHead"/>: long-term features of each box [R, C, S]; otherwise null.</param>
    /// <returns>[R, C, 1, P, P].</returns>
    public Tensor ExtractRoIFeatures(Tensor clips, ReadOnlyMemory<float> rois, Tensor? longTerm = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor map = RoIExtractor.Join(WideMaps(Backbone.forward(clips)));
        Tensor features = RoIExtractor.Pool(map, rois);
        if (SharedHead is not null) features = SharedHead.forward(features, map, rois, longTerm);
        return features.MoveToOuterDisposeScope();
    }

    // A backbone prepared for bfloat16 gives such maps, while extraction and heads stay in the parameters' own numbers.
    IReadOnlyList<Tensor> WideMaps(IReadOnlyList<Tensor> maps) =>
        _preparation is { Options.Precision: InferencePrecision.BFloat16 } ? [.. maps.Select(m => m.to(ScalarType.Float32))] : maps;

    /// <param name="input1">Clips [N, 3, T, H, W] float32, normalised.</param>
    /// <param name="input2">R×5 numbers: clip index, x1, y1, x2, y2 in pixels of the clips.</param>
    /// <returns>Logits [R, classes].</returns>
    public override Tensor forward(Tensor input1, ReadOnlyMemory<float> input2) => forward(input1, input2, null);

    /// <param name="clips">Clips [N, 3, T, H, W] float32, normalised.</param>
    /// <param name="rois">R×5 numbers: clip index, x1, y1, x2, y2 in pixels of the clips.</param>
    /// <param name="longTerm">For a <see cref="FeatureBankHead"/>: long-term features of each box [R, C, S]; otherwise null.</param>
    /// <returns>Logits [R, classes].</returns>
    public Tensor forward(Tensor clips, ReadOnlyMemory<float> rois, Tensor? longTerm)
    {
        using DisposeScope scope = NewDisposeScope();
        return Head.forward(ExtractRoIFeatures(clips, rois, longTerm)).MoveToOuterDisposeScope();
    }

    /// <summary>Gives the heads the keys that MMAction2 gives them.</summary>
    sealed class RoIHead : nn.Module
    {
        [ComponentName(Name = "shared_head")]
        readonly SharedHead? _sharedHead;

        [ComponentName(Name = "bbox_head")]
        readonly ActionHead _head;

        public RoIHead(DetectorOptions options)
            : base(nameof(RoIHead))
        {
            int map = options.Backbone.OutputChannels().Sum(), features = new RoIExtractor(options.RoIExtractor).OutputChannels(options.Backbone.OutputChannels());
            _sharedHead = options.SharedHead?.Create(features, map);
            _head = new ActionHead(options.Head);
            RegisterComponents();
        }

        public SharedHead? SharedHead => _sharedHead;

        public ActionHead Head => _head;
    }
}
