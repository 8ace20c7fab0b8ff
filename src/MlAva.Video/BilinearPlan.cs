using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MlAva.Video;

/// <summary>
/// The tables for one resize from a size to a window of another, and the loops over a frame. A source row is first interpolated horizontally
/// into 16-bit values (sum >> 4, at most 32640); two such rows, kept as long as they are needed, give a row of the result. Immutable; its tables are from the shared pool.
/// </summary>
sealed class BilinearPlan : IDisposable
{
    // Values of a row that are computed in one go: sixteen, from four loads of sixteen bytes.
    const int Block = 16, Lane = 4;

    const int WeightOne = 2048;

    readonly FrameSize _source, _window;
    readonly bool _copy, _halve, _flip;
    readonly int _x, _y;
    readonly int[] _left, _columnWeights;
    readonly int[] _top;
    readonly short[] _topWeights, _bottomWeights;
    readonly int[] _stepOfColumn;
    readonly int _blocks;
    readonly int[] _bases = [], _valueWeights = [];
    readonly byte[] _picks = [];

    /// <summary>Prepares a resize.</summary>
    /// <param name="source">Size of the source frame.</param>
    /// <param name="size">Size of the whole result.</param>
    /// <param name="x">Left edge of the part of the result that is wanted.</param>
    /// <param name="y">Its top edge.</param>
    /// <param name="window">Its size.</param>
    /// <param name="flip">Whether the part is mirrored.</param>
    public BilinearPlan(FrameSize source, FrameSize size, int x, int y, FrameSize window, bool flip)
    {
        (_source, _window, _x, _y, _flip) = (source, window, x, y, flip);
        _copy = source == size;
        _halve = source.Width == 2 * size.Width && source.Height == 2 * size.Height;
        _left = ArrayPool<int>.Shared.Rent(window.Width);
        _columnWeights = ArrayPool<int>.Shared.Rent(window.Width);
        _stepOfColumn = ArrayPool<int>.Shared.Rent(window.Width);
        // OpenCV divides twice (1 / (new / old)); the quotient old / new can differ in its last bit.
        double scaleX = 1.0 / ((double)size.Width / source.Width), scaleY = 1.0 / ((double)size.Height / source.Height);
        for (int i = 0; i < window.Width; i++)
        {
            int column = x + (flip ? window.Width - 1 - i : i);
            var (start, fraction) = Locate(column, scaleX);
            // Columns beyond an edge take the edge pixel with full weight ...
            if (start < 0) (start, fraction) = (0, 0);
            if (start >= source.Width - 1) (start, fraction) = (source.Width - 1, 0);
            _left[i] = start * 3;
            _stepOfColumn[i] = start < source.Width - 1 ? 3 : 0;
            _columnWeights[i] = (ushort)Weight(1f - fraction) | Weight(fraction) << 16;
        }

        _top = ArrayPool<int>.Shared.Rent(window.Height);
        _topWeights = ArrayPool<short>.Shared.Rent(window.Height);
        _bottomWeights = ArrayPool<short>.Shared.Rent(window.Height);
        for (int i = 0; i < window.Height; i++)
        {
            // ... rows beyond an edge keep their fraction and take the edge row twice.
            var (start, fraction) = Locate(y + i, scaleY);
            (_top[i], _topWeights[i], _bottomWeights[i]) = (start, Weight(1f - fraction), Weight(fraction));
        }

        if (!Avx2.IsSupported || _copy || _halve || source.Width * 3 < Block) return;
        _blocks = (window.Width * 3 + Block - 1) / Block;
        _bases = ArrayPool<int>.Shared.Rent(_blocks * Block / Lane);
        _valueWeights = ArrayPool<int>.Shared.Rent(_blocks * Block);
        _picks = ArrayPool<byte>.Shared.Rent(_blocks * Block * 4);
        if (!TryLayOut()) _blocks = 0;
    }

    /// <summary>Gives the tables back.</summary>
    public void Dispose()
    {
        foreach (int[] table in (ReadOnlySpan<int[]>)[_left, _columnWeights, _stepOfColumn, _top, _bases, _valueWeights])
            if (table.Length > 0) ArrayPool<int>.Shared.Return(table);
        ArrayPool<short>.Shared.Return(_topWeights);
        ArrayPool<short>.Shared.Return(_bottomWeights);
        if (_picks.Length > 0) ArrayPool<byte>.Shared.Return(_picks);
    }

    /// <summary>Resizes one frame.</summary>
    public unsafe void Run(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        fixed (byte* from = source, to = destination)
        {
            if (_copy) Copy(from, to);
            else if (_halve) Halve(from, to);
            else Interpolate(from, to);
        }
    }

