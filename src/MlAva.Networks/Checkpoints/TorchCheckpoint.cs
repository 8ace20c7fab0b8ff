using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Numerics;
using System.Text;
using MlAva.Pickle;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// A PyTorch checkpoint (<c>.pth</c>), read without Python and without executing anything: zip files (torch 1.6 and later) and the older
/// stream of pickles; every storage type, views and strides. Reference specification §2.7.
/// </summary>
public sealed class TorchCheckpoint : IDisposable
{
    static readonly BigInteger LegacyMagic = BigInteger.Parse("119547037146038801333356", System.Globalization.CultureInfo.InvariantCulture);
    const long MaxDeflation = 1032; // what a byte of deflated data can become at most
    const long MaxRepeated = 1 << 24;
    static readonly PickleGlobal[] Rebuilders =
    [
        new("torch._utils", "_rebuild_tensor_v2"), new("torch._utils", "_rebuild_tensor"), new("torch._utils", "_rebuild_parameter"),
        new("torch", "Size"), new("torch", "device"),
    ];

    TorchCheckpoint(string path, object? root, IReadOnlyDictionary<string, Tensor> tensors) => (Path, Root, Tensors) = (path, root, tensors);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Names and tensors of the state dictionary (<c>state_dict</c>, or the file's own dictionary), in the file's order, on the CPU.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>The file's object with everything beside the weights (<c>meta</c>, …) as inert data.</summary>
    public object? Root { get; }

    /// <summary>Reads a checkpoint.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointFormatException">The file is truncated, damaged, or no PyTorch checkpoint.</exception>
    [SuppressMessage("Reliability", "CA2000", Justification = "The checkpoint owns the tensors.")]
    public static TorchCheckpoint Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream file = File.OpenRead(path);
        Dictionary<string, Storage> storages = new(StringComparer.Ordinal);
        try
        {
            Span<byte> start = stackalloc byte[2];
            bool zip = file.Length >= 2 && file.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 && start is [(byte)'P', (byte)'K'];
            file.Position = 0;
            object? root = zip ? ReadZip(file, storages, path) : ReadLegacy(file, storages, path);
            return new(path, root, StateOf(root, path));
        }
        catch (Exception e) when (e is PickleException or InvalidDataException or EndOfStreamException or OverflowException or InvalidCastException or IndexOutOfRangeException or ArgumentException)
        {
            throw new CheckpointFormatException(path, e.Message, "a whole PyTorch checkpoint (.pth)", e);
        }
        finally
        {
            foreach (Storage storage in storages.Values) storage.Dispose();
        }
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in Tensors.Values) tensor.Dispose();
    }

    static object? ReadZip(FileStream file, Dictionary<string, Storage> storages, string path)
    {
        using ZipArchive zip = new(file, ZipArchiveMode.Read, leaveOpen: true);
        ZipArchiveEntry[] pickles = [.. zip.Entries.Where(e => e.FullName.EndsWith("/data.pkl", StringComparison.Ordinal))];
        if (pickles is not [ZipArchiveEntry pickle]) throw new CheckpointFormatException(path, $"a zip file with {pickles.Length} entries data.pkl", "a PyTorch checkpoint, which has one");
        string prefix = pickle.FullName[..^"data.pkl".Length];
        if (zip.GetEntry(prefix + "byteorder") is { } order && Encoding.ASCII.GetString(BytesOf(order)) == "big")
            throw new CheckpointFormatException(path, "big-endian numbers", "little-endian ones");
        object? root = new PickleReader(BytesOf(pickle), Options(storages, path)).Read();
        foreach (Storage storage in storages.Values)
        {
            ZipArchiveEntry entry = zip.GetEntry($"{prefix}data/{storage.Key}") ?? throw new CheckpointFormatException(path, $"no entry data/{storage.Key}", "the storage that a tensor names");
            if (entry.Length != storage.ByteCount) throw new CheckpointFormatException(path, $"{entry.Length} bytes in data/{storage.Key}", $"{storage.ByteCount}");
            // Before memory is asked for: a damaged directory may claim any size.
            if (storage.ByteCount / MaxDeflation > Math.Min(entry.CompressedLength, file.Length))
                throw new CheckpointFormatException(path, $"{storage.ByteCount} bytes said to be in the {entry.CompressedLength} of data/{storage.Key}", "an entry of its true size");
            using Stream stream = entry.Open();
            storage.Fill(stream.ReadExactly);
        }
        return root;
    }

    static object? ReadLegacy(FileStream file, Dictionary<string, Storage> storages, string path)
    {
        PickleReader reader = new(file, Options(storages, path));
        if (reader.Read() is not BigInteger magic || magic != LegacyMagic) throw new CheckpointFormatException(path, "another kind of file", "a PyTorch checkpoint (.pth), zip or older");
        reader.Read(); // protocol version
        reader.Read(); // sizes of C types on the writing system
        object? root = reader.Read();
        byte[] length = new byte[8];
        foreach (string key in ((IEnumerable<object?>)reader.Read()!).Cast<string>())
        {
            if (!storages.TryGetValue(key, out Storage? storage)) throw new CheckpointFormatException(path, $"storage {key}, which no tensor names", "only storages of tensors");
            reader.ReadExactly(length);
            long count = BitConverter.ToInt64(length);
            if (count != storage.Count) throw new CheckpointFormatException(path, $"{count} numbers in storage {key}", $"{storage.Count}");
            if (storage.ByteCount > file.Length - file.Position)
                throw new CheckpointFormatException(path, $"{file.Length - file.Position} bytes where storage {key} begins", $"{storage.ByteCount}");
            storage.Fill(reader.ReadExactly);
        }
        return root;
    }

    static PickleReaderOptions Options(Dictionary<string, Storage> storages, string path) => new()
    {
        KeepUnknownGlobals = true, // meta may hold anything; it stays inert
        AllowGlobal = g => Rebuilders.Contains(g),
        Call = Rebuild,
        PersistentLoad = id => StorageOf(id, storages, path),
    };

    // ('storage', torch.FloatStorage, key, location, count[, view])
    static Storage StorageOf(object? id, Dictionary<string, Storage> storages, string path)
    {
        if (id is not PickleTuple { Count: >= 5 } tuple || tuple[0] is not "storage" || tuple[1] is not PickleGlobal type || tuple[2] is not string key || tuple[4] is not long count || count < 0)
            throw new CheckpointFormatException(path, "a persistent object that is no storage", "tensors' storages only");
        if (tuple.Count > 5 && tuple[5] is not null) throw new CheckpointFormatException(path, "a view of a storage", "whole storages (write the file with torch 0.4 or later)");
        if (storages.TryGetValue(key, out Storage? known)) return known;
        ScalarType scalar = type.Name switch
        {
            "FloatStorage" => ScalarType.Float32,
            "DoubleStorage" => ScalarType.Float64,
            "HalfStorage" => ScalarType.Float16,
            "BFloat16Storage" => ScalarType.BFloat16,
            "LongStorage" => ScalarType.Int64,
            "IntStorage" => ScalarType.Int32,
            "ShortStorage" => ScalarType.Int16,
            "CharStorage" => ScalarType.Int8,
            "ByteStorage" => ScalarType.Byte,
            "BoolStorage" => ScalarType.Bool,
            _ => throw new CheckpointFormatException(path, $"a storage of type {type}", "a storage of numbers"),
        };
        return storages[key] = new Storage(key, scalar, count);
    }

    static object? Rebuild(PickleGlobal function, object?[] arguments) => function.Name switch
    {
        "_rebuild_tensor_v2" or "_rebuild_tensor" => arguments is [Storage storage, long offset, PickleTuple shape, PickleTuple strides, ..]
            ? new TensorView(storage, offset, Numbers(shape), Numbers(strides))
            : throw new InvalidDataException("a tensor that is not made of storage, offset, shape and strides"),
        "_rebuild_parameter" => arguments[0],
        "Size" => arguments[0],
        _ => new PickleObject(function, arguments),
    };

    static long[] Numbers(PickleTuple tuple) => [.. tuple.Select(n => n is long number ? number : throw new InvalidDataException($"a tensor with '{n}' in its shape or strides"))];

    static Dictionary<string, Tensor> StateOf(object? root, string path)
    {
        if (root is not PickleDictionary dictionary) throw new CheckpointFormatException(path, "an object that is no dictionary", "a dictionary of tensors, or one with 'state_dict'");
        if (dictionary.TryGetValue("state_dict", out object? nested) && nested is PickleDictionary state) dictionary = state;
        Dictionary<string, Tensor> tensors = new(StringComparer.Ordinal);
        try
        {
            foreach ((object? key, object? value) in dictionary)
            {
                if (key is string name && value is TensorView view) tensors[name] = view.Materialise(name, path);
            }
            if (tensors.Count == 0) throw new CheckpointFormatException(path, "no tensors", "a state dictionary");
            return tensors;
        }
        catch
        {
            foreach (Tensor tensor in tensors.Values) tensor.Dispose();
            throw;
        }
    }

    static byte[] BytesOf(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        byte[] bytes = new byte[checked((int)entry.Length)];
        stream.ReadExactly(bytes);
        return bytes;
    }

    delegate void Reader(Span<byte> destination);

    sealed class Storage(string key, ScalarType type, long count) : IDisposable
    {
        public string Key { get; } = key;
        public long Count { get; } = count;
        public long ByteCount { get; } = checked(count * type.ElementSize());
        public Tensor? Values { get; private set; }

        public void Fill(Reader read)
        {
            Tensor values = empty([Count], type).DetachFromDisposeScope();
            Values = values;
            const int Part = 1 << 24;
            Span<byte> bytes = values.bytes;
            for (int at = 0; at < bytes.Length; at += Part) read(bytes.Slice(at, Math.Min(Part, bytes.Length - at)));
        }

        public void Dispose() => Values?.Dispose();
    }

    sealed record TensorView(Storage Storage, long Offset, long[] Shape, long[] Strides)
    {
        public Tensor Materialise(string name, string path)
        {
            Int128 last = Offset;
            bool empty = Shape.Contains(0);
            for (int i = 0; i < Shape.Length; i++) last += (Int128)(Shape[i] - 1) * Strides[Math.Min(i, Strides.Length - 1)];
            if (Shape.Length != Strides.Length || Shape.Any(s => s < 0) || Strides.Any(s => s < 0) || Offset < 0 || (!empty && last >= Storage.Count))
                throw new CheckpointFormatException(path, $"tensor '{name}' [{string.Join(", ", Shape)}] beyond its storage of {Storage.Count} numbers", "tensors within their storages");
            if (Storage.Values is null) throw new CheckpointFormatException(path, $"tensor '{name}' without storage {Storage.Key}", "the numbers of each tensor");
            // Strides of 0 repeat numbers; a file of a few bytes must not ask for all memory that way.
            Int128 count = Shape.Aggregate((Int128)1, (product, side) => checked(product * side));
            if (count > Math.Max(Storage.Count, MaxRepeated))
                throw new CheckpointFormatException(path, $"tensor '{name}' [{string.Join(", ", Shape)}] that repeats {Storage.Count} numbers", "tensors no larger than their storages");
            using Tensor view = Storage.Values.as_strided(Shape, Strides, Offset);
            return view.clone().DetachFromDisposeScope();
        }
    }
}
