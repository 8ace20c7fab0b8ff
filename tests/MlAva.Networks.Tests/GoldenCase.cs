using System.Text.Json;
using MlAva.TestSupport;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>One detector of the reference implementation: its network here, with its weights, and its numbers.</summary>
public sealed class GoldenCase : IDisposable
{
    readonly ReferenceCase _reference;

    public GoldenCase(string folder)
    {
        _reference = new ReferenceCase(folder);
        Detector = _reference.CreateDetector();
    }

    public DetectorOptions Options => _reference.Options;

    public Detector Detector { get; }

    public JsonElement Config => _reference.Config;

    public static string Shipped(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "Golden", name);

    public string Path(string file) => _reference.Path(file);

    public bool Has(string file) => _reference.Has(file);

    public JsonDocument Json(string file) => JsonDocument.Parse(File.ReadAllText(Path(file)));

    // Read by the tests' own reader, so that a fault of the library's would show.
    public float[] Floats(string file) => Npy.Read<float>(Path(file)).Values;

    public Tensor Tensor(string file)
    {
        (int[] shape, float[] values) = Npy.Read<float>(Path(file));
        return tensor(values, [.. shape.Select(s => (long)s)]);
    }

    /// <summary>What the network takes beside clips and boxes, for the feature-bank head: [R, C, S].</summary>
    public Tensor? LongTerm(string file) => Has(file) ? Tensor(file).flatten(2) : null;

    public void Dispose() => Detector.Dispose();
}
