using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>A piece of memory in a PyTorch file, which one tensor or several look at.</summary>
/// <param name="key">Its name in the file.</param>
/// <param name="kind">What the file calls its type, for example <c>torch.FloatStorage</c>.</param>
/// <param name="type">The type of its numbers; null where they cannot be read.</param>
/// <param name="size">Bytes a number.</param>
/// <param name="count">How many numbers it holds.</param>
sealed class TorchStorage(string key, string kind, ScalarType? type, int size, long count) : IDisposable
{
    public string Key { get; } = key;

    public string Kind { get; } = kind;

    public ScalarType? Type { get; } = type;

    public long Count { get; } = count;

    public long ByteCount { get; } = checked(count * size);

    /// <summary>How many tensors of the file look at it.</summary>
    public int Users { get; set; }

    /// <summary>Whether a tensor of its own shape has taken over its memory.</summary>
    public bool IsTaken { get; set; }

    /// <summary>The numbers, one after another; null until they are read.</summary>
    public Tensor? Values { get; private set; }

    /// <summary>Reads the numbers; asks for the memory at once, so the file must have been found to hold them.</summary>
    public void Fill(TensorBytes.Visitor read)
    {
        Values = empty([Count], Type!.Value).DetachFromDisposeScope();
        TensorBytes.Visit(Values, read);
    }

    public void Dispose()
    {
        Values?.Dispose();
        Values = null;
    }
}
