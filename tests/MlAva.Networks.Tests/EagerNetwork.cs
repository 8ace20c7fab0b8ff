using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MlAva.Networks.Tests;

/// <summary>
/// The detector once more, written from its description alone (reference specification §2, §3, §4.1, §10.1) and as plainly as possible:
/// every layer is one call of torch on [N, C, T, H, W], every weight is looked up by its name. It shares no code with the library, so
/// agreement means something.
/// </summary>
/// <param name="options">The shape.</param>
/// <param name="state">Weights and statistics by name.</param>
/// <param name="training">Which normalisations, by the name of their layer, take the batch's statistics; null: none.</param>
sealed class EagerNetwork(DetectorOptions options, IReadOnlyDictionary<string, Tensor> state, Predicate<string>? training = null)
{
    static readonly Scalar One = 1, Epsilon = 1e-5;

    readonly HashSet<string> _used = [];

    /// <summary>Names of the weights and statistics that were looked up.</summary>
    public IReadOnlySet<string> Used => _used;

    /// <summary>Names of the counters of the normalisations that took the batch's statistics.</summary>
    public HashSet<string> BatchesSeen { get; } = [];

    /// <summary>What each layer of the backbone gave, by the reference's names, in the order of the calls.</summary>
    public OrderedDictionary<string, Tensor> Layers { get; } = [];

    /// <summary>Feature maps, slow first.</summary>
    public Tensor[] Backbone(Tensor clips) => options.Backbone is SlowFastOptions slowFast
        ? SlowFast(clips, slowFast)
        : [SinglePathway(clips, ((SlowOnlyOptions)options.Backbone).Pathway)];

    /// <summary>What goes into the action head: [R, C, T, P, P].</summary>
    public Tensor Features(Tensor clips, float[] rois, Tensor? longTerm = null)
    {
        Tensor map = Pooled(Backbone(clips));
        Tensor features = OverBoxes(map, rois);
        return options.SharedHead switch
        {
            null => features,
            ActorRelationOptions relation => ActorRelation(features, map, rois, relation),
            FeatureBankHeadOptions bank => FeatureBank(features, longTerm!, bank),
            _ => throw new InvalidOperationException($"no eager form of {options.SharedHead}"),
        };
    }

    /// <summary>[R, classes].</summary>
    public Tensor Logits(Tensor clips, float[] rois, Tensor? longTerm = null)
    {
        Tensor features = Features(clips, rois, longTerm);
        Tensor still = PoolTime(features, options.Head.TemporalPooling);
        Tensor vectors = PoolSpace(still, options.Head.SpatialPooling).flatten(1);
        return F.linear(vectors, Weight("roi_head.bbox_head.fc_cls.weight"), Weight("roi_head.bbox_head.fc_cls.bias"));
    }

    Tensor SinglePathway(Tensor clips, ResNet3dOptions pathway)
    {
        Tensor x = Stem(clips, pathway, "");
        for (int stage = 0; stage < pathway.Blocks().Count; stage++)
        {
            x = Stage(x, pathway, "", stage);
            if (stage == 0 && pathway.FramePooling) x = F.max_pool3d(x, [2, 1, 1], [2, 1, 1]);
        }
        return x;
    }

    // §2.3
    Tensor[] SlowFast(Tensor clips, SlowFastOptions network)
    {
        int slowRate = network.ResampleRate, fastRate = network.ResampleRate / network.SpeedRatio;
        Tensor slow = Stem(Take(clips, Nearest.ByRate(clips.shape[2], slowRate)), network.Slow, "slow_path.");
        Tensor fast = Stem(Take(clips, Nearest.ByRate(clips.shape[2], fastRate)), network.Fast, "fast_path.");
        int stages = network.Slow.Blocks().Count;
        if (network.Lateral) slow = cat([slow, Lateral(fast, "conv1_lateral")], 1);
        for (int stage = 0; stage < stages; stage++)
        {
            slow = Stage(slow, network.Slow, "slow_path.", stage);
            fast = Stage(fast, network.Fast, "fast_path.", stage);
            if (network.Lateral && stage < stages - 1) slow = cat([slow, Lateral(fast, $"layer{stage + 1}_lateral")], 1);
        }
        return [slow, fast];

        Tensor Lateral(Tensor from, string name) => Unit(
            from, "slow_path." + name, (network.SpeedRatio, 1, 1), ((network.FusionKernel - 1) / 2, 0, 0), normalize: network.LateralNorm,
            activate: network.LateralNorm);
    }

