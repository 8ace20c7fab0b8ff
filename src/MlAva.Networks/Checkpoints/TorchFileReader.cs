using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.IO.Compression;
using System.Numerics;
using System.Text;
using MlAva.Pickle;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// Reads one PyTorch file. Nothing in it is run; sizes that it declares are held against what the file has before memory is asked for.
/// </summary>
[SuppressMessage("Reliability", "CA2000", Justification = "The reader owns its storages, the checkpoint its tensors.")]
sealed class TorchFileReader(FileStream file, string path) : IDisposable
{
    static readonly BigInteger LegacyMagic = BigInteger.Parse("119547037146038801333356", CultureInfo.InvariantCulture);
    const string Tensors2 = "torch._utils", Pickled = "data.pkl", StateDict = "state_dict";
    const long MaxDeflation = 1032; // what a byte of deflated data can become at most

    // Tensors that share or repeat numbers are copied: what that may take grows with the file, as a hostile one must not ask for
    // all memory.
    const long FreeCopies = 64L << 20;
    const long CopiesPerByte = 16;

    static readonly HashSet<PickleGlobal> Rebuilders =
    [
        new(Tensors2, "_rebuild_tensor_v2"), new(Tensors2, "_rebuild_tensor_v3"), new(Tensors2, "_rebuild_tensor"),
        new(Tensors2, "_rebuild_parameter"), new(Tensors2, "_rebuild_parameter_with_state"),
        new("torch._tensor", "_rebuild_from_type_v2"), new("torch", "Size"),
    ];

    /// <summary>Where training scripts other than mmcv's keep the weights.</summary>
    static readonly string[] OtherStates = ["model_state_dict", "model_state", "model", "net", "weights"];

    readonly Dictionary<string, TorchStorage> _storages = new(StringComparer.Ordinal);
    Int128 _copied;

    /// <summary>Which of the two formats the file has, once it is read.</summary>
    public CheckpointFormat Format { get; private set; }

    /// <summary>The file's object, once it is read.</summary>
    public object? Root { get; private set; }

    /// <summary>Reads everything and gives the tensors of the state dictionary, which the caller disposes of.</summary>
    public Dictionary<string, Tensor> Read() => TensorsOf(StateIn(ReadObject()));

    /// <summary>Reads everything and gives the file's object, whatever it is, with <see cref="CheckpointTensor"/>s for tensors.</summary>
    public object? ReadObject()
    {
        Span<byte> start = stackalloc byte[4];
        start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        file.Position = 0;
        if (start is [(byte)'P', (byte)'K', ..])
        {
            Format = CheckpointFormat.TorchZip;
            Root = ReadZip();
        }
        else
        {
            if (OtherKind(start) is { } kind) throw Wrong(kind, "a PyTorch checkpoint (.pth), zip or older");
            Format = CheckpointFormat.TorchLegacy;
            Root = ReadLegacy();
        }
        return Root;
    }

    /// <summary>The storages that tensors outside the state dictionary look at; they are no longer this reader's.</summary>
    public IReadOnlyList<TorchStorage> Release()
    {
        TorchStorage[] kept = [.. _storages.Values.Where(s => !s.IsTaken && s.Values is not null)];
        foreach (TorchStorage storage in _storages.Values.Except(kept)) storage.Dispose();
        _storages.Clear();
        return kept;
    }

    public void Dispose()
    {
        foreach (TorchStorage storage in _storages.Values) storage.Dispose();
        _storages.Clear();
    }

    /// <summary>What often stands where a checkpoint should, by its first bytes.</summary>
    static string? OtherKind(ReadOnlySpan<byte> start) => start switch
    {
        [] => "an empty file",
        [(byte)'<', ..] => "a web page",
        [(byte)'v', (byte)'e', (byte)'r', (byte)'s', ..] => "a pointer of Git LFS, not the file that it points to",
        [0x1f, 0x8b, ..] => "a gzip file",
        _ => null,
    };

