using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using MlAva.Pickle;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// A PyTorch checkpoint (<c>.pth</c>), read without Python and without executing anything: zip files (torch 1.6 and later) and the older
/// stream of pickles; every storage type of real and whole numbers, views and strides. Written as a zip file. Reference specification §2.7.
/// </summary>
public sealed class TorchCheckpoint : IDisposable
{
    readonly IReadOnlyList<TorchStorage> _storages;

    TorchCheckpoint(string path, CheckpointFormat format, object? root, IReadOnlyDictionary<string, Tensor> tensors,
        IReadOnlyList<TorchStorage> storages)
    {
        (Path, Format, Root, Tensors, _storages) = (path, format, root, tensors, storages);
        Meta = (root as PickleDictionary)?.TryGetValue("meta", out object? meta) == true && meta is PickleDictionary entries
            ? entries.Where(e => e.Key is string).ToDictionary(e => (string)e.Key!, e => e.Value, StringComparer.Ordinal) : [];
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Zip or the older stream.</summary>
    public CheckpointFormat Format { get; }

    /// <summary>
    /// Names and tensors of the state dictionary, in the file's order, contiguous, on the CPU. It is <c>state_dict</c>; where there is
    /// none, <c>model_state_dict</c>, <c>model_state</c>, <c>model</c>, <c>net</c> or <c>weights</c> with tensors in it; else the file's
    /// own dictionary.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>What the file tells about itself in <c>meta</c> (mmcv: epoch, iter, config, …), as inert data.</summary>
    public IReadOnlyDictionary<string, object?> Meta { get; }

    /// <summary>
    /// The file's object with everything beside the weights (<c>optimizer</c>, …) as inert data; tensors outside the state dictionary
    /// are <see cref="CheckpointTensor"/>.
    /// </summary>
    public object? Root { get; }

    /// <summary>Reads a checkpoint.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointFormatException">The file is truncated, damaged, or no PyTorch checkpoint.</exception>
    [SuppressMessage("Reliability", "CA2000", Justification = "The checkpoint owns the tensors.")]
    public static TorchCheckpoint Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream file = File.OpenRead(path);
        using TorchFileReader reader = new(file, path);
        try
        {
            Dictionary<string, Tensor> tensors = reader.Read();
            return new(path, reader.Format, reader.Root, tensors, reader.Release());
        }
        catch (Exception e) when (e is PickleException or InvalidDataException or EndOfStreamException or OverflowException
            or InvalidCastException or IndexOutOfRangeException or ArgumentException or NotSupportedException or ExternalException)
        {
            throw new CheckpointFormatException(path, e.Message, "a whole PyTorch checkpoint (.pth)", e);
        }
    }

    /// <summary>
    /// Writes a zip file that PyTorch's <c>torch.load</c> reads, also with <c>weights_only=True</c> (torch 2.0 and later; 1.13 knows no
    /// fractions in <c>meta</c> then): <c>{'meta': …, 'state_dict': …}</c>, tensors stored uncompressed at multiples of 64 bytes. The same
    /// content always gives the same bytes.
    /// </summary>
    /// <param name="stream">Where to; it need not seek.</param>
    /// <param name="tensors">Names and tensors of the state dictionary, parameters and buffers, on any device.</param>
    /// <param name="meta">Plain values: text, numbers, truth values, null, lists and dictionaries of these.</param>
    /// <param name="extra">Further entries of the file, such as <c>optimizer</c>: plain values with tensors among them.</param>
    /// <exception cref="ArgumentException">
    /// A value is not plain, a name occurs twice, or a tensor has a type that is not written. Nothing was written then.
    /// </exception>
    public static void Write(Stream stream, IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, object?>? meta = null, IReadOnlyDictionary<string, object?>? extra = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        new TorchFileWriter().Write(stream, tensors, meta, extra);
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in Tensors.Values) tensor.Dispose();
        foreach (TorchStorage storage in _storages)
        {
            storage.IsTaken = true;
            storage.Dispose();
        }
    }
}
