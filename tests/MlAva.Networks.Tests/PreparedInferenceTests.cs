using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>
/// What a prepared detector's scores do not depend on: the clips beside one, the number of threads, the run. And what it holds after many
/// calls: no more than after few.
/// </summary>
[Collection(TorchTests.Name)]
public sealed class PreparedInferenceTests : IDisposable
{
    static readonly float[] First = [0, 2, 3, 25, 30, 0, 10, 0, 40, 31], Second = [0, 4, 20, 28, 45];

    static readonly ResNet3dOptions Pathway = new() { BaseChannels = 32, StageBlocks = [1, 1, 1, 1] };

    static readonly Dictionary<string, DetectorOptions> Shapes = new()
    {
        ["SlowOnly"] = new() { Backbone = new SlowOnlyOptions { Pathway = Pathway } },
        ["non-local"] = new()
        {
            Backbone = new SlowOnlyOptions { Pathway = Pathway with { NonLocal = new() { Blocks = [[false], [true], [true], [false]] } } },
        },
        ["actor relations"] = new()
        {
            Backbone = new SlowFastOptions
            {
                Slow = Pathway, Fast = Pathway with { BaseChannels = 8, StemKernel = [5, 7, 7], Inflate = [true, true, true, true] },
                ChannelRatio = 4, ResampleRate = 4, SpeedRatio = 4,
            },
            SharedHead = new ActorRelationOptions { Channels = 64, Convolutions = 2 },
        },
    };

    readonly int _threads = get_num_threads();

    public static TheoryData<string> Names => [.. Shapes.Keys];

    public void Dispose() => set_num_threads(_threads);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_clip_scores_the_same_beside_another(string shape)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Detector detector = Prepare(shape);
        Tensor one = randn([1, 3, 8, 64, 48]), other = randn([1, 3, 8, 64, 48]);

        float[] alone = [.. Scores(detector, one, First), .. Scores(detector, other, Second)];
        float[] together = Scores(detector, cat([one, other]), [.. First, 1, .. Second.Skip(1)]);

        // Own kernels give the same bits; torch's matrix products, in narrow layers and heads, may add in another order.
        Assert.Equal(alone.Length, together.Length);
        Assert.All(alone.Zip(together), s => Assert.InRange(Math.Abs(s.First - s.Second), 0, 1e-5f));
        Assert.True(alone.Distinct().Count() > alone.Length / 2);
    }

    /// <summary>Of odd numbers of channels, over lines that tiles do not divide: a place must not care which others are in its tile.</summary>
    [Theory]
    [InlineData(8, 30, 26)]
    [InlineData(9, 34, 30)]
    [InlineData(5, 9, 130)]
    public void Own_kernels_give_a_clip_the_same_bits_beside_another(int width, int rows, int columns)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        random.manual_seed(5);
        using Detector detector = new(new DetectorOptions
        {
            Backbone = new SlowOnlyOptions { Pathway = new() { BaseChannels = width, StageBlocks = [1], StemKernel = [3, 5, 5], Dilations = [2, 1, 1, 1] } },
        }.WithMatchingHead());
        Tensor one = randn([1, 3, 3, rows, columns]), other = randn([1, 3, 3, rows, columns]), both = cat([one, other]);
        detector.PrepareForInference(new() { Measure = false });
        Map(one);
        Map(both);
        InferencePlan plan = new([.. detector.InferencePlan.Entries.Select(e => e with { Form = Processor.VectorInstructions.Count > 1 ? ConvolutionForm.Direct : e.Form })]);
        detector.PrepareForInference(new() { Plan = plan });

        float[] alone = [.. Map(one), .. Map(other)];

        Assert.Equal(alone, Map(both));
        Assert.All(detector.InferencePlan.Entries, e => Assert.Equal(plan.Entries[0].Form, e.Form));

        float[] Map(Tensor clips) => detector.Backbone.forward(clips)[0].permute(0, 2, 3, 4, 1).contiguous().data<float>().ToArray();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Two_threads_score_as_one_does(string shape)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor clips = Clips();
        set_num_threads(1);
        float[] one = Run();
        set_num_threads(2);
        float[] two = Run();

        Assert.Equal(one, two);

        float[] Run()
        {
            using Detector detector = Prepare(shape);
            return Scores(detector, clips, First);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_plan_applied_again_gives_the_same_bits(string shape)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor clips = Clips();
        using Detector detector = Prepare(shape, new() { Repetitions = 1 });
        float[] measured = Scores(detector, clips, First);
        InferencePlan plan = detector.InferencePlan;
        using MemoryStream file = new();
        plan.Save(file);
        file.Position = 0;
        InferencePlan kept = InferencePlan.Load(file);

        float[] first = Run(plan), second = Run(kept);

        Assert.Equal(measured, first);
        Assert.Equal(first, second);
        Assert.All(plan.Entries, e => Assert.Contains(kept.Entries, k => (k.Layer, k.Form) == (e.Layer, e.Form)));

        float[] Run(InferencePlan given)
        {
            detector.PrepareForInference(new() { Plan = given });
            float[] scores = Scores(detector, clips, First);
            Assert.Equal(plan.Entries.Select(e => e.Form), detector.InferencePlan.Entries.Select(e => e.Form));
            return scores;
        }
    }

    [Theory]
    [InlineData(InferencePrecision.Float32)]
    [InlineData(InferencePrecision.BFloat16)]
    public void Changing_numbers_of_boxes_leave_no_tensors_behind(InferencePrecision precision)
    {
        set_num_threads(1);
        using var noGrad = no_grad();
        using Detector detector = Prepare("actor relations", new() { Measure = false, Precision = precision });
        using Tensor clips = Clips();
        Score(7); // every number of boxes once: preparations for new shapes are kept
        long live = LiveTensors.Count();
        Score(70);
        // What earlier tests forgot may still go; what these calls forget would be there, since nothing is collected here.
        Assert.InRange(Tensor.TotalCount, 0, live);

        void Score(int calls)
        {
            for (int call = 0; call < calls; call++)
            {
                int boxes = 1 + call % 7;
                float[] rois = [.. Enumerable.Range(0, boxes).SelectMany(i => (float[])[0, i, 2 * i, 20 + 3 * i, 40 + i])];
                Assert.Equal(boxes * 9, Scores(detector, clips, rois).Length);
            }
        }
    }

    static Tensor Clips()
    {
        random.manual_seed(11);
        return randn([1, 3, 8, 64, 48]);
    }

    static Detector Prepare(string shape, InferenceOptions? options = null)
    {
        random.manual_seed(5);
        Detector detector = new((Shapes[shape] with { Head = new() { NumClasses = 9 } }).WithMatchingHead());
        detector.PrepareForInference(options ?? new() { Measure = false });
        return detector;
    }

    static float[] Scores(Detector detector, Tensor clips, float[] rois)
    {
        using Tensor logits = detector.forward(clips, rois);
        using Tensor scores = detector.Head.Probabilities(logits);
        return scores.data<float>().ToArray();
    }
}