    object? ReadZip()
    {
        using ZipArchive zip = new(file, ZipArchiveMode.Read, leaveOpen: true);
        ZipArchiveEntry[] pickles = [.. zip.Entries.Where(e => e.FullName.EndsWith("/" + Pickled, StringComparison.Ordinal))];
        if (pickles is not [ZipArchiveEntry pickle])
            throw Wrong($"a zip file with {pickles.Length} entries {Pickled}", "a PyTorch checkpoint, which has one");
        string prefix = pickle.FullName[..^Pickled.Length];
        if (zip.GetEntry(prefix + "constants.pkl") is not null)
            throw Wrong("a TorchScript program", "a checkpoint", "load it in Python and write torch.save(program.state_dict(), …)");
        if (zip.GetEntry(prefix + "byteorder") is { } order && Encoding.ASCII.GetString(BytesOf(order)).Trim() == "big")
            throw Wrong("big-endian numbers", "little-endian ones");
        object? root = new PickleReader(BytesOf(pickle), Options()).Read();
        long stored = 0;
        foreach (TorchStorage storage in _storages.Values.Where(s => s.Type is not null))
        {
            ZipArchiveEntry entry = zip.GetEntry($"{prefix}data/{storage.Key}")
                ?? throw Wrong($"no entry data/{storage.Key}", "the storage that a tensor names");
            if (entry.Length != storage.ByteCount) throw Wrong($"{entry.Length} bytes in data/{storage.Key}", $"{storage.ByteCount}");
            CheckSize(entry);
            stored += entry.CompressedLength;
            if (stored > file.Length) throw Wrong("entries that overlap", "storages of their own for the tensors");
            using Stream stream = entry.Open();
            uint crc = 0;
            storage.Fill(part =>
            {
                stream.ReadExactly(part);
                crc = Crc32.Append(crc, part);
            });
            CheckSum(entry, crc);
        }
        return root;
    }

    object? ReadLegacy()
    {
        PickleReader reader = new(file, Options());
        if (reader.Read() is not BigInteger magic || magic != LegacyMagic)
            throw Wrong("another kind of file", "a PyTorch checkpoint (.pth), zip or older");
        reader.Read(); // protocol version
        if (reader.Read() is PickleDictionary system && system.TryGetValue("little_endian", out object? little) && little is false)
            throw Wrong("big-endian numbers", "little-endian ones");
        object? root = reader.Read();
        byte[] length = new byte[8];
        if (reader.Read() is not List<object?> keys) throw Wrong("no list of storages behind the tensors", "one");
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (object? item in keys)
        {
            if (item is not string key || !_storages.TryGetValue(key, out TorchStorage? storage))
                throw Wrong($"storage {item}, which no tensor names", "only storages of tensors");
            if (!seen.Add(key)) throw Wrong($"storage {key} twice", "each once");
            reader.ReadExactly(length);
            long count = BitConverter.ToInt64(length);
            if (count != storage.Count) throw Wrong($"{count} numbers in storage {key}", $"{storage.Count}");
            if (storage.ByteCount > file.Length - file.Position)
                throw Wrong($"{file.Length - file.Position} bytes where storage {key} begins", $"{storage.ByteCount}");
            if (storage.Type is not null) storage.Fill(reader.ReadExactly);
            else file.Position += storage.ByteCount;
        }
        return root;
    }

    PickleReaderOptions Options() => new()
    {
        KeepUnknownGlobals = true, // meta may hold anything; it stays inert
        AllowGlobal = Rebuilders.Contains,
        Call = Rebuild,
        PersistentLoad = StorageOf,
    };

