using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// A tensor of a PyTorch file that is not one of its weights, such as the momentum in <c>optimizer</c>. It lives as long as its
/// <see cref="TorchCheckpoint"/>, and becomes a tensor only when asked for.
/// </summary>
public sealed class CheckpointTensor
{
    const int MaxSides = 64; // as torch has at most
    const long MaxRepeated = 1 << 24;
    readonly string _path;
    readonly TorchStorage _storage;
    readonly long _offset;
    readonly long _end;
    readonly long[] _strides;
    readonly string? _type;

    /// <param name="path">The file, for messages.</param>
    /// <param name="storage">Where its numbers are.</param>
    /// <param name="offset">The first of them.</param>
    /// <param name="end">The number before which all lie.</param>
    /// <param name="shape">Its sides.</param>
    /// <param name="strides">Numbers from one entry to the next, along each side.</param>
    /// <param name="type">The type (<c>float32</c>, …) where the storage does not know it.</param>
    internal CheckpointTensor(string path, TorchStorage storage, long offset, long end, long[] shape, long[] strides, string? type = null)
    {
        (_path, _storage, _offset, _end, _strides, _type) = (path, storage, offset, end, strides, type);
        Shape = shape;
        storage.Users++;
    }

    /// <summary>The sides.</summary>
    public IReadOnlyList<long> Shape { get; }

    internal TorchStorage Storage => _storage;

    /// <summary>A copy of the numbers, on the CPU; the caller disposes of it.</summary>
    /// <exception cref="CheckpointFormatException">The numbers have a type that cannot be read, or lie outside the file.</exception>
    /// <exception cref="ObjectDisposedException">The checkpoint is gone.</exception>
    public Tensor ToTensor() => Make("of the file", null);

    /// <summary>Makes the tensor.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="charge">
    /// Told the bytes of a copy before it is made; null: a copy may be as large as the storage or 16 Mi numbers. Where given, the storage's
    /// own memory is handed over to the only tensor that looks at it.
    /// </param>
    internal Tensor Make(string name, Action<Int128>? charge)
    {
        ScalarType type = Check(name, out Int128 count);
        ObjectDisposedException.ThrowIf(_storage is { Values: null, IsTaken: true }, this);
        Tensor values = _storage.Values ?? throw Wrong($"tensor '{name}' without its storage {_storage.Key}", "the numbers of each tensor");
        long[] shape = [.. Shape];
        if (count == 0) return empty(shape, type).DetachFromDisposeScope();
        if (type != values.dtype) return Reinterpreted(name, values, type, count, shape, charge);
        Tensor view = values.as_strided(shape, _strides, _offset);
        if (charge is not null && _storage is { Users: 1, IsTaken: false } && count == _storage.Count && view.is_contiguous())
        {
            _storage.IsTaken = true;
            return view.DetachFromDisposeScope();
        }
        using (view)
        {
            if (charge is not null) charge(count * type.ElementSize());
            else CheckRepeats(name, count);
            return Copy(view, shape);
        }
    }

    /// <summary>Bytes that are numbers of another type, as where the storage knows none.</summary>
    Tensor Reinterpreted(string name, Tensor bytes, ScalarType type, Int128 count, long[] shape, Action<Int128>? charge)
    {
        if (charge is not null) charge(count * type.ElementSize() + _storage.ByteCount);
        else CheckRepeats(name, count);
        using Tensor typed = empty([_storage.ByteCount / type.ElementSize()], type);
        long at = 0;
        TensorBytes.Visit(typed, part =>
        {
            using Tensor from = bytes.slice(0, at, at + part.Length, 1);
            from.bytes.CopyTo(part);
            at += part.Length;
        });
        using Tensor view = typed.as_strided(shape, _strides, _offset);
        return Copy(view, shape);
    }

    // A clone would keep the order of the view's numbers in memory.
    static Tensor Copy(Tensor view, long[] shape) => empty(shape, view.dtype).copy_(view).DetachFromDisposeScope();

    ScalarType Check(string name, out Int128 count)
    {
        ScalarType? type = _type is null ? _storage.Type : TorchTypes.Named(_type);
        if (type is not { } known || (type != _storage.Type && _storage.Type != ScalarType.Byte))
        {
            throw Wrong($"tensor '{name}' of {_type ?? _storage.Kind}", $"numbers of type {TorchTypes.Names}",
                "save it as one of these types, complex or quantised numbers turned into float32 (.dequantize(), torch.view_as_real())");
        }
        string shown = Shape.Count <= MaxSides ? $"[{string.Join(", ", Shape)}]" : $"of {Shape.Count} sides";
        bool possible = Shape.Count == _strides.Length && Shape.Count <= MaxSides && _offset >= 0
            && Shape.All(s => s >= 0) && _strides.All(s => s >= 0);
        Int128 last = _offset;
        count = 1;
        for (int i = 0; possible && i < Shape.Count; i++)
        {
            last = checked(last + (Int128)(Shape[i] - 1) * _strides[i]);
            count = checked(count * Shape[i]);
        }
        Int128 end = type == _storage.Type ? _end : _end / known.ElementSize();
        if (!possible || (count > 0 && last >= end))
            throw Wrong($"tensor '{name}' {shown} beyond its storage of {end} numbers", "tensors within their storages");
        return known;
    }

    // Strides of 0 repeat numbers; a file of a few bytes must not ask for all memory that way.
    void CheckRepeats(string name, Int128 count)
    {
        if (count > Math.Max(_storage.Count, MaxRepeated))
            throw Wrong($"tensor '{name}' [{string.Join(", ", Shape)}] that repeats {_storage.Count} numbers",
                "tensors no larger than their storages");
    }

    CheckpointFormatException Wrong(string found, string expected, string? mend = null) => new(_path, found, expected, mend: mend);
}
