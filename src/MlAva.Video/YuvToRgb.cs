using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MlAva.Video;

/// <summary>
/// Planar 4:2:0 frames of 8 bits to RGB, to the last bit as FFmpeg's scaler does it with bicubic chroma and exact rounding, several times as fast. Chroma rows are stretched
/// once, to 15 bits, and kept while rows of the result need them. For one thread at a time.
/// </summary>
sealed unsafe class YuvToRgb
{
    const int Rows = 4, HorizontalOne = 1 << 14, VerticalOne = 1 << 12;

    readonly int _width, _height, _chromaWidth;
    readonly ScaleFilter _across, _down;
    readonly int _regularFrom, _regularTo;
    readonly short[] _rows;
    readonly int[] _inRow = new int[Rows];
    readonly int _yFactor, _yOffset, _vToRed, _vToGreen, _uToGreen, _uToBlue;

    /// <summary>Prepares a size and a matrix.</summary>
    /// <param name="size">Size of a frame.</param>
    /// <param name="coefficients">The four numbers of FFmpeg's table for the stream's matrix.</param>
    /// <param name="fullRange">Whether luma runs from 0 to 255, not from 16 to 235.</param>
    public YuvToRgb(FrameSize size, ReadOnlySpan<int> coefficients, bool fullRange)
    {
        (_width, _height, _chromaWidth) = (size.Width, size.Height, (size.Width + 1) / 2);
        _across = new(_chromaWidth, _width, HorizontalOne);
        _down = new((_height + 1) / 2, _height, VerticalOne);
        _rows = new short[Rows * 2 * (_width + 32)];
        (_regularFrom, _regularTo) = Regular();
        long y = 1 << 16, offset = 0, red = coefficients[0], blue = coefficients[1], uGreen = -coefficients[2], vGreen = -coefficients[3];
        if (fullRange)
        {
            (red, blue, uGreen, vGreen) = (red * 224 / 255, blue * 224 / 255, uGreen * 224 / 255, vGreen * 224 / 255);
        }
        else
        {
            (y, offset) = (y * 255 / 219, 16 << 16);
        }

        (_yFactor, _yOffset) = (Rounded(y << 13), Rounded(offset << 9));
        (_vToRed, _vToGreen, _uToGreen, _uToBlue) = (Rounded(red << 13), Rounded(vGreen << 13), Rounded(uGreen << 13), Rounded(blue << 13));
    }

    /// <summary>Whether this processor and size are served.</summary>
    public static bool Serves(FrameSize size) => Avx2.IsSupported && size is { Width: >= 8, Height: >= 8 };

    /// <summary>Converts a frame.</summary>
    /// <param name="planes">Luma and the two chroma planes.</param>
    /// <param name="strides">Bytes from a row to the next, for each plane.</param>
    /// <param name="to">[H, W, 3], exactly.</param>
    public void Convert(byte** planes, int* strides, Span<byte> to)
    {
        if (to.Length < _width * _height * 3) throw new ArgumentException($"{to.Length} bytes for a frame of {_width}x{_height}.", nameof(to));
        Array.Fill(_inRow, -1);
        int rowLength = _width + 32, taps = _down.Taps;
        short** u = stackalloc short*[Rows], v = stackalloc short*[Rows];
        int* weights = stackalloc int[Rows];
        fixed (byte* output = to)
        fixed (short* rows = _rows)
        {
            for (int row = 0; row < _height; row++)
            {
                for (int t = 0; t < Rows; t++)
                {
                    // Fewer taps than four: any row does, with no weight.
                    int source = _down.Starts[row] + Math.Min(t, taps - 1), slot = source % Rows;
                    u[t] = rows + slot * 2 * rowLength;
                    v[t] = u[t] + rowLength;
                    weights[t] = t < taps ? _down.Weights[row * taps + t] : 0;
                    if (_inRow[slot] == source) continue;
                    Stretch(planes[1] + (nint)source * strides[1], u[t]);
                    Stretch(planes[2] + (nint)source * strides[2], v[t]);
                    _inRow[slot] = source;
                }

                Row(planes[0] + (nint)row * strides[0], u, v, weights, output + (nint)row * _width * 3);
            }
        }
    }