    // §2.1
    Tensor Stem(Tensor x, ResNet3dOptions pathway, string prefix)
    {
        (int t, int h, int w) = (pathway.StemKernel[0], pathway.StemKernel[1], pathway.StemKernel[2]);
        (int stem, int pool) = (pathway.StemSpatialStride, pathway.PoolSpatialStride);
        x = Unit(x, prefix + "conv1", (pathway.StemTemporalStride, stem, stem), ((t - 1) / 2, (h - 1) / 2, (w - 1) / 2));
        return pathway.StemPooling ? Said(prefix + "maxpool", F.max_pool3d(x, [1, 3, 3], [pathway.PoolTemporalStride, pool, pool], [0, 1, 1])) : x;
    }

    Tensor Stage(Tensor x, ResNet3dOptions pathway, string prefix, int stage)
    {
        for (int block = 0; block < pathway.Blocks()[stage]; block++)
            x = Bottleneck(x, pathway, $"{prefix}layer{stage + 1}.{block}", stage, block);
        return x;
    }

    Tensor Bottleneck(Tensor x, ResNet3dOptions pathway, string name, int stage, int block)
    {
        int time = block == 0 ? pathway.TemporalStrides[stage] : 1, space = block == 0 ? pathway.SpatialStrides[stage] : 1,
            dilation = pathway.Dilations[stage];
        bool caffe = pathway.Style == BottleneckStyle.Caffe;
        bool threeInOne = pathway.Inflate[stage] && pathway.InflateStyle == InflateStyle.Kernel3x1x1;
        bool threeInTwo = pathway.Inflate[stage] && pathway.InflateStyle == InflateStyle.Kernel3x3x3;
        (int, int, int) stride = (time, space, space), none = (1, 1, 1);
        Tensor y = Unit(x, name + ".conv1", caffe ? stride : none, (threeInOne ? 1 : 0, 0, 0));
        y = Unit(y, name + ".conv2", caffe ? none : stride, (threeInTwo ? 1 : 0, dilation, dilation), (1, dilation, dilation));
        y = Unit(y, name + ".conv3", none, (0, 0, 0), activate: false);
        bool changes = space != 1 || x.shape[1] != y.shape[1];
        Tensor identity = changes ? Unit(x, name + ".downsample", stride, (0, 0, 0), activate: false) : x;
        Tensor output = Plus(y, identity).relu();
        if (pathway.NonLocal is { } nonLocal && nonLocal.Blocks[stage][block])
            output = NonLocal(output, nonLocal, name + ".non_local_block");
        return Said(name, output);
    }

