namespace MlAva.Networks;

/// <summary>What was chosen for one convolution and one shape of its input.</summary>
/// <param name="Layer">The module's name, for example <c>backbone.layer1.0.conv1</c>.</param>
/// <param name="Clips">Clips, N.</param>
/// <param name="Frames">Frames of a clip, T.</param>
/// <param name="Height">Rows of the feature map, H.</param>
/// <param name="Width">Columns of the feature map, W.</param>
/// <param name="Form">The form.</param>
/// <param name="Milliseconds">What the form took when it was measured; null: not measured.</param>
/// <param name="GigaFlop">10⁹ multiplications and additions of the convolution's definition, padding included.</param>
public sealed record InferencePlanEntry(string Layer, int Clips, int Frames, int Height, int Width, ConvolutionForm Form, double? Milliseconds, double GigaFlop);
