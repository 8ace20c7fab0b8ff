using System.Runtime.InteropServices;

namespace MlAva.Networks;

/// <summary>Native memory for floats that begins at a cache line. Free it by disposing; the finalizer does it otherwise.</summary>
sealed unsafe class FloatBuffer : IDisposable
{
    const int Line = 64;
    float* _start;

    public FloatBuffer(long length)
    {
        Length = length;
        _start = (float*)NativeMemory.AlignedAlloc((nuint)Math.Max(length, 1) * sizeof(float), Line);
        GC.AddMemoryPressure(Bytes);
    }

    public long Length { get; }

    long Bytes => Math.Max(Length, 1) * sizeof(float);

    public float* Start => _start == null ? throw new ObjectDisposedException(nameof(FloatBuffer)) : _start;

    public void Clear() => NativeMemory.Clear(Start, (nuint)Length * sizeof(float));

    ~FloatBuffer() => Free();

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    void Free()
    {
        if (_start == null) return;
        NativeMemory.AlignedFree(_start);
        _start = null;
        GC.RemoveMemoryPressure(Bytes);
    }
}
