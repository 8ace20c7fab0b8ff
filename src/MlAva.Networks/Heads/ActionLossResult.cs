using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>A training loss and what is logged beside it.</summary>
/// <param name="Loss">Scalar float32, differentiable; the caller disposes of it.</param>
/// <param name="Metrics">Figures over the labelled rows.</param>
public sealed record ActionLossResult(Tensor Loss, ActionMetrics Metrics);
