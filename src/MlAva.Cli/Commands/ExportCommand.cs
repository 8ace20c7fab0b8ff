using System.CommandLine;
using Microsoft.ML;
using MlAva.Checkpoints;
using MlAva.Networks;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava export</c>: writes a model's weights for other programs.</summary>
static class ExportCommand
{
    enum Format
    {
        Auto,
        Pth,
        Safetensors,
    }

    public static Command Create()
    {
        Argument<string> model = new("MODEL") { Description = "model.zip, or a checkpoint (.pth, .safetensors) to be written in another format" };
        Option<string> output = Flags.Required("--out", "The file to write", "FILE");
        Choice<Format> format = new("--format", Format.Auto, "How: for PyTorch, or safetensors; auto goes by the ending of --out");
        return new Verb("export", "Writes a model's weights under MMAction2's names: for PyTorch, or as safetensors.",
            "mlava export model.zip --out detector.pth", "mlava export model.zip --format pth --out detector.pth", "mlava export detector.pth --out detector.safetensors")
        {
            model, output, format,
        }.Does((parsed, terminal, token) =>
        {
            string source = parsed.GetRequiredValue(model), target = parsed.GetRequiredValue(output);
            string ending = Path.GetExtension(target).ToLowerInvariant();
            bool fits = format.Of(parsed) switch
            {
                Format.Pth => ending is ".pth" or ".pt",
                Format.Safetensors => ending is ".safetensors",
                _ => ending is ".pth" or ".pt" or ".safetensors",
            };
            if (!fits)
                throw new ArgumentException($"--out is '{target}'; expected a file that ends in {(format.Of(parsed) == Format.Pth ? ".pth" : format.Of(parsed) == Format.Safetensors ? ".safetensors" : ".pth, .pt or .safetensors")}.");
            int count = IsModel(source) ? FromModel(source, target) : FromCheckpoint(source, target);
            Terminal.WriteResult($"{target}: {count} tensors from {source}");
            return ExitCodes.Fine;
        });
    }

    static int FromModel(string source, string target)
    {
        ITransformer transformer = ModelFile.Load(ModelFile.Context(gpu: null), source);
        using IDisposable? native = transformer as IDisposable;
        DetectorCheckpoint.Save(transformer, target);
        return DetectorCheckpoint.StateOf(transformer).Count;
    }

    static int FromCheckpoint(string source, string target)
    {
        using CheckpointFile file = CheckpointFile.Read(source);
        DetectorCheckpoint.Save(file.Tensors, target);
        return file.Tensors.Count;
    }

    // PyTorch's files are zip archives as well, so the name decides.
    static bool IsModel(string path) => string.Equals(Path.GetExtension(path), ".zip", StringComparison.OrdinalIgnoreCase);
}
