using MlAva.Annotations;

namespace MlAva.Persons;

/// <summary>Maps of how much pixels changed, and the connected pieces in them.</summary>
static class Mask
{
    const int BlurWindow = 9;

    /// <summary>Means over 3×3 pixels; at the border over those that there are.</summary>
    public static byte[] Blur(byte[] values, int width, int height)
    {
        byte[] result = new byte[values.Length];
        for (int y = 0; y < height; y++)
        {
            int up = Math.Max(0, y - 1) * width, here = y * width, down = Math.Min(height - 1, y + 1) * width;
            for (int x = 0; x < width; x++)
            {
                int left = Math.Max(0, x - 1), right = Math.Min(width - 1, x + 1);
                int sum = values[up + left] + values[up + x] + values[up + right] + values[here + left] + values[here + x] + values[here + right]
                    + values[down + left] + values[down + x] + values[down + right];
                result[here + x] = (byte)(sum / BlurWindow);
            }
        }
        return result;
    }

    public static byte[] Threshold(byte[] values, int threshold)
    {
        for (int i = 0; i < values.Length; i++)
            if (values[i] < threshold) values[i] = 0;
        return values;
    }

    public static double Share(byte[] mask) => (double)(mask.Length - mask.AsSpan().Count((byte)0)) / mask.Length;

    /// <summary>The pieces of a mask; pixels at most <paramref name="reach"/> apart hang together.</summary>
    public static List<Piece> Pieces(byte[] mask, int width, int height, int reach)
    {
        byte[] grown = Grow(mask, width, height, reach);
        Stack<int> open = new();
        List<Piece> pieces = [];
        for (int start = 0; start < grown.Length; start++)
        {
            if (grown[start] == 0) continue;
            Piece piece = new(width, height);
            grown[start] = 0;
            open.Push(start);
            while (open.TryPop(out int at))
            {
                int x = at % width, y = at / width;
                if (mask[at] > 0) piece.Add(at, mask[at]);
                if (x > 0) Visit(at - 1);
                if (x < width - 1) Visit(at + 1);
                if (y > 0) Visit(at - width);
                if (y < height - 1) Visit(at + width);
            }
            if (piece.Area > 0) pieces.Add(piece);
        }
        return pieces;

        void Visit(int at)
        {
            if (grown[at] == 0) return;
            grown[at] = 0;
            open.Push(at);
        }
    }

    static byte[] Grow(byte[] mask, int width, int height, int reach)
    {
        byte[] across = new byte[mask.Length], result = new byte[mask.Length];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                if (mask[y * width + x] == 0) continue;
                int from = Math.Max(0, x - reach), to = Math.Min(width - 1, x + reach);
                across.AsSpan(y * width + from, to - from + 1).Fill(1);
            }
        }
        for (int y = 0; y < height; y++)
        {
            int from = Math.Max(0, y - reach), to = Math.Min(height - 1, y + reach);
            for (int other = from; other <= to; other++)
                for (int x = 0; x < width; x++) result[other * width + x] |= across[y * width + x];
        }
        return result;
    }

    /// <summary>Pixels that hang together.</summary>
    internal sealed class Piece(int width, int height)
    {
        readonly int[] _columns = new int[width], _rows = new int[height];
        readonly List<int> _pixels = [];

        public IReadOnlyList<int> Pixels => _pixels;

        public int Area => _pixels.Count;

        /// <summary>The changes of all pixels, added.</summary>
        public long Strength { get; private set; }

        public void Add(int pixel, int strength)
        {
            _columns[pixel % width]++;
            _rows[pixel / width]++;
            _pixels.Add(pixel);
            Strength += strength;
        }

        public void Add(Piece other)
        {
            for (int i = 0; i < _columns.Length; i++) _columns[i] += other._columns[i];
            for (int i = 0; i < _rows.Length; i++) _rows[i] += other._rows[i];
            _pixels.AddRange(other._pixels);
            Strength += other.Strength;
        }

        /// <summary>The box around the pixels, thin ends left out; in pixels.</summary>
        public Box Box()
        {
            (int left, int right) = Ends(_columns);
            (int top, int bottom) = Ends(_rows);
            return new(left, top, right + 1, bottom + 1);
        }

        static (int First, int Last) Ends(int[] counts)
        {
            int least = Math.Max(1, counts.Max() / 12);
            return (Array.FindIndex(counts, c => c >= least), Array.FindLastIndex(counts, c => c >= least));
        }
    }
}
