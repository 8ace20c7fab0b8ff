using System.Text.Json;
using MlAva.Annotations;
using MlAva.Networks;
using MlAva.Persistence;
using TorchSharp;

namespace MlAva.Training;

/// <summary>
/// Everything a training needs to go on as if it had never stopped: weights, momentum, place in the data, history, and the settings and data that it
/// belongs to. One safetensors file, <c>checkpoint.safetensors</c>, replaced as a whole so that a killed run leaves the last good one.
/// </summary>
sealed record TrainingCheckpoint(TrainingIdentity Identity, int Epoch, int Step, IReadOnlyList<TrainingEpoch> History, double EpochLoss, int EpochLossSteps)
{
    public const string FileName = ActionDetectorTrainer.CheckpointFileName;
    const string Model = "model.", Momentum = "momentum.", Key = "mlava_training";

    public static string PathIn(string directory) => Path.Combine(directory, FileName);

    public void Save(string directory, Detector detector, Sgd optimizer)
    {
        Directory.CreateDirectory(directory);
        IEnumerable<KeyValuePair<string, torch.Tensor>> tensors =
            detector.state_dict().Select(p => new KeyValuePair<string, torch.Tensor>(Model + p.Key, p.Value))
            .Concat(optimizer.State().Select(p => new KeyValuePair<string, torch.Tensor>(Momentum + p.Key, p.Value)));
        AtomicFile.Write(PathIn(directory), stream => Safetensors.Write(stream, tensors, new Dictionary<string, string> { [Key] = ModelJson.Write(this) }));
    }

    /// <summary>Loads weights and momentum; nothing is changed when the file does not fit.</summary>
    /// <exception cref="CheckpointFormatException">The file is damaged or belongs to another training.</exception>
    public static TrainingCheckpoint Load(string directory, TrainingIdentity expected, Detector detector, Sgd optimizer)
    {
        string path = PathIn(directory);
        using FileStream stream = File.OpenRead(path);
        using SafetensorsContent content = Safetensors.Read(stream, path);
        if (!content.Metadata.TryGetValue(Key, out string? text)) throw new CheckpointFormatException(path, $"no entry '{Key}'", "a checkpoint written by this trainer");
        TrainingCheckpoint saved = Parse(text, path);
        saved.Identity.MustEqual(expected, path);
        Dictionary<string, torch.Tensor> momentum = Part(Momentum);
        ModuleState.LoadStrict(detector, Part(Model), path);
        optimizer.LoadState(momentum);
        return saved;

        Dictionary<string, torch.Tensor> Part(string prefix) => content.Tensors
            .Where(p => p.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(p => p.Key[prefix.Length..], p => p.Value);
    }

    static TrainingCheckpoint Parse(string text, string path)
    {
        try
        {
            return ModelJson.Read<TrainingCheckpoint>(text);
        }
        catch (JsonException e)
        {
            throw new CheckpointFormatException(path, $"a broken entry '{Key}' ({e.Message})", "a checkpoint written by this version", e);
        }
    }
}
