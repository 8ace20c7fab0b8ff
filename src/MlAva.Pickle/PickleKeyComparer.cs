using System.Numerics;

namespace MlAva.Pickle;

/// <summary>Compares dictionary keys by value. Hashes are seeded, so that a hostile file cannot make all its keys collide.</summary>
sealed class PickleKeyComparer : IEqualityComparer<object>
{
    public static readonly PickleKeyComparer Instance = new();

    public static bool AreEqual(object? a, object? b) => a is byte[] x && b is byte[] y ? x.AsSpan().SequenceEqual(y) : Equals(a, b);

    public static int HashOf(object? value)
    {
        switch (value)
        {
            case long number:
                return HashCode.Combine((int)number, (int)(number >> 32));
            case double number:
                // +0 and −0 are equal, so they share a hash.
                long bits = number == 0 ? 0 : BitConverter.DoubleToInt64Bits(number);
                return HashCode.Combine((int)bits, (int)(bits >> 32), 1);
            case byte[] bytes:
                return OfBytes(bytes);
            case BigInteger number:
                return OfBytes(number.ToByteArray());
            default:
                return value?.GetHashCode() ?? 0;
        }
    }

    bool IEqualityComparer<object>.Equals(object? x, object? y) => AreEqual(x, y);

    int IEqualityComparer<object>.GetHashCode(object obj) => HashOf(obj);

    static int OfBytes(ReadOnlySpan<byte> bytes)
    {
        HashCode hash = new();
        hash.AddBytes(bytes);
        return hash.ToHashCode();
    }
}