    static int Rounded(long value) => (int)Math.Clamp((value + (1 << 15)) >> 16, -0x7FFF, 0x7FFF);

    // Chroma places whose two results have the same taps as their neighbours', two to the left and to the right of them.
    (int From, int To) Regular()
    {
        if (_across.Taps != 4 || _chromaWidth < 8) return (0, 0);
        int middle = _chromaWidth / 2;
        int from = middle, to = middle;
        while (from > 2 && Same(from - 1)) from--;
        while (to < _chromaWidth - 3 && 2 * to + 1 < _width && Same(to)) to++;
        return (from, to);

        bool Same(int k) => 2 * k + 1 < _width && _across.Starts[2 * k] == k - 2 && _across.Starts[2 * k + 1] == k - 1
            && _across.Weights.AsSpan(8 * k, 8).SequenceEqual(_across.Weights.AsSpan(8 * middle, 8));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Stretch(byte* row, short* to)
    {
        int k = _regularFrom;
        for (int i = 0; i < 2 * k; i++) to[i] = Stretched(row, i);
        fixed (int* weights = &_across.Weights[_regularTo > _regularFrom ? 8 * (_chromaWidth / 2) : 0])
        {
            // A load reaches two places beyond the sixteen it is for.
            if (_regularTo - k >= 16)
            {
                Vector256<short> even01 = Pair(weights[0], weights[1]), even23 = Pair(weights[2], weights[3]);
                Vector256<short> odd01 = Pair(weights[4], weights[5]), odd23 = Pair(weights[6], weights[7]);
                for (; k + 16 <= _regularTo; k += 16)
                {
                    Vector256<short> a = Wide(row + k - 2), b = Wide(row + k - 1), c = Wide(row + k), d = Wide(row + k + 1), e = Wide(row + k + 2);
                    Vector256<short> even = Sum(a, b, even01, c, d, even23), odd = Sum(b, c, odd01, d, e, odd23);
                    Vector256<short> low = Avx2.UnpackLow(even, odd), high = Avx2.UnpackHigh(even, odd);
                    Avx2.Permute2x128(low, high, 0x20).Store(to + 2 * k);
                    Avx2.Permute2x128(low, high, 0x31).Store(to + 2 * k + 16);
                }
            }
        }

        for (int i = 2 * k; i < _width; i++) to[i] = Stretched(row, i);

        static Vector256<short> Wide(byte* at) => Avx2.ConvertToVector256Int16(at);

        static Vector256<short> Sum(Vector256<short> a, Vector256<short> b, Vector256<short> ab, Vector256<short> c, Vector256<short> d, Vector256<short> cd)
        {
            Vector256<int> low = Avx2.MultiplyAddAdjacent(Avx2.UnpackLow(a, b), ab) + Avx2.MultiplyAddAdjacent(Avx2.UnpackLow(c, d), cd);
            Vector256<int> high = Avx2.MultiplyAddAdjacent(Avx2.UnpackHigh(a, b), ab) + Avx2.MultiplyAddAdjacent(Avx2.UnpackHigh(c, d), cd);
            return Avx2.PackSignedSaturate(low >> 7, high >> 7);
        }
    }

    short Stretched(byte* row, int i)
    {
        int taps = _across.Taps, sum = 0;
        for (int t = 0; t < taps; t++) sum += row[_across.Starts[i] + t] * _across.Weights[i * taps + t];
        return (short)Math.Min(sum >> 7, short.MaxValue);
    }

    static Vector256<short> Pair(int first, int second) => Vector256.Create((ushort)(short)first | second << 16).AsInt16();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Row(byte* luma, short** u, short** v, int* weights, byte* to)
    {
        int i = 0;
        Vector256<short> first = Pair(weights[0], weights[1]), second = Pair(weights[2], weights[3]);
        Vector256<int> bias = Vector256.Create(512 - (128 << 19)), factor = Vector256.Create(512 * _yFactor), level = Vector256.Create((1 << 21) - _yOffset * _yFactor);
        Vector256<int> vr = Vector256.Create(_vToRed), vg = Vector256.Create(_vToGreen), ug = Vector256.Create(_uToGreen), ub = Vector256.Create(_uToBlue);
        // Eight red and eight green bytes, and eight blue ones, to eight pixels.
        Vector128<byte> rg0 = Vector128.Create((byte)0, 8, 255, 1, 9, 255, 2, 10, 255, 3, 11, 255, 4, 12, 255, 5);
        Vector128<byte> b0 = Vector128.Create((byte)255, 255, 0, 255, 255, 1, 255, 255, 2, 255, 255, 3, 255, 255, 4, 255);
        Vector128<byte> rg1 = Vector128.Create((byte)13, 255, 6, 14, 255, 7, 15, 255, 255, 255, 255, 255, 255, 255, 255, 255);
        Vector128<byte> b1 = Vector128.Create((byte)255, 5, 255, 255, 6, 255, 255, 7, 255, 255, 255, 255, 255, 255, 255, 255);
        for (; i + 16 <= _width; i += 16, to += 48)
        {
            (Vector256<int> uLow, Vector256<int> uHigh) = Chroma(u, i, first, second, bias);
            (Vector256<int> vLow, Vector256<int> vHigh) = Chroma(v, i, first, second, bias);
            Vector256<short> y = Avx2.ConvertToVector256Int16(luma + i);
            Vector256<int> yLow = Avx2.UnpackLow(y, Vector256<short>.Zero).AsInt32() * factor + level;
            Vector256<int> yHigh = Avx2.UnpackHigh(y, Vector256<short>.Zero).AsInt32() * factor + level;
            Vector256<short> red = Packed(yLow + vLow * vr, yHigh + vHigh * vr);
            Vector256<short> green = Packed(yLow + vLow * vg + uLow * ug, yHigh + vHigh * vg + uHigh * ug);
            Vector256<short> blue = Packed(yLow + uLow * ub, yHigh + uHigh * ub);
            Vector256<byte> rg = Avx2.PackUnsignedSaturate(red, green), bb = Avx2.PackUnsignedSaturate(blue, blue);
            Store(rg.GetLower(), bb.GetLower(), to);
            Store(rg.GetUpper(), bb.GetUpper(), to + 24);
        }

        for (; i < _width; i++, to += 3)
        {
            int uSum = 512 - (128 << 19), vSum = uSum;
            for (int t = 0; t < Rows; t++)
            {
                uSum += u[t][i] * weights[t];
                vSum += v[t][i] * weights[t];
            }

            (uSum, vSum) = (uSum >> 10, vSum >> 10);
            int y = luma[i] * 512 * _yFactor + (1 << 21) - _yOffset * _yFactor;
            to[0] = (byte)Math.Clamp((y + vSum * _vToRed) >> 22, 0, 255);
            to[1] = (byte)Math.Clamp((y + vSum * _vToGreen + uSum * _uToGreen) >> 22, 0, 255);
            to[2] = (byte)Math.Clamp((y + uSum * _uToBlue) >> 22, 0, 255);
        }

        static Vector256<short> Packed(Vector256<int> low, Vector256<int> high) => Avx2.PackSignedSaturate(low >> 22, high >> 22);

        void Store(Vector128<byte> rg, Vector128<byte> b, byte* at)
        {
            (Ssse3.Shuffle(rg, rg0) | Ssse3.Shuffle(b, b0)).Store(at);
            *(long*)(at + 16) = (Ssse3.Shuffle(rg, rg1) | Ssse3.Shuffle(b, b1)).AsInt64().ToScalar();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector256<int> Low, Vector256<int> High) Chroma(short** rows, int i, Vector256<short> first, Vector256<short> second, Vector256<int> bias)
    {
        Vector256<short> a = Vector256.Load(rows[0] + i), b = Vector256.Load(rows[1] + i), c = Vector256.Load(rows[2] + i), d = Vector256.Load(rows[3] + i);
        Vector256<int> low = Avx2.MultiplyAddAdjacent(Avx2.UnpackLow(a, b), first) + Avx2.MultiplyAddAdjacent(Avx2.UnpackLow(c, d), second);
        Vector256<int> high = Avx2.MultiplyAddAdjacent(Avx2.UnpackHigh(a, b), first) + Avx2.MultiplyAddAdjacent(Avx2.UnpackHigh(c, d), second);
        return ((low + bias) >> 10, (high + bias) >> 10);
    }
}