    // ('storage', torch.FloatStorage, key, location, count[, view]); a view is (key, offset, count).
    Slice StorageOf(object? id)
    {
        if (id is not PickleTuple { Count: >= 5 } tuple || tuple[0] is not "storage" || tuple[1] is not PickleGlobal kind
            || tuple[2] is not string key || tuple[4] is not long count || count < 0)
            throw Wrong("a persistent object that is no storage", "tensors' storages only");
        if (TorchTypes.OfStorage(kind.Name) is not var (type, size))
            throw Wrong($"a storage of type {kind}", $"numbers of type {TorchTypes.Names}");
        if (!_storages.TryGetValue(key, out TorchStorage? storage)) _storages[key] = storage = new(key, kind.ToString(), type, size, count);
        else if (storage.Kind != kind.ToString() || storage.Count != count)
            throw Wrong($"storage {key} as {storage.Count} of {storage.Kind} and as {count} of {kind}", "one type and size");
        if (tuple.Count == 5 || tuple[5] is null) return new(storage, 0, count);
        if (tuple[5] is not PickleTuple { Count: 3 } view || view[1] is not long offset || view[2] is not long length
            || offset < 0 || length < 0 || offset > count || length > count - offset)
            throw Wrong($"a view beyond storage {key}", "views within their storages");
        return new(storage, offset, length);
    }

    object? Rebuild(PickleGlobal function, object?[] arguments)
    {
        switch (function.Name)
        {
            case "_rebuild_parameter" or "_rebuild_parameter_with_state" or "Size" when arguments.Length > 0:
                return arguments[0];
            case "_rebuild_from_type_v2" when arguments is [PickleGlobal inner, _, PickleTuple given, ..]:
                bool isKnown = inner.Name != function.Name && Rebuilders.Contains(inner);
                return isKnown ? Rebuild(inner, given.AsSpan().ToArray()) : new PickleObject(inner, [.. given]);
            case "_rebuild_tensor_v3"
                when arguments is [Slice from, long at, PickleTuple shape, PickleTuple strides, _, _, PickleGlobal type, ..]:
                return new CheckpointTensor(path, from.Storage, at, from.Storage.Count, Numbers(shape), Numbers(strides), type.Name);
            case "_rebuild_tensor_v2" or "_rebuild_tensor"
                when arguments is [Slice from, long at, PickleTuple shape, PickleTuple strides, ..]:
                if (at < 0 || at > long.MaxValue - from.Offset) throw new InvalidDataException("a tensor that begins outside its storage");
                long end = from.Offset + from.Count;
                return new CheckpointTensor(path, from.Storage, from.Offset + at, end, Numbers(shape), Numbers(strides));
            default:
                throw new InvalidDataException($"a tensor that {function} cannot be made of");
        }
    }

    static long[] Numbers(PickleTuple tuple) =>
        [.. tuple.Select(n => n is long number ? number : throw new InvalidDataException($"a tensor with '{n}' in its shape or strides"))];

    PickleDictionary StateIn(object? root)
    {
        const string Expected = "a dictionary of tensors, or one with 'state_dict'";
        if (root is PickleObject whole)
            throw Wrong($"a whole model, {whole}", Expected,
                "load it in Python with its own code and write torch.save(model.state_dict(), …)");
        if (root is not PickleDictionary dictionary) throw Wrong("an object that is no dictionary", Expected);
        if (dictionary.TryGetValue(StateDict, out object? nested))
            return nested as PickleDictionary ?? throw Wrong("a 'state_dict' that is no dictionary", Expected);
        string[] others = [.. OtherStates.Where(name => dictionary.TryGetValue(name, out object? inner) && HasTensors(inner))];
        return others switch
        {
            [string one] => (PickleDictionary)dictionary[one]!,
            [] => dictionary,
            _ => throw Wrong($"weights in '{string.Join("' and in '", others)}'", "one dictionary of tensors",
                "keep the one that is meant, under the name 'state_dict'"),
        };
    }

    static bool HasTensors(object? value) =>
        value is PickleDictionary dictionary && dictionary.Any(e => e is { Key: string, Value: CheckpointTensor });

