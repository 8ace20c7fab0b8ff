using Microsoft.ML;
using MlAva.Networks;
using MlAva.Persistence;
using MlAva.Transforms;
using static TorchSharp.torch;

namespace MlAva.Checkpoints;

/// <summary>A trained model's weights under the names that MMAction2's checkpoints have (reference specification §2.6).</summary>
public static class DetectorCheckpoint
{
    const string Head = "roi_head.bbox_head.";

    /// <summary>Names and tensors of backbone and heads; the tensors stay the model's.</summary>
    /// <param name="model">A detector, or a pipeline that extracts RoI features and scores them.</param>
    /// <exception cref="ArgumentException">The model has no such parts.</exception>
    public static IReadOnlyDictionary<string, Tensor> StateOf(ITransformer model)
    {
        (ExtractRoIFeaturesTransformer features, ScoreActionsTransformer head) = PartsOf(model);
        Dictionary<string, Tensor> state = new(StringComparer.Ordinal);
        foreach ((string name, Tensor value) in features.Detector.state_dict())
        {
            if (!name.StartsWith(Head, StringComparison.Ordinal)) state[name] = value;
        }
        foreach ((string name, Tensor value) in head.Head.state_dict()) state[Head + name] = value;
        return state;
    }

    /// <summary>The shape of a model's network.</summary>
    /// <exception cref="ArgumentException">The model does not extract RoI features and score them.</exception>
    public static DetectorOptions NetworkOf(ITransformer model)
    {
        (ExtractRoIFeaturesTransformer features, ScoreActionsTransformer head) = PartsOf(model);
        return features.Options.Network with { Head = head.Options.Head };
    }

    /// <summary>Writes a model's weights for PyTorch (<c>.pth</c>, <c>.pt</c>) or as <c>.safetensors</c>; a killed process leaves the last good file.</summary>
    /// <param name="model">A detector, or a pipeline that extracts RoI features and scores them.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="ArgumentException">The model has no weights to write, or the path ends otherwise.</exception>
    public static void Save(ITransformer model, string path) => Save(StateOf(model), path, [.. ClassNamesOf(model)]);

    /// <summary>Writes weights for PyTorch (<c>.pth</c>, <c>.pt</c>) or as <c>.safetensors</c>; a killed process leaves the last good file.</summary>
    /// <param name="state">Names and tensors, on any device.</param>
    /// <param name="path">The file.</param>
    /// <param name="classNames">Names of the classes, from column 0 on, for the file's <c>meta</c>; none: it tells none.</param>
    /// <exception cref="ArgumentException">The path ends otherwise, or a tensor has a type that the format does not know.</exception>
    public static void Save(IReadOnlyDictionary<string, Tensor> state, string path, IReadOnlyList<string>? classNames = null)
    {
        Dictionary<string, object?> meta = new() { ["mlava_version"] = typeof(DetectorCheckpoint).Assembly.GetName().Version!.ToString(3) };
        if (classNames is { Count: > 0 }) meta["CLASSES"] = classNames.ToList<object?>();
        CheckpointExport.Write(path, state, meta);
    }

    static IReadOnlyList<string> ClassNamesOf(ITransformer model) => PartsOf(model).Head.Options.ClassNames;

    static (ExtractRoIFeaturesTransformer Features, ScoreActionsTransformer Head) PartsOf(ITransformer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        ITransformer[] parts = [.. ModelParts.Of(model)];
        return parts.OfType<ExtractRoIFeaturesTransformer>().FirstOrDefault() is { } features && parts.OfType<ScoreActionsTransformer>().FirstOrDefault() is { } head
            ? (features, head)
            : throw new ArgumentException($"The model has the parts {string.Join(", ", parts.Select(p => p.GetType().Name))}; expected {nameof(ExtractRoIFeaturesTransformer)} and {nameof(ScoreActionsTransformer)} among them.", nameof(model));
    }
}
