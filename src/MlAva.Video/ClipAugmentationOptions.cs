namespace MlAva.Video;

/// <summary>The training augmentation of all AVA models: random rescale, random crop, random flip (reference specification §7.3–7.5).</summary>
public sealed record ClipAugmentationOptions
{
    /// <summary>The smallest short edge that a clip is resized to.</summary>
    public int ShortEdgeMinimum { get; init; } = 256;

    /// <summary>The largest short edge that a clip is resized to; drawn as often as any other.</summary>
    public int ShortEdgeMaximum { get; init; } = 320;

    /// <summary>Side of the square that is cut out.</summary>
    public int CropSize { get; init; } = 256;

    /// <summary>How likely a clip is mirrored, 0–1.</summary>
    public double FlipProbability { get; init; } = 0.5;

    /// <summary>
    /// Whether labelled boxes that the crop has cut away wholly are left out of training. False as in the reference, which trains on them
    /// although their features are zeros (reference specification §10, G9).
    /// </summary>
    public bool DropCroppedBoxes { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and the legal range.</exception>
    public void Validate()
    {
        Require(CropSize >= 1, nameof(CropSize), CropSize, "at least 1");
        Require(ShortEdgeMinimum >= CropSize, nameof(ShortEdgeMinimum), ShortEdgeMinimum, $"at least CropSize ({CropSize}), or the crop would not fit");
        Require(ShortEdgeMaximum >= ShortEdgeMinimum, nameof(ShortEdgeMaximum), ShortEdgeMaximum, $"at least ShortEdgeMinimum ({ShortEdgeMinimum})");
        Require(FlipProbability is >= 0 and <= 1, nameof(FlipProbability), FlipProbability, "from 0 to 1");
    }

    static void Require(bool holds, string option, object value, string legal)
    {
        if (!holds) throw new ArgumentException(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{option} is {value}; it must be {legal}."));
    }
}
