using System.Text.Json;

namespace MlAva.Networks;

/// <summary>
/// Reads MMAction2's own description of an AVA model, the dictionary given to its <c>build_model</c>, as JSON (reference specification §1.2–§1.6). What the
/// dictionary leaves out has the reference's default.
/// </summary>
public static class ReferenceModel
{
    /// <param name="model">The dictionary: <c>type</c>, <c>backbone</c>, <c>roi_head</c>, …</param>
    /// <returns>The same network here.</returns>
    /// <exception cref="ArgumentException">A part is missing, is of a kind that is not known here, or has a setting that is not supported here; the message names it.</exception>
    public static DetectorOptions Read(JsonElement model)
    {
        ReferenceDictionary root = new(model, "model");
        root.Require("type", "FastRCNN");
        root.AllowOnly("type", "backbone", "roi_head", "train_cfg", "test_cfg", "pretrained", "init_cfg", "neck", "rpn_head");
        root.RequireNone("neck", "rpn_head");
        ReferenceDictionary roi = root.Part("roi_head");
        roi.Require("type", "AVARoIHead");
        roi.AllowOnly("type", "bbox_roi_extractor", "bbox_head", "shared_head", "train_cfg", "test_cfg", "pretrained", "init_cfg");
        DetectorOptions options = new()
        {
            Backbone = Backbone(root.Part("backbone")),
            RoIExtractor = Extractor(roi.Part("bbox_roi_extractor")),
            // LFBInferHead only collects features; what comes after it is as without.
            SharedHead = roi.Has("shared_head") && roi.Part("shared_head").Text("type") != "LFBInferHead" ? SharedHead(roi.Part("shared_head")) : null,
            Head = Head(roi.Part("bbox_head")),
        };
        options.Validate();
        return options;
    }

    static BackboneOptions Backbone(ReferenceDictionary backbone) => backbone.Text("type") switch
    {
        "ResNet3dSlowOnly" => new SlowOnlyOptions { Pathway = SlowOnly(backbone) },
        "ResNet3dSlowFast" => SlowFast(backbone),
        string other => throw new ArgumentException($"model.backbone.type is '{other}'; expected ResNet3dSlowOnly or ResNet3dSlowFast."),
    };

    static ResNet3dOptions SlowOnly(ReferenceDictionary backbone)
    {
        backbone.Require("lateral", false);
        return Pathway(backbone, stemTime: 1, inflated: 2) with { StemPooling = backbone.Flag("with_pool1", true), FramePooling = backbone.Flag("with_pool2", false) };
    }

    // A pathway's own forward is never called here, so that its with_pool1 and with_pool2 mean nothing.
    static SlowFastOptions SlowFast(ReferenceDictionary backbone)
    {
        backbone.AllowOnly("type", "pretrained", "resample_rate", "speed_ratio", "channel_ratio", "slow_pathway", "fast_pathway", "init_cfg");
        ReferenceDictionary slow = backbone.Part("slow_pathway"), fast = backbone.Part("fast_pathway");
        foreach (ReferenceDictionary pathway in (ReferenceDictionary[])[slow, fast]) pathway.Require("type", "resnet3d");
        bool lateral = slow.Flag("lateral", true);
        fast.RequireGiven("lateral", false);
        return new()
        {
            Slow = Pathway(slow, stemTime: 3, inflated: 0),
            Fast = Pathway(fast, stemTime: 3, inflated: 0),
            ResampleRate = backbone.Int("resample_rate", 8),
            SpeedRatio = backbone.Int("speed_ratio", 8),
            ChannelRatio = backbone.Int("channel_ratio", 8),
            Lateral = lateral,
            LateralNorm = slow.Flag("lateral_norm", false),
            FusionKernel = slow.Int("fusion_kernel", 5),
        };
    }