    // §2.4, and for the other modes Wang et al. with mmcv's names.
    Tensor NonLocal(Tensor x, NonLocalOptions nonLocal, string name)
    {
        long[] s = x.shape;
        long inner = Math.Max(s[1] / nonLocal.Reduction, 1), places = s[2] * s[3] * s[4];
        Tensor values = Projected("g", nonLocal.SubSample).view(s[0], inner, -1);
        Tensor weights;
        if (nonLocal.Mode == NonLocalMode.Gaussian)
        {
            Tensor keys = (nonLocal.SubSample ? Halved(x) : x).view(s[0], s[1], -1);
            weights = x.view(s[0], s[1], -1).transpose(1, 2).matmul(keys).softmax(-1);
        }
        else
        {
            Tensor queries = Projected("theta", false).view(s[0], inner, -1),
                keys = Projected("phi", nonLocal.SubSample).view(s[0], inner, -1);
            if (nonLocal.Mode == NonLocalMode.Concatenation)
            {
                // Every pair laid out, one vector behind the other.
                long others = keys.shape[2];
                Tensor pairs = cat([queries.unsqueeze(3).expand(-1, -1, -1, others), keys.unsqueeze(2).expand(-1, -1, places, -1)], 1);
                weights = F.conv2d(pairs, Weight($"backbone.{name}.concat_project.conv.weight")).relu().squeeze(1);
                weights = Times(weights, 1.0 / others);
            }
            else
            {
                Tensor products = queries.transpose(1, 2).matmul(keys);
                weights = nonLocal.Mode == NonLocalMode.DotProduct ? Times(products, 1.0 / keys.shape[2])
                    : (nonLocal.UseScale ? Times(products, 1 / Math.Sqrt(inner)) : products).softmax(-1);
            }
        }
        Tensor related = weights.matmul(values.transpose(1, 2)).transpose(1, 2).reshape(s[0], inner, s[2], s[3], s[4]);
        bool normalize = nonLocal.Normalize;
        Tensor output = Unit(related, name + ".conv_out", (1, 1, 1), (0, 0, 0), normalize: normalize, activate: false, bias: !normalize);
        return Said(name, Plus(x, output));

        Tensor Projected(string part, bool halve)
        {
            string layer = $"{name}.{part}{(halve ? ".0" : "")}";
            Tensor projected = Unit(x, layer, (1, 1, 1), (0, 0, 0), normalize: false, activate: false, bias: true);
            // mmcv pools g and phi with one and the same layer, which is named after g; its record keeps the last call.
            return halve ? Said($"{name}.g.1", Halved(projected)) : projected;
        }

        static Tensor Halved(Tensor all) => F.max_pool3d(all, [1, 2, 2], [1, 2, 2]);
    }

    // §3.2
    Tensor Pooled(Tensor[] maps)
    {
        long longest = maps.Max(m => m.shape[2]);
        IEnumerable<Tensor> repeated = maps.Select(m => Take(m, Nearest.BySize(m.shape[2], longest)));
        if (options.RoIExtractor.WithTemporalPooling) repeated = repeated.Select(m => PoolTime(m, options.RoIExtractor.TemporalPooling));
        return cat([.. repeated], 1);
    }

    Tensor OverBoxes(Tensor map, float[] rois)
    {
        RoIExtractorOptions extractor = options.RoIExtractor;
        int size = extractor.OutputSize;
        return stack(map.unbind(2).Select(frame =>
        {
            Tensor features = EagerRoIAlign.Apply(frame, rois, size, 1f / extractor.FeatureStride, extractor.SamplingRatio, extractor.Aligned);
            return extractor.WithGlobal ? cat([features, OfImages(F.adaptive_avg_pool2d(frame, [size, size]), rois)], 1) : features;
        }).ToArray(), 2);
    }

    // §10.1
    Tensor ActorRelation(Tensor features, Tensor map, float[] rois, ActorRelationOptions relation)
    {
        Tensor actors = features.amax([2L, 3L, 4L], keepdim: true).expand(-1, -1, 1, map.shape[3], map.shape[4]);
        Tensor x = cat([actors, OfImages(map, rois)], 1);
        x = Unit(x, "conv1", (1, 1, 1), (0, 0, 0), root: "roi_head.shared_head.");
        x = Unit(x, "conv2", (1, relation.Stride, relation.Stride), (0, 1, 1), root: "roi_head.shared_head.");
        for (int i = 0; i < relation.Convolutions - 1; i++) x = Unit(x, $"convs.{i}", (1, 1, 1), (0, 1, 1), root: "roi_head.shared_head.");
        return x;
    }

    Tensor FeatureBank(Tensor features, Tensor longTerm, FeatureBankHeadOptions bank)
    {
        Tensor person = PoolSpace(PoolTime(features, bank.TemporalPooling), bank.SpatialPooling), seen = longTerm.unsqueeze(3).unsqueeze(4);
        Tensor related = bank.Operator switch
        {
            FeatureBankOperator.Average => seen.mean([2L], keepdim: true),
            FeatureBankOperator.Max => seen.amax([2L], keepdim: true),
            _ => Attention(person, seen, bank),
        };
        return cat([person, related], 1);
    }

