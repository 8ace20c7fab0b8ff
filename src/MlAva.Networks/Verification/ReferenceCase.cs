using System.Text.Json;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// A folder of numbers computed by the reference implementation: <c>config.json</c> with the model's dictionary, <c>checkpoint.pth</c>, inputs and
/// expected arrays.
/// </summary>
public sealed class ReferenceCase
{
    /// <summary>Opens a case; its arrays are read when asked for.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">It has no <c>config.json</c>.</exception>
    /// <exception cref="CheckpointFormatException"><c>config.json</c> is no JSON, or describes a model that is not known here.</exception>
    public ReferenceCase(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"{folder}: no such folder. To mend: give the folder of a reference case, which holds config.json, checkpoint.pth and arrays.");
        Folder = folder;
        Name = NameOf(folder);
        Config = Json("config.json");
        try
        {
            if (!Config.TryGetProperty("model", out JsonElement model)) throw new ArgumentException("there is no dictionary 'model'");
            Options = WithoutDropout(ReferenceModel.Read(model));
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            throw new CheckpointFormatException(Path("config.json"), e.Message.TrimEnd('.'), "the description of an AVA model of MMAction2 0.x under 'model'", e);
        }
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The folder's own name.</summary>
    public string Name { get; }

    /// <summary>The content of <c>config.json</c>.</summary>
    public JsonElement Config { get; }

    /// <summary>The network that the case was computed with; without dropout, since nothing in a case is drawn at random.</summary>
    public DetectorOptions Options { get; }

    static DetectorOptions WithoutDropout(DetectorOptions options) => options with
    {
        Head = options.Head with { DropoutRatio = 0 },
        SharedHead = options.SharedHead is FeatureBankHeadOptions bank ? bank with { PersonDropout = 0, BankDropout = 0, LayerDropout = 0 } : options.SharedHead,
    };

    /// <summary>The name of the case in a folder, whether it can be read or not: the folder's own.</summary>
    public static string NameOf(string folder) => System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(folder)));

    /// <summary>The path of one of its files.</summary>
    public string Path(string file) => System.IO.Path.Combine(Folder, file);

    /// <summary>Whether it has a file.</summary>
    public bool Has(string file) => File.Exists(Path(file));

    /// <summary>A JSON file's content.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointFormatException">The file is no JSON.</exception>
    public JsonElement Json(string file)
    {
        try
        {
            using FileStream stream = File.OpenRead(Path(file));
            using JsonDocument document = JsonDocument.Parse(stream);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new CheckpointFormatException(Path(file), e.Message.TrimEnd('.'), "JSON", e);
        }
    }

    /// <summary>An array (<c>.npy</c>) as a tensor of the file's own type; the caller disposes of it.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointFormatException">The file is damaged.</exception>
    public Tensor Array(string file) => NpyFile.Read(Path(file));

    /// <summary>An array's numbers as float32, row by row.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointFormatException">The file is damaged.</exception>
    public float[] Floats(string file)
    {
        using Tensor array = Array(file);
        using Tensor floats = array.to(ScalarType.Float32);
        return floats.data<float>().ToArray();
    }

    /// <summary>Builds the network and gives it the case's weights, in evaluation mode; the caller disposes of it.</summary>
    /// <exception cref="FileNotFoundException">There is no <c>checkpoint.pth</c>.</exception>
    /// <exception cref="CheckpointFormatException">The checkpoint is damaged or does not fit the network.</exception>
    public Detector CreateDetector()
    {
        using TorchCheckpoint checkpoint = TorchCheckpoint.Read(Path("checkpoint.pth"));
        Detector detector = new(Options);
        try
        {
            ModuleState.LoadStrict(detector, checkpoint.Tensors, checkpoint.Path);
            detector.eval();
            return detector;
        }
        catch
        {
            detector.Dispose();
            throw;
        }
    }
}