    static (int Start, float Fraction) Locate(int target, double scale)
    {
        float position = (float)((target + 0.5) * scale - 0.5);
        int start = (int)MathF.Floor(position);
        return (start, position - start);
    }

    static short Weight(float part) => (short)MathF.Round(part * WeightOne, MidpointRounding.ToEven);

    // Every four values of a row come from one load; false where the pixels they need lie farther apart than a load reaches.
    bool TryLayOut()
    {
        int values = _window.Width * 3, lastLoad = _source.Width * 3 - Block;
        for (int v = 0; v < _blocks * Block; v += Lane)
        {
            int count = Math.Min(Lane, values - v), start = int.MaxValue;
            for (int k = 0; k < count; k++) start = Math.Min(start, _left[(v + k) / 3]);
            start = count > 0 ? Math.Min(start, lastLoad) : 0;
            // A register holds values 0-3 and 8-11, the next 4-7 and 12-15: packed together they are in order.
            int lane = v / Lane % 4, place = v / Block * Block + (lane % 2 * 2 + lane / 2) * Lane;
            _bases[place / Lane] = start;
            for (int k = 0; k < Lane; k++)
            {
                Span<byte> pick = _picks.AsSpan((place + k) * 4, 4);
                pick.Fill(255);
                _valueWeights[place + k] = 0;
                if (k >= count) continue;
                int pixel = (v + k) / 3, first = _left[pixel] + (v + k) % 3 - start, second = first + _stepOfColumn[pixel];
                if (second >= Block) return false;
                (pick[0], pick[2], _valueWeights[place + k]) = ((byte)first, (byte)second, _columnWeights[pixel]);
            }
        }

        return true;
    }

    unsafe void Copy(byte* from, byte* to)
    {
        int sourceStride = _source.Width * 3, stride = _window.Width * 3;
        for (int row = 0; row < _window.Height; row++, to += stride)
        {
            byte* line = from + (nint)(_y + row) * sourceStride;
            if (!_flip)
            {
                Unsafe.CopyBlockUnaligned(to, line + _x * 3, (uint)stride);
                continue;
            }

            for (int i = 0; i < _window.Width; i++)
            {
                byte* pixel = line + (_x + _window.Width - 1 - i) * 3;
                (to[i * 3], to[i * 3 + 1], to[i * 3 + 2]) = (pixel[0], pixel[1], pixel[2]);
            }
        }
    }

