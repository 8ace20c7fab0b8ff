using System.Globalization;

namespace MlAva.Diagnostics;

/// <summary>How a csv file is laid out, as its first rows show.</summary>
/// <param name="Separator">What stands between columns.</param>
/// <param name="IsScoreFirst">Whether a detections file has the score in column 7 and the action in column 8.</param>
sealed record LooseForm(byte Separator, bool IsScoreFirst)
{
    const int Rows = 1000;

    /// <summary>What may stand between columns, the likeliest first.</summary>
    public static ReadOnlySpan<byte> Separators => ",\t;| "u8;

    /// <summary>A separator in words.</summary>
    public static string Name(byte separator) => separator switch
    {
        (byte)'\t' => "tabs",
        (byte)';' => "semicolons",
        (byte)'|' => "bars",
        (byte)' ' => "blanks",
        _ => "commas",
    };

    /// <summary>Looks at the first rows.</summary>
    public static LooseForm Sniff(string path, DataRole role)
    {
        using LineReader lines = new(path);
        CellSplitter cells = new();
        long[] legal = new long[Separators.Length];
        (long both, long scoreFirst, long fractions) = (0, 0, 0);
        for (int row = 0; row < Rows && lines.Read();)
        {
            if (lines.Current.Trim(" \t"u8).IsEmpty) continue;
            row++;
            for (int s = 0; s < legal.Length; s++)
            {
                cells.Split(lines.Current, Separators[s]);
                if (!role.IsLegalWidth(cells.Count)) continue;
                legal[s]++;
                if (role != DataRole.Detections || cells.Count != 8) continue;
                if (!Number(cells[6], out double seventh) || !Number(cells[7], out double eighth)) continue;
                both++;
                if (seventh is >= 0 and <= 1 && eighth >= 0 && eighth == Math.Floor(eighth)) scoreFirst++;
                if (seventh != Math.Floor(seventh)) fractions++;
            }
        }
        int best = 0;
        for (int s = 1; s < legal.Length; s++)
        {
            if (legal[s] > legal[best]) best = s;
        }
        // An action is a whole number; a score hardly ever is.
        return new(Separators[best], both > 0 && scoreFirst * 20 >= both * 19 && fractions * 10 >= both);
    }

    static bool Number(ReadOnlySpan<byte> cell, out double value) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
}
