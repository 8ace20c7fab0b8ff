using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>The memory of a tensor, in parts: a span ends at 2 GiB, a tensor need not.</summary>
static class TensorBytes
{
    const long Part = 1 << 24;

    public delegate void Visitor(Span<byte> part);

    /// <summary>Visits all bytes in order.</summary>
    /// <param name="values">A contiguous tensor on the CPU.</param>
    /// <param name="visit">Reads or writes a part, at most 16 MiB.</param>
    public static void Visit(Tensor values, Visitor visit)
    {
        using Tensor flat = values.view(-1);
        long count = flat.numel(), step = Part / values.element_size();
        for (long at = 0; at < count; at += step)
        {
            using Tensor part = flat.slice(0, at, Math.Min(at + step, count), 1);
            visit(part.bytes);
        }
    }
}
