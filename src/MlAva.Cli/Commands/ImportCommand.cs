using System.CommandLine;
using Microsoft.ML;
using MlAva.Annotations;
using MlAva.Checkpoints;
using MlAva.Configs;
using MlAva.Networks;
using MlAva.Transforms;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava import</c>: makes a model, or a checkpoint in another format, of a checkpoint.</summary>
static class ImportCommand
{
    public static Command Create()
    {
        Argument<string> config = new("CONFIG") { Description = "The configuration that the checkpoint was made for: a name ('mlava config list') or a file" };
        Argument<string> checkpoint = new("CHECKPOINT") { Description = "The checkpoint: .pth (zip or older) or .safetensors" };
        Option<string> output = Flags.Required("--out", "model.zip for ML.NET; .pth or .safetensors for the weights alone", "FILE");
        Option<string?> labelMap = Flags.Optional("--label-map", "Label map, so that the model knows its classes' names", "FILE");
        Option<bool> partial = new("--partial") { Description = "Take what fits and start the rest at random, as for a warm start from Kinetics" };
        Option<string[]> set = new("--set") { Description = "Another value for the configuration: path=value, as often as wanted", HelpName = "PATH=VALUE" };
        Option<int?> seed = new("--seed") { Description = "Where chance starts for what the checkpoint lacks", HelpName = "N" };
        return new Verb("import", "Makes a model of a checkpoint of MMAction2 or PyTorch; nothing in the file is executed.",
            "mlava import slowonly_kinetics_pretrained_r50_4x16x1_20e_ava_rgb checkpoints/slowonly_…-40061d5f.pth --out model.zip --label-map ava_action_list_v2.1.pbtxt",
            "mlava import slowfast_kinetics_pretrained_r50_8x8x1_20e_ava_rgb k400.pth --partial --out start.safetensors")
        {
            config, checkpoint, output, labelMap, partial, set, seed,
        }.Does((parsed, terminal, token) =>
        {
            string path = parsed.GetRequiredValue(checkpoint), target = parsed.GetRequiredValue(output);
            string ending = Path.GetExtension(target).ToLowerInvariant();
            if (ending is not (".zip" or ".pth" or ".pt" or ".safetensors"))
                throw new ArgumentException($"--out is '{target}'; expected a file that ends in .zip, .pth, .pt or .safetensors.");
            DetectionConfig chosen = DetectionConfig.Load(parsed.GetRequiredValue(config), parsed.GetValue(set));
            MLContext context = ModelFile.Context(gpu: null, parsed.GetValue(seed));
            CheckHash(path, token);
            token.ThrowIfCancellationRequested();
            CheckpointImportOptions options = new()
            {
                Path = path,
                Network = chosen.Model,
                FeatureBank = chosen.ToFeatureBankSource(),
                Clip = chosen.Clip,
                AllowPartial = parsed.GetValue(partial),
                ClassNames = parsed.GetValue(labelMap) is { } file ? Names(LabelMap.Read(file), chosen) : [],
            };
            using ActionDetectorTransformer model = context.ActionDetection().LoadCheckpoint(options, out StateReport report);
            if (!report.IsComplete) Terminal.Note(report.Describe().TrimEnd());
            if (ending == ".zip") ModelFile.Save(context, model, AvaDataView.SchemaOf(options.ClassNames), target);
            else DetectorCheckpoint.Save(model, target);
            Terminal.WriteResult($"{target}: {chosen.Summary}, {chosen.Model.Head.NumClasses} columns of scores, {report.Loaded} of {report.Total} tensors from {path}");
            return ExitCodes.Fine;
        });
    }

    static void CheckHash(string path, CancellationToken token)
    {
        if (!File.Exists(path)) throw new FileNotFoundException(null, path);
        CheckpointHashResult hash = CheckpointHash.Verify(path, cancellation: token);
        if (hash.Verdict == CheckpointHashVerdict.Differs) throw new CheckpointFormatException(path, $"a content whose SHA-256 begins with {hash.Actual[..8]}", $"{hash.Expected}, which its name tells");
    }

    /// <summary>Names by column of the scores; with custom classes the i-th of them has column i.</summary>
    static string[] Names(LabelMap map, DetectionConfig config)
    {
        string[] names = [.. Enumerable.Repeat("", config.Model.Head.NumClasses)];
        foreach (LabelMapEntry entry in map)
        {
            int column = config.Data.CustomClasses is { } custom ? custom.ToList().IndexOf(entry.Id) + 1 : entry.Id;
            if (column > 0 && column < names.Length) names[column] = entry.Name;
        }
        return names;
    }
}
