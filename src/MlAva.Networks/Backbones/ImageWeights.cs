using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>Inflates an image network's weights into a pathway (reference specification §2.8).</summary>
sealed class ImageWeights(IReadOnlyDictionary<string, Tensor> weights)
{
    readonly List<string> _missing = [], _misshapen = [];
    readonly HashSet<string> _taken = [];

    public StateReport Report() => new(_missing, [.. weights.Keys.Where(k => !_taken.Contains(k))], _misshapen);

    /// <param name="unit">The layer.</param>
    /// <param name="key">Its key within the pathway, such as <c>layer1.0.conv2</c>; also its name in an image network.</param>
    /// <param name="prefix">What stands before the key in the whole network.</param>
    public void Inflate(ConvolutionUnit unit, string key, string prefix)
    {
        bool isDownsample = key.EndsWith(".downsample", StringComparison.Ordinal);
        string convolution = isDownsample ? key + ".0" : key;
        if (!weights.TryGetValue(convolution + ".weight", out Tensor? image))
        {
            _missing.Add(prefix + key);
            return;
        }
        unit.Convolution.DropPreparation();
        using var _ = no_grad();
        if (!InflateKernel(unit.Convolution.Weight, image, convolution, prefix + key)) return;
        if (unit.Normalization is null) return;
        string normalization = isDownsample ? key + ".1" : ReplaceLast(key, "conv", "bn");
        foreach ((string name, Tensor target) in unit.Normalization.state_dict())
        {
            string source = $"{normalization}.{name}";
            if (!weights.TryGetValue(source, out Tensor? value))
            {
                if (name != "num_batches_tracked") _missing.Add($"{prefix}{key}.bn.{name}");
                continue;
            }
            _taken.Add(source);
            target.copy_(value);
        }
    }

    bool InflateKernel(Parameter target, Tensor image, string convolution, string key)
    {
        long[] own = target.shape;
        _taken.Add(convolution + ".weight");
        // More input channels than an image network's come from laterals and lie behind its own.
        if (image.dim() != 4 || image.shape[0] != own[0] || image.shape[1] > own[1] || image.shape[2] != own[3] || image.shape[3] != own[4])
        {
            _misshapen.Add($"{key}: [{string.Join(", ", image.shape)}] in the image network, [{string.Join(", ", own)}] here");
            return false;
        }
        using DisposeScope scope = NewDisposeScope();
        using Scalar share = 1.0 / own[2];
        target.zero_();
        target.narrow(1, 0, image.shape[1]).copy_(image.unsqueeze(2).to(target.dtype, target.device).mul(share).expand(-1, -1, own[2], -1, -1));
        return true;
    }

    static string ReplaceLast(string text, string from, string to) =>
        text.LastIndexOf(from, StringComparison.Ordinal) is >= 0 and int at ? text[..at] + to + text[(at + from.Length)..] : text;
}
