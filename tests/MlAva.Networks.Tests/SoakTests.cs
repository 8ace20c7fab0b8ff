using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>Long runs hold no more tensors than short ones, and the garbage collector has no part in the numbers.</summary>
[Collection(TorchTests.Name)]
public sealed class SoakTests : IDisposable
{
    static readonly float[] RoIs = [0, 2, 3, 25, 30, 0, 10, 0, 31, 31, 1, 0, 4, 20, 28];

    // Threads cost so small a network more than they give, most of all on a busy machine.
    readonly int _threads = get_num_threads();

    public SoakTests() => set_num_threads(1);

    [Fact]
    public void Training_holds_as_many_tensors_after_200_steps_as_after_100()
    {
        using Detector detector = Small();
        using Sgd optimizer = new(detector.named_parameters(), new() { MaxGradientNorm = 0.25 });
        Train(detector, optimizer, 100);
        long live = Tensor.TotalCount;
        Train(detector, optimizer, 100);
        Assert.Equal(live, Tensor.TotalCount);
    }

    [Fact]
    public void Scoring_holds_as_many_tensors_after_500_calls_as_after_the_first()
    {
        using Detector detector = Small();
        detector.eval();
        using Tensor input = randn([2, 3, 2, 32, 32]);
        using var noGrad = no_grad();
        Score();
        long live = Tensor.TotalCount;
        for (int i = 0; i < 500; i++) Score();
        Assert.Equal(live, Tensor.TotalCount);

        void Score()
        {
            using Tensor logits = detector.forward(input, RoIs);
            using Tensor scores = detector.Head.Probabilities(logits);
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
            using Detector detector = Small();
            using Sgd optimizer = new(detector.named_parameters(), new() { MaxGradientNorm = 0.25 });
            return Train(detector, optimizer, 200);
        }
    }

    public void Dispose() => set_num_threads(_threads);

    static Detector Small()
    {
        random.manual_seed(5);
        Detector detector = new(new DetectorOptions
        {
            Backbone = new SlowOnlyOptions { Pathway = new() { BaseChannels = 4, StageBlocks = [1, 1, 1, 1] } },
            Head = new() { NumClasses = 9, FocalAlpha = 3, FocalGamma = 1 },
        }.WithMatchingHead());
        detector.train();
        return detector;
    }

    static float[] Train(Detector detector, Sgd optimizer, int steps)
    {
        float[] labels = new float[RoIs.Length / 5 * 9], losses = new float[steps];
        (labels[1], labels[9 + 4], labels[9 + 8]) = (1, 1, 1);
        using Tensor input = randn([2, 3, 2, 32, 32]);
        for (int i = 0; i < steps; i++)
        {
            using Tensor logits = detector.forward(input, RoIs);
            using Tensor loss = ActionLoss.Compute(logits, labels, detector.Options.Head)!.Loss;
            optimizer.ZeroGradients();
            loss.backward();
            optimizer.Step(0.1);
            losses[i] = loss.item<float>();
        }
        return losses;
    }
}
