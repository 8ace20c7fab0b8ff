using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MlAva.Networks;

/// <summary>A linear map of vectors [R, C, S] → [R, C', S] whose weight has the shape of a 3-D convolution, [C', C, 1, 1, 1], as checkpoints hold it.</summary>
sealed class PointProjection : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")]
    readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    readonly Parameter _bias;

    public PointProjection(long inputs, long outputs)
        : base(nameof(PointProjection))
    {
        _weight = new Parameter(empty([outputs, inputs, 1, 1, 1]));
        _bias = new Parameter(empty(outputs));
        RegisterComponents();
        InitializeWeights();
    }

    public void InitializeWeights()
    {
        using var _ = no_grad();
        nn.init.kaiming_normal_(_weight, mode: nn.init.FanInOut.FanOut, nonlinearity: nn.init.NonlinearityType.ReLU);
        nn.init.zeros_(_bias);
    }

    public override Tensor forward(Tensor input) => F.conv1d(input, _weight.flatten(2), _bias);
}
