using MlAva.Checkpoints;
using MlAva.Networks;
using MlAva.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Tests;

/// <summary>Checkpoint files are written whole, in the format that their ending names.</summary>
[Collection(TorchTests.Name)]
public sealed class CheckpointExportTests
{
    [Theory]
    [InlineData("a.pth", CheckpointFormat.TorchZip)]
    [InlineData("a.PT", CheckpointFormat.TorchZip)]
    [InlineData("new/a.safetensors", CheckpointFormat.Safetensors)]
    public void The_ending_names_the_format(string name, CheckpointFormat format)
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        string path = folder.File(name);
        CheckpointExport.Write(path, new Dictionary<string, Tensor> { ["w"] = arange(6, ScalarType.Float32) },
            new Dictionary<string, object?> { ["config"] = "x", ["epoch"] = 3 });
        using CheckpointFile read = CheckpointFile.Read(path);
        Assert.Equal(format, read.Format);
        Assert.Equal([0, 1, 2, 3, 4, 5], read.Tensors["w"].data<float>().ToArray());
        Assert.Equal("x", read.Meta["config"]);
        Assert.Equal(format == CheckpointFormat.Safetensors ? "3" : 3L, read.Meta["epoch"]);
    }

    [Fact]
    public void What_cannot_be_written_leaves_the_old_file()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        Dictionary<string, Tensor> tensors = new() { ["w"] = ones(2) }, complex = new() { ["w"] = ones(2, ScalarType.ComplexFloat32) };
        foreach (string name in (string[])["a.pth", "a.safetensors"])
        {
            string path = folder.Write(name, "old");
            Assert.Throws<ArgumentException>(() => CheckpointExport.Write(path, complex));
            Assert.Equal("old", File.ReadAllText(path));
        }
        Assert.Contains("'optimizer'", Assert.Throws<ArgumentException>(() => CheckpointExport.Write(folder.File("a.safetensors"), tensors,
            extra: new Dictionary<string, object?> { ["optimizer"] = 1 })).Message, StringComparison.Ordinal);
        Assert.Contains("ends with '.onnx'; expected .pth",
            Assert.Throws<ArgumentException>(() => CheckpointExport.Write(folder.File("a.onnx"), tensors)).Message,
            StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
    }
}
