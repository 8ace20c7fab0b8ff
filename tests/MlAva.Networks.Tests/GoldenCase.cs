using System.Text.Json;
using MlAva.TestSupport;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>One detector of the reference implementation: its network here, with its weights, and its numbers.</summary>
public sealed class GoldenCase : IDisposable
{
    readonly string _folder;

    public GoldenCase(string folder)
    {
        _folder = folder;
        using JsonDocument config = Json("config.json");
        JsonElement resolved = config.RootElement.GetProperty("resolved");
        JsonElement backbone = resolved.GetProperty("backbone"), head = resolved.GetProperty("bbox_head"), extractor = resolved.GetProperty("bbox_roi_extractor");
        Options = new DetectorOptions
        {
            Backbone = new()
            {
                Depth = config.RootElement.GetProperty("model").GetProperty("backbone").GetProperty("depth").GetInt32(),
                StageBlocks = backbone.GetProperty("stage_blocks").ValueKind == JsonValueKind.Null ? null : Ints(backbone.GetProperty("stage_blocks")),
                BaseChannels = backbone.GetProperty("base_channels").GetInt32(),
                SpatialStrides = Ints(backbone.GetProperty("spatial_strides")),
                TemporalStrides = Ints(backbone.GetProperty("temporal_strides")),
                Dilations = Ints(backbone.GetProperty("dilations")),
                StemKernel = Ints(backbone.GetProperty("conv1_kernel")),
                Inflate = [.. Ints(backbone.GetProperty("inflate")).Select(i => i != 0)],
            },
            RoIExtractor = new() { OutputSize = extractor.GetProperty("output_size").GetInt32(), SamplingRatio = extractor.GetProperty("sampling_ratio").GetInt32() },
            Head = new()
            {
                InputChannels = head.GetProperty("in_channels").GetInt32(),
                NumClasses = head.GetProperty("num_classes").GetInt32(),
                DropoutRatio = head.GetProperty("dropout_ratio").GetDouble(),
                FocalAlpha = head.GetProperty("focal_alpha").GetDouble(),
                FocalGamma = head.GetProperty("focal_gamma").GetDouble(),
            },
        };
        Detector = new Detector(Options);
        using TorchCheckpoint checkpoint = TorchCheckpoint.Read(Path("checkpoint.pth"));
        ModuleState.LoadStrict(Detector, checkpoint.Tensors, checkpoint.Path);
        Detector.eval();
    }

    public DetectorOptions Options { get; }

    public Detector Detector { get; }

    public static string Shipped(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "Golden", name);

    public string Path(string file) => System.IO.Path.Combine(_folder, file);

    public JsonDocument Json(string file) => JsonDocument.Parse(File.ReadAllText(Path(file)));

    public float[] Floats(string file) => Npy.Read<float>(Path(file)).Values;

    public Tensor Tensor(string file)
    {
        (int[] shape, float[] values) = Npy.Read<float>(Path(file));
        return tensor(values, [.. shape.Select(s => (long)s)]);
    }

    static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(e => e.ValueKind is JsonValueKind.True or JsonValueKind.False ? (e.GetBoolean() ? 1 : 0) : e.GetInt32())];

    public void Dispose() => Detector.Dispose();
}
