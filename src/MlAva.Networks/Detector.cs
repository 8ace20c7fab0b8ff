using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// An action detector: clips and boxes in, action logits out. Keys are MMAction2's (<c>backbone.*</c>, <c>roi_head.bbox_head.fc_cls.*</c>),
/// so its checkpoints fit. Not thread-safe.
/// </summary>
public sealed class Detector : nn.Module<Tensor, ReadOnlyMemory<float>, Tensor>
{
    [ComponentName(Name = "backbone")]
    readonly Backbone _backbone;

    [ComponentName(Name = "roi_head")]
    readonly RoIHead _roiHead;

    /// <exception cref="ArgumentException">An option has an impossible value, or the parts do not fit together.</exception>
    public Detector(DetectorOptions options)
        : base(nameof(Detector))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
        _backbone = new SlowOnly(options.Backbone);
        RoIExtractor = new RoIExtractor(options.RoIExtractor);
        _roiHead = new RoIHead(options.Head);
        RegisterComponents();
    }

    /// <summary>The settings.</summary>
    public DetectorOptions Options { get; }

    /// <summary>From clips to feature maps.</summary>
    public Backbone Backbone => _backbone;

    /// <summary>From feature maps to features of boxes.</summary>
    public RoIExtractor RoIExtractor { get; }

    /// <summary>From features of boxes to logits.</summary>
    public ActionHead Head => _roiHead.Head;

    /// <summary>Starts all weights anew from torch's generator (reference specification §2.5).</summary>
    public void InitializeWeights()
    {
        Backbone.InitializeWeights();
        Head.InitializeWeights();
    }

    /// <summary>Features of boxes, before the head.</summary>
    /// <param name="clips">[N, 3, T, H, W] float32, normalised.</param>
    /// <param name="rois">R×5 numbers: clip index, x1, y1, x2, y2 in pixels of the clips.</param>
    /// <returns>[R, C, 1, P, P].</returns>
    public Tensor ExtractRoIFeatures(Tensor clips, ReadOnlyMemory<float> rois)
    {
        using DisposeScope scope = NewDisposeScope();
        return RoIExtractor.Extract(Backbone.forward(clips), rois).MoveToOuterDisposeScope();
    }

    /// <param name="input1">Clips [N, 3, T, H, W] float32, normalised.</param>
    /// <param name="input2">R×5 numbers: clip index, x1, y1, x2, y2 in pixels of the clips.</param>
    /// <returns>Logits [R, classes].</returns>
    public override Tensor forward(Tensor input1, ReadOnlyMemory<float> input2)
    {
        using DisposeScope scope = NewDisposeScope();
        return Head.forward(ExtractRoIFeatures(input1, input2)).MoveToOuterDisposeScope();
    }

    /// <summary>Gives the head the key that MMAction2 gives it.</summary>
    sealed class RoIHead : nn.Module
    {
        [ComponentName(Name = "bbox_head")]
        readonly ActionHead _head;

        public RoIHead(ActionHeadOptions options)
            : base(nameof(RoIHead))
        {
            _head = new ActionHead(options);
            RegisterComponents();
        }

        public ActionHead Head => _head;
    }
}
