using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>Long runs hold no more tensors than short ones, and the garbage collector has no part in the numbers.</summary>
[Collection(TorchTests.Name)]
public sealed class SoakTests : IDisposable
{
    static readonly float[] RoIs = [0, 2, 3, 25, 30, 0, 10, 0, 31, 31, 1, 0, 4, 20, 28];

    // What allocators and the just-in-time compiler may take for themselves (up to 9 MiB seen); a clip lost in each of 500 calls would be
    // 48 MiB.
    const long Margin = 16 << 20;

    static readonly ResNet3dOptions Small = new() { BaseChannels = 4, StageBlocks = [1, 1, 1, 1] };

    static readonly DetectorOptions SlowOnly = new() { Backbone = new SlowOnlyOptions { Pathway = Small } };

    static readonly DetectorOptions SlowFast = new()
    {
        Backbone = new SlowFastOptions
        {
            Slow = Small, Fast = Small with { BaseChannels = 1, StemKernel = [5, 7, 7], Inflate = [true, true, true, true] },
            ChannelRatio = 4, ResampleRate = 4, SpeedRatio = 4,
        },
    };

    static readonly Dictionary<string, DetectorOptions> Shapes = new()
    {
        ["SlowOnly"] = SlowOnly,
        ["SlowOnly, every way of striding"] = new()
        {
            Backbone = new SlowOnlyOptions
            {
                Pathway = Small with
                {
                    TemporalStrides = [1, 2, 1, 1], PoolTemporalStride = 2, StemKernel = [3, 7, 7],
                    InflateStyle = InflateStyle.Kernel3x3x3, Style = BottleneckStyle.Caffe, FrozenStages = 1,
                },
            },
        },
        ["non-local"] = new()
        {
            Backbone = new SlowOnlyOptions { Pathway = Small with { NonLocal = new() { Blocks = [[false], [true], [true], [false]] } } },
        },
        ["SlowFast"] = SlowFast,
        ["SlowFast with context"] = SlowFast with { RoIExtractor = new() { WithGlobal = true, TemporalPooling = TemporalPooling.Max } },
        ["actor relations"] = SlowFast with { SharedHead = new ActorRelationOptions { Channels = 8, Convolutions = 2 } },
        ["feature bank"] = SlowOnly with
        {
            SharedHead = new FeatureBankHeadOptions { BankChannels = 8, WindowSize = 4, LatentChannels = 8 },
        },
    };

    // Threads cost so small a network more than they give, most of all on a busy machine.
    readonly int _threads = get_num_threads();

    public SoakTests() => set_num_threads(1);

    public static TheoryData<string> Names => [.. Shapes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Training_holds_as_many_tensors_and_as_much_memory_after_200_steps_as_after_100(string shape)
    {
        using Detector detector = Create(Shapes[shape]);
        using Sgd optimizer = new(detector.named_parameters(), new() { MaxGradientNorm = 0.25 });
        Train(detector, optimizer, 100);
        AssertFlat(() => Train(detector, optimizer, 100));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Scoring_holds_as_many_tensors_and_as_much_memory_after_600_calls_as_after_100(string shape)
    {
        using Detector detector = Create(Shapes[shape]);
        detector.eval();
        using Tensor input = randn([2, 3, 4, 32, 32]);
        using Tensor? longTerm = LongTerm(detector);
        using var noGrad = no_grad();
        Score(100);
        AssertFlat(() => Score(500));

        void Score(int calls)
        {
            for (int i = 0; i < calls; i++)
            {
                using Tensor logits = detector.forward(input, RoIs, longTerm);
                using Tensor scores = detector.Head.Probabilities(logits);
            }
        }
    }

    [Fact]
    public void Ceaseless_garbage_collection_changes_no_bit_of_200_training_steps()
    {
        float[] undisturbed = Losses();
        using CancellationTokenSource end = new();
        Thread collector = new(() =>
        {
            while (!end.IsCancellationRequested)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                Thread.Sleep(1); // the steps must get on, too
            }
        });
        collector.Start();
        float[] disturbed;
        try
        {
            disturbed = Losses();
        }
        finally
        {
            end.Cancel();
            collector.Join();
        }
        Assert.Equal(undisturbed, disturbed);
        Assert.True(undisturbed[^1] < undisturbed[0]);

        static float[] Losses()
        {
            using Detector detector = Create(Shapes["SlowOnly"]);
            using Sgd optimizer = new(detector.named_parameters(), new() { MaxGradientNorm = 0.25 });
            return Train(detector, optimizer, 200);
        }
    }

    public void Dispose() => set_num_threads(_threads);

    static Detector Create(DetectorOptions shape)
    {
        random.manual_seed(5);
        Detector detector = new((shape with { Head = new() { NumClasses = 9, FocalAlpha = 3, FocalGamma = 1 } }).WithMatchingHead());
        detector.train();
        return detector;
    }

    static Tensor? LongTerm(Detector detector) =>
        detector.Options.SharedHead is FeatureBankHeadOptions bank
            ? randn([RoIs.Length / 5, bank.BankChannels, bank.BankFeatures()]) : null;

    // Tensors at once; memory in one of three rounds, since a heap may once take a region more, but what is forgotten in each call grows in every round.
    static void AssertFlat(Action work)
    {
        long growth = long.MaxValue;
        for (int round = 0; round < 3 && growth > Margin; round++)
        {
            (long live, long memory) = (LiveTensors.Count(), Resident());
            work();
            // What earlier tests forgot may still go; what these calls forget would be there, since nothing is collected before.
            Assert.InRange(Tensor.TotalCount, 0, live);
            growth = Resident() - memory;
        }
        Assert.InRange(growth, long.MinValue, Margin);
    }

    static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Environment.WorkingSet;
    }

    static float[] Train(Detector detector, Sgd optimizer, int steps)
    {
        float[] labels = new float[RoIs.Length / 5 * 9], losses = new float[steps];
        (labels[1], labels[9 + 4], labels[9 + 8]) = (1, 1, 1);
        using Tensor input = randn([2, 3, 4, 32, 32]);
        using Tensor? longTerm = LongTerm(detector);
        for (int i = 0; i < steps; i++)
        {
            using Tensor logits = detector.forward(input, RoIs, longTerm);
            using Tensor loss = ActionLoss.Compute(logits, labels, detector.Options.Head)!.Loss;
            optimizer.ZeroGradients();
            loss.backward();
            optimizer.Step(0.1);
            losses[i] = loss.item<float>();
        }
        return losses;
    }
}