    Tensor Attention(Tensor person, Tensor seen, FeatureBankHeadOptions bank)
    {
        const string Root = "roi_head.shared_head.fbo.";
        long rows = person.shape[0], channels = bank.LatentChannels;
        Tensor query = Linear(person, Root + "st_feat_conv"), context = Linear(seen, Root + "lt_feat_conv");
        for (int i = 1; i <= bank.Layers; i++)
        {
            string layer = $"{Root}non_local_layer_{i}.";
            Tensor theta = Linear(query, layer + "st_feat_conv.conv").view(rows, channels, 1),
                phi = Linear(context, layer + "lt_feat_conv.conv").view(rows, channels, -1);
            Tensor shares = Times(theta.transpose(1, 2).matmul(phi), 1 / Math.Sqrt(channels)).softmax(-1);
            Tensor values = Linear(context, layer + "global_conv.conv").view(rows, channels, -1);
            Tensor y = values.matmul(shares.transpose(1, 2)).view(rows, channels, 1, 1, 1);
            if (bank.PreActivate) y = Plus(query, Linear(Normalized(y, layer).relu(), layer + "out_conv.conv"));
            else y = Plus(query, Normalized(Linear(y, layer + "out_conv.conv"), layer)).relu();
            query = y;
        }
        return query;

        Tensor Linear(Tensor x, string name) => F.conv3d(x, Weight(name + ".weight"), Weight(name + ".bias"));

        // Over everything but the rows, one weight for each channel.
        Tensor Normalized(Tensor x, string layer)
        {
            Tensor centred = Plus(x, x.mean([1L], keepdim: true).neg()), variance = centred.square().mean([1L], keepdim: true);
            Tensor unit = centred.div(Plus(variance, full_like(variance, Epsilon)).sqrt());
            return Plus(unit.mul(Weight(layer + "ln.weight").unsqueeze(0)), Weight(layer + "ln.bias").unsqueeze(0));
        }
    }

    static Tensor PoolTime(Tensor x, TemporalPooling pooling) =>
        pooling == TemporalPooling.Average ? x.mean([2L], keepdim: true) : x.max(2, keepdim: true).values;

    static Tensor PoolSpace(Tensor x, SpatialPooling pooling) =>
        pooling == SpatialPooling.Average ? x.mean([3L, 4L], keepdim: true) : F.max_pool3d(x, [1, x.shape[3], x.shape[4]]);

    static Tensor OfImages(Tensor perImage, float[] rois) =>
        perImage.index_select(0, tensor([.. rois.Chunk(5).Select(r => (long)r[0])], ScalarType.Int64));

    static Tensor Take(Tensor clips, long[] frames) => clips.index_select(2, tensor(frames, ScalarType.Int64));

    Tensor Unit(
        Tensor x, string name, (long T, long H, long W) stride, (long T, long H, long W) padding,
        (long T, long H, long W)? dilation = null, bool normalize = true,
        bool activate = true, bool bias = false, string root = "backbone.")
    {
        (long T, long H, long W) d = dilation ?? (1, 1, 1);
        string key = root + name;
        x = F.conv3d(
            x, Weight(key + ".conv.weight"), bias ? Weight(key + ".conv.bias") : null, [stride.T, stride.H, stride.W],
            [padding.T, padding.H, padding.W], [d.T, d.H, d.W]);
        if (normalize)
        {
            Tensor mean = Weight(key + ".bn.running_mean"), variance = Weight(key + ".bn.running_var");
            bool ofBatch = training?.Invoke(key) ?? false;
            if (ofBatch) BatchesSeen.Add(key + ".bn.num_batches_tracked");
            x = F.batch_norm(x, mean, variance, Weight(key + ".bn.weight"), Weight(key + ".bn.bias"), ofBatch, momentum: 0.1, eps: 1e-5);
        }
        if (activate) x = x.relu();
        return root == "backbone." ? Said(name, x) : x;
    }

    static Tensor Plus(Tensor a, Tensor b) => a.add(b, One);

    static Tensor Times(Tensor x, double factor)
    {
        using Scalar scalar = factor;
        return x.mul(scalar);
    }

    Tensor Weight(string name)
    {
        _used.Add(name);
        return state[name];
    }

    Tensor Said(string name, Tensor value)
    {
        Layers[name] = value;
        return value;
    }
}