    /// <param name="p">The pathway's dictionary.</param>
    /// <param name="stemTime">Frames of the stem's kernel, where it is not given.</param>
    /// <param name="inflated">The first stage that is inflated, where that is not given.</param>
    static ResNet3dOptions Pathway(ReferenceDictionary p, int stemTime, int inflated)
    {
        p.AllowOnly(
            "type", "depth", "pretrained", "pretrained2d", "stage_blocks", "in_channels", "num_stages", "base_channels", "out_indices", "spatial_strides", "temporal_strides",
            "dilations", "conv1_kernel", "conv1_stride_s", "conv1_stride_t", "pool1_stride_s", "pool1_stride_t", "with_pool1", "with_pool2", "style", "frozen_stages", "inflate",
            "inflate_style", "conv_cfg", "norm_cfg", "act_cfg", "norm_eval", "with_cp", "non_local", "non_local_cfg", "zero_init_residual", "lateral", "lateral_norm",
            "speed_ratio", "channel_ratio", "fusion_kernel", "init_cfg");
        int stages = p.Int("num_stages", 4);
        p.RequireType("conv_cfg", "Conv3d");
        p.RequireType("act_cfg", "ReLU");
        bool trainsNorm = TrainsNormalization(p);
        if (p.Has("out_indices") && !p.Ints("out_indices", []).SequenceEqual([stages - 1]))
            throw p.Unknown("out_indices", string.Join(", ", p.Ints("out_indices", [])), $"({stages - 1}), the last stage alone");
        IReadOnlyList<int>? blocks = p.Has("stage_blocks") ? p.Ints("stage_blocks", []) : null;
        ResNet3dOptions options = new()
        {
            Depth = p.Int("depth", 50),
            StageBlocks = blocks?.Take(stages).ToArray(),
            BaseChannels = p.Int("base_channels", 64),
            InputChannels = p.Int("in_channels", 3),
            SpatialStrides = p.Ints("spatial_strides", [1, 2, 2, 2]),
            TemporalStrides = p.Ints("temporal_strides", [1, 1, 1, 1]),
            Dilations = p.Ints("dilations", [1, 1, 1, 1]),
            StemKernel = p.Ints("conv1_kernel", [stemTime, 7, 7]),
            StemTemporalStride = p.Int("conv1_stride_t", 1),
            StemSpatialStride = p.Int("conv1_stride_s", 2),
            PoolTemporalStride = p.Int("pool1_stride_t", 1),
            PoolSpatialStride = p.Int("pool1_stride_s", 2),
            Inflate = p.Has("inflate") ? p.PerStage("inflate", stages) : [.. Enumerable.Range(0, stages).Select(i => i >= inflated)],
            InflateStyle = p.Text("inflate_style", "3x1x1") switch
            {
                "3x1x1" => InflateStyle.Kernel3x1x1,
                "3x3x3" => InflateStyle.Kernel3x3x3,
                string other => throw p.Unknown("inflate_style", other, "3x1x1 or 3x3x3"),
            },
            Style = p.Text("style", "pytorch") switch
            {
                "pytorch" => BottleneckStyle.PyTorch,
                "caffe" => BottleneckStyle.Caffe,
                string other => throw p.Unknown("style", other, "pytorch or caffe"),
            },
            FrozenStages = p.Int("frozen_stages", -1),
            NormEval = p.Flag("norm_eval", false),
            FrozenNorm = !trainsNorm,
            ZeroInitResidual = p.Flag("zero_init_residual", true),
        };
        return options with { NonLocal = NonLocal(p, options.Blocks()) };
    }

    static NonLocalOptions? NonLocal(ReferenceDictionary p, IReadOnlyList<int> blocks)
    {
        IReadOnlyList<IReadOnlyList<bool>> where = p.PerBlock("non_local", blocks);
        if (!where.Any(stage => stage.Any(block => block))) return null;
        ReferenceDictionary settings = p.Part("non_local_cfg", optional: true);
        settings.AllowOnly("reduction", "use_scale", "conv_cfg", "norm_cfg", "mode", "sub_sample", "zeros_init");
        settings.RequireType("conv_cfg", "Conv3d");
        if (settings.Has("norm_cfg")) RequireTrainedNormalization(settings);
        return new()
        {
            Blocks = where,
            SubSample = settings.Flag("sub_sample", false),
            UseScale = settings.Flag("use_scale", true),
            Normalize = settings.Has("norm_cfg"),
            Reduction = settings.Int("reduction", 2),
            Mode = settings.Text("mode", "embedded_gaussian") switch
            {
                "embedded_gaussian" => NonLocalMode.EmbeddedGaussian,
                "gaussian" => NonLocalMode.Gaussian,
                "dot_product" => NonLocalMode.DotProduct,
                "concatenation" => NonLocalMode.Concatenation,
                string other => throw settings.Unknown("mode", other, "embedded_gaussian, gaussian, dot_product or concatenation"),
            },
        };
    }

    static RoIExtractorOptions Extractor(ReferenceDictionary e)
    {
        e.Require("type", "SingleRoIExtractor3D");
        e.Require("roi_layer_type", "RoIAlign");
        e.Require("pool_mode", "avg");
        e.AllowOnly(
            "type", "roi_layer_type", "featmap_stride", "output_size", "sampling_ratio", "pool_mode", "aligned", "with_temporal_pool", "temporal_pool_mode", "with_global");
        return new()
        {
            OutputSize = Square(e, "output_size", 16),
            FeatureStride = e.Int("featmap_stride", 16),
            SamplingRatio = e.Int("sampling_ratio", 0),
            Aligned = e.Flag("aligned", true),
            WithTemporalPooling = e.Flag("with_temporal_pool", true),
            TemporalPooling = Temporal(e, "temporal_pool_mode"),
            WithGlobal = e.Flag("with_global", false),
        };
    }

    /// <summary>A side, or a height and the same width.</summary>
    static int Square(ReferenceDictionary part, string key, int absent) => part.Ints(key, [absent]) switch
    {
        [int side] => side,
        [int height, int width] when height == width => height,
        int[] other => throw part.Unknown(key, $"({string.Join(", ", other)})", "a side, or a height and the same width, such as 8 or [8, 8]"),
    };