    unsafe void Halve(byte* from, byte* to)
    {
        int sourceStride = _source.Width * 3;
        for (int row = 0; row < _window.Height; row++)
        {
            byte* upper = from + (nint)(_y + row) * 2 * sourceStride, lower = upper + sourceStride;
            for (int i = 0; i < _window.Width; i++, to += 3)
            {
                int at = (_x + (_flip ? _window.Width - 1 - i : i)) * 6;
                for (int c = 0; c < 3; c++) to[c] = (byte)((upper[at + c] + upper[at + c + 3] + lower[at + c] + lower[at + c + 3] + 2) >> 2);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    unsafe void Interpolate(byte* from, byte* to)
    {
        int stride = _window.Width * 3, sourceStride = _source.Width * 3;
        // Rows are written in whole blocks, or each pixel as four values of which three are meant: they need room beyond their end.
        int rowLength = stride + Block;
        short[] rows = ArrayPool<short>.Shared.Rent(2 * rowLength);
        fixed (short* cache = rows)
        {
            short* upper = cache, lower = cache + rowLength;
            int upperRow = -1, lowerRow = -1;
            for (int row = 0; row < _window.Height; row++, to += stride)
            {
                int top = Math.Clamp(_top[row], 0, _source.Height - 1), bottom = Math.Clamp(_top[row] + 1, 0, _source.Height - 1);
                if (top != upperRow)
                {
                    if (top == lowerRow)
                    {
                        short* swapped = upper;
                        upper = lower;
                        lower = swapped;
                        (upperRow, lowerRow) = (lowerRow, upperRow);
                    }
                    else
                    {
                        InterpolateRow(from + (nint)top * sourceStride, upper);
                        upperRow = top;
                    }
                }

                short* second = upper;
                if (bottom != upperRow)
                {
                    if (bottom != lowerRow)
                    {
                        InterpolateRow(from + (nint)bottom * sourceStride, lower);
                        lowerRow = bottom;
                    }

                    second = lower;
                }

                Blend(upper, second, _topWeights[row], _bottomWeights[row], to, stride);
            }
        }

        ArrayPool<short>.Shared.Return(rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    unsafe void InterpolateBlocks(byte* row, short* result)
    {
        fixed (int* bases = _bases, weights = _valueWeights)
        fixed (byte* picks = _picks)
        {
            int* start = bases, weight = weights;
            byte* pick = picks;
            for (int block = 0; block < _blocks; block++, start += 4, weight += Block, pick += Block * 4, result += Block)
            {
                Vector256<int> first = Four(row + start[0], row + start[1], pick, weight), second = Four(row + start[2], row + start[3], pick + 32, weight + 8);
                Avx2.PackSignedSaturate(first, second).Store(result);
            }
        }

        static Vector256<int> Four(byte* lower, byte* upper, byte* pick, int* weight)
        {
            Vector256<byte> bytes = Avx2.InsertVector128(Vector128.Load(lower).ToVector256Unsafe(), Vector128.Load(upper), 1);
            Vector256<short> pairs = Avx2.Shuffle(bytes, Vector256.Load(pick)).AsInt16();
            return Avx2.ShiftRightLogical(Avx2.MultiplyAddAdjacent(pairs, Vector256.Load(weight).AsInt16()), 4);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    unsafe void InterpolateRow(byte* row, short* result)
    {
        if (_blocks > 0)
        {
            InterpolateBlocks(row, result);
            return;
        }

        fixed (int* left = _left, weights = _columnWeights, step = _stepOfColumn)
        {
            int i = 0, count = _window.Width;
            if (Ssse3.IsSupported)
            {
                // A load takes eight bytes, of which six are the two pixels: it must not reach beyond the row.
                int lastLoad = _source.Width * 3 - 8;
                Vector128<byte> pairs = Vector128.Create((byte)0, 255, 3, 255, 1, 255, 4, 255, 2, 255, 5, 255, 255, 255, 255, 255);
                for (; i < count; i++, result += 3)
                {
                    int at = left[i];
                    if (at > lastLoad)
                    {
                        Pixel(row, at, step[i], weights[i], result);
                        continue;
                    }

                    Vector128<short> values = Ssse3.Shuffle(Vector128.CreateScalarUnsafe(*(long*)(row + at)).AsByte(), pairs).AsInt16();
                    Vector128<int> sums = Sse2.ShiftRightLogical(Sse2.MultiplyAddAdjacent(values, Vector128.Create(weights[i]).AsInt16()), 4);
                    *(long*)result = Sse2.PackSignedSaturate(sums, sums).AsInt64().ToScalar();
                }

                return;
            }

            for (; i < count; i++, result += 3) Pixel(row, left[i], step[i], weights[i], result);
        }

        static void Pixel(byte* row, int at, int step, int weights, short* result)
        {
            int first = weights & 0xFFFF, second = weights >> 16;
            for (int c = 0; c < 3; c++) result[c] = (short)((row[at + c] * first + row[at + step + c] * second) >> 4);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static unsafe void Blend(short* upper, short* lower, short upperWeight, short lowerWeight, byte* to, int length)
    {
        int i = 0;
        if (Avx2.IsSupported)
        {
            Vector256<short> first = Vector256.Create(upperWeight), second = Vector256.Create(lowerWeight), two = Vector256.Create((short)2);
            for (; i <= length - 16; i += 16)
            {
                Vector256<short> sum = Avx2.MultiplyHigh(Vector256.Load(upper + i), first) + Avx2.MultiplyHigh(Vector256.Load(lower + i), second);
                Vector256<short> values = Avx2.ShiftRightArithmetic(sum + two, 2);
                Sse2.PackUnsignedSaturate(values.GetLower(), values.GetUpper()).Store(to + i);
            }
        }
        else if (Sse2.IsSupported)
        {
            Vector128<short> first = Vector128.Create(upperWeight), second = Vector128.Create(lowerWeight), two = Vector128.Create((short)2);
            for (; i <= length - 8; i += 8)
            {
                Vector128<short> sum = Sse2.MultiplyHigh(Vector128.Load(upper + i), first) + Sse2.MultiplyHigh(Vector128.Load(lower + i), second);
                Vector128<short> values = Sse2.ShiftRightArithmetic(sum + two, 2);
                *(long*)(to + i) = Sse2.PackUnsignedSaturate(values, values).AsInt64().ToScalar();
            }
        }

        for (; i < length; i++) to[i] = (byte)(((upper[i] * upperWeight >> 16) + (lower[i] * lowerWeight >> 16) + 2) >> 2);
    }
}
