using System.Reflection;
using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlAva.Annotations;
using MlAva.Networks;
using MlAva.Transforms;

namespace MlAva.Cli;

/// <summary>Models on disk.</summary>
static class ModelFile
{
    /// <summary>A context that computes where the user wants it.</summary>
    public static MLContext Context(int? gpu, int? seed = null) => new(seed) { GpuDeviceId = gpu };

    /// <summary>Loads a model.zip.</summary>
    /// <exception cref="FormatException">There is no model; the message says what is there and what was expected.</exception>
    public static ITransformer Load(MLContext context, string path)
    {
        if (Directory.Exists(path)) throw NoModel(path, "a folder");
        if (!File.Exists(path)) throw NoModel(path, "no such file");
        using FileStream stream = File.OpenRead(path);
        try
        {
            return context.Model.Load(stream, out _);
        }
        catch (Exception e) when (IsOfTheFile(e))
        {
            throw NoModel(path, $"no ML.NET model ({Innermost(e).Message.TrimEnd('.')})", e);
        }
    }

    /// <summary>Checks that a model takes keyframes and gives boxes and scores.</summary>
    /// <exception cref="FormatException">It does not.</exception>
    public static void CheckScores(ITransformer model, DataViewSchema input, string path)
    {
        try
        {
            DataViewSchema output = model.GetOutputSchema(input);
            if (output.GetColumnOrNull(AvaColumns.Score) is not null && output.GetColumnOrNull(AvaColumns.PredictedBoxes) is not null) return;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            throw NoModel(path, $"an ML.NET model that does not take keyframes ({e.Message.TrimEnd('.')})", e);
        }
        throw NoModel(path, $"an ML.NET model without the columns {AvaColumns.PredictedBoxes} and {AvaColumns.Score}");
    }

    /// <summary>How the model turns keyframes into clips; null where it does not say.</summary>
    public static ClipOptions? ClipOf(ITransformer model)
    {
        ITransformer[] parts = [.. Parts(model)];
        return parts.OfType<SampleFramesTransformer>().FirstOrDefault() is { } sample
            && parts.OfType<LoadClipTransformer>().FirstOrDefault() is { } load
            ? new() { Sampling = sample.Options.Sampling, Frames = load.Options.Frames } : null;
    }

    /// <summary>Holds the bank of a model that takes long-term features against keyframes, before they are scored.</summary>
    /// <exception cref="FormatException">A file of the bank is missing, or holds something else.</exception>
    /// <exception cref="ArgumentException">The bank's features are of another size, or not those of these videos and times.</exception>
    public static void CheckFeatureBank(ITransformer model, IDataView keyframes)
    {
        foreach (ExtractRoIFeaturesTransformer part in Parts(model).OfType<ExtractRoIFeaturesTransformer>())
            part.CheckFeatureBank(keyframes);
    }

    /// <summary>The same model with its backbone in other numbers; the networks stay the first one's. Null: the model as it is.</summary>
    public static ITransformer InPrecision(ITransformer model, InferencePrecision? precision, bool onCpu)
    {
        Reduced.Warn(precision == InferencePrecision.BFloat16, onCpu);
        return precision is { } chosen ? Prepared(model, before => before with { Precision = chosen }) : model;
    }

    /// <summary>The same model with a rule for frames that cannot be read; the networks stay the first one's.</summary>
    public static ITransformer WithOnError(ITransformer model, OnError onError) => model switch
    {
        ActionDetectorTransformer detector => detector.WithOnError(onError),
        LoadClipTransformer load => load.WithOnError(onError),
        IEnumerable<ITransformer> chain => new TransformerChain<ITransformer>([.. chain.Select(part => WithOnError(part, onError))]),
        _ => model,
    };

    /// <summary>
    /// The same model with faults of the reference mirrored; the networks stay the first one's. Null: the model as it is.
    /// </summary>
    /// <exception cref="ArgumentException">The model is a pipeline, whose steps hold the option themselves.</exception>
    public static ITransformer WithCompatibility(ITransformer model, Compatibility? compatibility) => (model, compatibility) switch
    {
        (_, null) => model,
        (ActionDetectorTransformer detector, { } chosen) => detector.WithCompatibility(chosen),
        (IEnumerable<ITransformer> chain, _) when chain.Count() == 1 => WithCompatibility(chain.Single(), compatibility),
        _ => throw new ArgumentException("--compatibility is given for a composed pipeline; expected a detector. "
            + "To mend: set the option in SampleFrames and ExtractRoIFeatures."),
    };

    static ITransformer Prepared(ITransformer model, Func<InferenceOptions, InferenceOptions> change) => model switch
    {
        ActionDetectorTransformer detector => detector.WithInference(change(detector.RoIFeatures.Options.Inference)),
        ExtractRoIFeaturesTransformer features => features.WithInference(change(features.Options.Inference)),
        IEnumerable<ITransformer> chain => new TransformerChain<ITransformer>([.. chain.Select(part => Prepared(part, change))]),
        _ => model,
    };

    /// <summary>The transformers that a model is made of, as far as they matter here.</summary>
    public static IEnumerable<ITransformer> Parts(ITransformer model) => model switch
    {
        ActionDetectorTransformer detector => [detector.SampleFrames, detector.LoadClip, detector.RoIFeatures],
        IEnumerable<ITransformer> chain => chain.SelectMany(Parts),
        _ => [model],
    };

    static FormatException NoModel(string path, string found, Exception? inner = null) =>
        new($"{path}: found {found}; expected a model.zip. To mend: give the file that 'mlava train' or mlContext.Model.Save wrote", inner);

    /// <summary>ML.NET says in many ways that a file is not what it wrote; a device that is not there is no fault of the file.</summary>
    static bool IsOfTheFile(Exception e) => Innermost(e) is var cause
        && cause is InvalidOperationException or JsonException or TargetInvocationException or InvalidDataException or FormatException
        && !cause.Message.Contains(nameof(MLContext.GpuDeviceId), StringComparison.Ordinal);

    static Exception Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e;

    /// <summary>Saves a model; a killed process leaves the last good file.</summary>
    public static void Save(MLContext context, ITransformer model, DataViewSchema schema, string path) =>
        AtomicFile.Write(path, stream => context.Model.Save(model, schema, stream));
}