    /// <summary>Normalisation here is that of PyTorch's defaults; settings that would make it another are refused.</summary>
    /// <returns>Whether its factors and offsets are trained.</returns>
    static bool TrainsNormalization(ReferenceDictionary part)
    {
        if (part.IsNull("norm_cfg")) throw part.Unknown("norm_cfg", "None", "a dictionary, as there is no network without normalisation");
        if (!part.Has("norm_cfg")) return true;
        part.Part("norm_cfg").RequireOnly(
            ("type", ["BN3d", "SyncBN"]), ("requires_grad", [true, false]), ("eps", [1e-5]), ("momentum", [0.1]), ("affine", [true]),
            ("track_running_stats", [true]));
        return part.Part("norm_cfg").Flag("requires_grad", true);
    }

    /// <summary>Where normalisation cannot be kept from being trained.</summary>
    static void RequireTrainedNormalization(ReferenceDictionary part)
    {
        if (!TrainsNormalization(part)) throw part.Unknown("norm_cfg.requires_grad", "False", "True, the only one known here");
    }

    static SharedHeadOptions SharedHead(ReferenceDictionary h)
    {
        switch (h.Text("type"))
        {
            case "ACRNHead":
                h.AllowOnly("type", "in_channels", "out_channels", "stride", "num_convs", "conv_cfg", "norm_cfg", "act_cfg", "init_cfg");
                h.RequireType("conv_cfg", "Conv3d");
                h.RequireType("act_cfg", "ReLU");
                RequireTrainedNormalization(h);
                return new ActorRelationOptions { Channels = h.Int("out_channels"), Convolutions = h.Int("num_convs", 1), Stride = h.Int("stride", 1) };
            case "FBOHead":
                ReferenceDictionary bank = h.Part("lfb_cfg"), fbo = h.Part("fbo_cfg");
                h.AllowOnly("type", "lfb_cfg", "fbo_cfg", "temporal_pool_type", "spatial_pool_type", "pretrained", "init_cfg");
                bank.AllowOnly(
                    "lfb_prefix_path", "max_num_sampled_feat", "window_size", "lfb_channels", "dataset_modes", "device", "lmdb_map_size", "construct_lmdb");
                fbo.AllowOnly(
                    "type", "st_feat_channels", "lt_feat_channels", "latent_channels", "num_st_feat", "num_lt_feat", "num_non_local_layers",
                    "st_feat_dropout_ratio", "lt_feat_dropout_ratio", "pre_activate", "zero_init_out_conv");
                fbo.Require("num_st_feat", 1);
                return new FeatureBankHeadOptions
                {
                    BankChannels = bank.Int("lfb_channels", 2048),
                    WindowSize = bank.Int("window_size", 60),
                    FeaturesPerSecond = bank.Int("max_num_sampled_feat", 5),
                    Operator = fbo.Text("type", "non_local") switch
                    {
                        "non_local" => FeatureBankOperator.NonLocal,
                        "avg" => FeatureBankOperator.Average,
                        "max" => FeatureBankOperator.Max,
                        string other => throw fbo.Unknown("type", other, "non_local, avg or max"),
                    },
                    LatentChannels = fbo.Int("latent_channels", 512),
                    Layers = fbo.Int("num_non_local_layers", 2),
                    PersonDropout = fbo.Number("st_feat_dropout_ratio", 0.2),
                    BankDropout = fbo.Number("lt_feat_dropout_ratio", 0.2),
                    PreActivate = fbo.Flag("pre_activate", true),
                    TemporalPooling = Temporal(h, "temporal_pool_type"),
                    SpatialPooling = Spatial(h, "spatial_pool_type"),
                };
            default:
                throw h.Unknown("type", h.Text("type"), "ACRNHead or FBOHead");
        }
    }

    static ActionHeadOptions Head(ReferenceDictionary h)
    {
        h.Require("type", "BBoxHeadAVA");
        h.AllowOnly(
            "type", "temporal_pool_type", "spatial_pool_type", "in_channels", "focal_gamma", "focal_alpha", "num_classes", "dropout_ratio", "dropout_before_pool", "topk",
            "multilabel", "init_cfg");
        return new()
        {
            InputChannels = h.Int("in_channels", 2048),
            NumClasses = h.Int("num_classes", 81),
            MultiLabel = h.Flag("multilabel", true),
            DropoutRatio = h.Number("dropout_ratio", 0),
            DropoutBeforePooling = h.Flag("dropout_before_pool", true),
            TemporalPooling = Temporal(h, "temporal_pool_type"),
            SpatialPooling = Spatial(h, "spatial_pool_type"),
            FocalAlpha = h.Number("focal_alpha", 1),
            FocalGamma = h.Number("focal_gamma", 0),
            TopK = h.IsNull("topk") ? [] : h.Ints("topk", [3, 5]),
        };
    }

    static TemporalPooling Temporal(ReferenceDictionary part, string key) => part.Text(key, "avg") switch
    {
        "avg" => TemporalPooling.Average,
        "max" => TemporalPooling.Max,
        string other => throw part.Unknown(key, other, "avg or max"),
    };

    static SpatialPooling Spatial(ReferenceDictionary part, string key) => part.Text(key, "max") switch
    {
        "max" => SpatialPooling.Max,
        "avg" => SpatialPooling.Average,
        string other => throw part.Unknown(key, other, "max or avg"),
    };
}