    Dictionary<string, Tensor> TensorsOf(PickleDictionary state)
    {
        Dictionary<string, Tensor> tensors = new(StringComparer.Ordinal);
        HashSet<CheckpointTensor> made = new(ReferenceEqualityComparer.Instance);
        try
        {
            foreach ((object? key, object? value) in state.ToArray())
            {
                if (key is not string name) continue;
                if (value is PickleObject other && Refused(other) is { } kind)
                    throw Wrong($"'{name}', {kind}", $"dense tensors of type {TorchTypes.Names}",
                        "turn it into a plain tensor in Python (.dequantize(), .to_dense()) and save again");
                if (value is not CheckpointTensor tensor) continue;
                tensors[name] = tensor.Make(name, Charge);
                made.Add(tensor);
            }
            if (tensors.Count == 0) throw Wrong($"no tensors{Keys(state)}", "a state dictionary");
        }
        catch
        {
            foreach (Tensor tensor in tensors.Values) tensor.Dispose();
            throw;
        }
        // What only weights look at is not needed any more.
        foreach (IGrouping<TorchStorage, CheckpointTensor> users in made.GroupBy(t => t.Storage))
        {
            if (users.Count() < users.Key.Users) continue;
            users.Key.IsTaken = true;
            users.Key.Dispose();
        }
        foreach ((string name, Tensor tensor) in tensors) state[name] = tensor;
        return tensors;
    }

    /// <summary>What a value is that should be a tensor but cannot be one here; null where it is something else.</summary>
    static string? Refused(PickleObject value)
    {
        if (value.Global is not { } global || !global.Module.StartsWith("torch", StringComparison.Ordinal)) return null;
        return global.Name switch
        {
            "_rebuild_qtensor" => "a quantised tensor",
            "_rebuild_sparse_tensor" or "_rebuild_sparse_csr_tensor" => "a sparse tensor",
            "_rebuild_meta_tensor_no_storage" => "a tensor without numbers",
            _ when global.Name.StartsWith("_rebuild_", StringComparison.Ordinal) || global.Name is "Parameter"
                || global.Name.EndsWith("Tensor", StringComparison.Ordinal) => $"an object of {global}",
            _ => null,
        };
    }

    static string Keys(PickleDictionary state)
    {
        string[] names = [.. state.Keys.OfType<string>().Take(5)];
        return names.Length == 0 ? "" : $" (its keys are '{string.Join("', '", names)}'{(state.Count > names.Length ? ", …" : "")})";
    }

    void Charge(Int128 bytes)
    {
        _copied = checked(_copied + bytes);
        if (_copied > FreeCopies + CopiesPerByte * (Int128)file.Length)
            throw Wrong("tensors that repeat their storages' numbers over and over", "tensors no larger than their storages");
    }

    byte[] BytesOf(ZipArchiveEntry entry)
    {
        CheckSize(entry);
        using Stream stream = entry.Open();
        byte[] bytes = new byte[checked((int)entry.Length)];
        stream.ReadExactly(bytes);
        CheckSum(entry, Crc32.Append(0, bytes));
        return bytes;
    }

    // Before memory is asked for: a damaged directory may claim any size.
    void CheckSize(ZipArchiveEntry entry)
    {
        if (entry.Length / MaxDeflation > Math.Min(entry.CompressedLength, file.Length))
            throw Wrong($"{entry.Length} bytes said to be in the {entry.CompressedLength} of {entry.FullName}",
                "an entry of its true size");
    }

    // torch may be told to leave checksums out (compute_crc32); it writes 0 then.
    void CheckSum(ZipArchiveEntry entry, uint crc)
    {
        if (entry.Crc32 != 0 && entry.Crc32 != crc)
            throw Wrong($"damaged bytes in {entry.FullName} (checksum {crc:x8})", $"checksum {entry.Crc32:x8}");
    }

    CheckpointFormatException Wrong(string found, string expected, string? mend = null) => new(path, found, expected, mend: mend);

    /// <summary>What a persistent id stands for.</summary>
    sealed record Slice(TorchStorage Storage, long Offset, long Count);
}
