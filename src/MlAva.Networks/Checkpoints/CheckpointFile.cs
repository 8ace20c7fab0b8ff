using System.Buffers.Binary;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// A checkpoint of any format that is known here: PyTorch's two and safetensors. The content decides, not the file's name.
/// </summary>
public sealed class CheckpointFile : IDisposable
{
    const int Prefix = 8;

    readonly IDisposable _content;

    CheckpointFile(string path, CheckpointFormat format, IReadOnlyDictionary<string, Tensor> tensors,
        IReadOnlyDictionary<string, object?> meta, IDisposable content) =>
        (Path, Format, Tensors, Meta, _content) = (path, format, tensors, meta, content);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>How it is written.</summary>
    public CheckpointFormat Format { get; }

    /// <summary>Names and tensors, on the CPU; freed with this object.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>
    /// What the file tells about itself: <c>meta</c> of a PyTorch file as inert data, or the texts of a safetensors file.
    /// </summary>
    public IReadOnlyDictionary<string, object?> Meta { get; }

    /// <summary>Reads a checkpoint whole.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointFormatException">The file is truncated, damaged, or of another kind.</exception>
    public static CheckpointFile Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (IsSafetensors(path))
        {
            using FileStream stream = File.OpenRead(path);
            SafetensorsContent content = Safetensors.Read(stream, path);
            return new(path, CheckpointFormat.Safetensors, content.Tensors,
                content.Metadata.ToDictionary(e => e.Key, e => (object?)e.Value), content);
        }
        TorchCheckpoint checkpoint = TorchCheckpoint.Read(path);
        return new(path, checkpoint.Format, checkpoint.Tensors, checkpoint.Meta, checkpoint);
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose() => _content.Dispose();

    /// <summary>Whether a file begins as safetensors do.</summary>
    // The length of a header that begins with a brace; in PyTorch's formats the same bytes would be a length beyond any file's.
    internal static bool IsSafetensors(string path)
    {
        using FileStream stream = File.OpenRead(path);
        Span<byte> start = stackalloc byte[Prefix + 1];
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start[Prefix] == '{'
            && BinaryPrimitives.ReadUInt64LittleEndian(start) < int.MaxValue;
    }
}
