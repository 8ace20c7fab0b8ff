using Microsoft.ML;
using MlAva.Annotations;

namespace MlAva.Cli;

/// <summary>Models on disk.</summary>
static class ModelFile
{
    /// <summary>A context that computes where the user wants it.</summary>
    public static MLContext Context(int? gpu, int? seed = null) => new(seed) { GpuDeviceId = gpu };

    /// <summary>Loads a model.zip.</summary>
    /// <exception cref="FormatException">The file is no model; the message says what was expected.</exception>
    public static ITransformer Load(MLContext context, string path)
    {
        using FileStream stream = File.OpenRead(path);
        try
        {
            return context.Model.Load(stream, out _);
        }
        catch (Exception e) when (e is InvalidDataException || e.GetType() == typeof(FormatException))
        {
            throw new FormatException($"{path}: found no ML.NET model ({e.Message}); expected a model.zip. "
                + "To mend: give the file that 'mlava train' or mlContext.Model.Save wrote", e);
        }
    }

    /// <summary>Saves a model; a killed process leaves the last good file.</summary>
    public static void Save(MLContext context, ITransformer model, DataViewSchema schema, string path) =>
        AtomicFile.Write(path, stream => context.Model.Save(model, schema, stream));
}
