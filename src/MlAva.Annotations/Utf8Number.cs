using System.Globalization;
using System.Text;

namespace MlAva.Annotations;

/// <summary>Numbers of csv cells, straight from UTF-8: the same values that <see cref="double.Parse(string)"/> gives, to the last bit.</summary>
static class Utf8Number
{
    const NumberStyles Decimal = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    static ReadOnlySpan<double> PowersOfTen => [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    /// <summary>A number with a decimal point; blanks around it are passed over. A number too large is infinite, NaN is none.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> cell, out double value)
    {
        if (TryPlain(cell, out value)) return true;
        cell = cell.Trim(" \t"u8);
        return TryPlain(cell, out value)
            || (!EndsInNull(cell) && double.TryParse(cell, Decimal, CultureInfo.InvariantCulture, out value) && !double.IsNaN(value));
    }

    /// <summary>As <see cref="TryNumber"/>, and <c>inf</c> and <c>infinity</c> as Python spells them.</summary>
    public static bool TryScore(ReadOnlySpan<byte> cell, out double value)
    {
        if (TryNumber(cell, out value)) return true;
        cell = cell.Trim(" \t"u8);
        ReadOnlySpan<byte> unsigned = cell.Length > 0 && cell[0] is (byte)'-' or (byte)'+' ? cell[1..] : cell;
        if (!Ascii.EqualsIgnoreCase(unsigned, "inf") && !Ascii.EqualsIgnoreCase(unsigned, "infinity")) return false;
        value = cell[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        return true;
    }

    /// <summary>A whole number; blanks around it are passed over.</summary>
    public static bool TryInteger(ReadOnlySpan<byte> cell, out int value) =>
        int.TryParse(cell.Trim(" \t"u8), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && !EndsInNull(cell);

    // .NET passes over null characters behind a number; in a file they are the mark of a write that was cut off.
    static bool EndsInNull(ReadOnlySpan<byte> cell) => cell.EndsWith((byte)0);

    // Of up to 15 digits, the quotient of two exact doubles is the correctly rounded value; that is nearly every number of AVA.
    static bool TryPlain(ReadOnlySpan<byte> cell, out double value)
    {
        value = 0;
        int i = cell.Length > 0 && cell[0] == '-' ? 1 : 0;
        if (cell.Length - i is < 1 or > 16) return false;
        (int first, int point, long digits) = (i, -1, 0);
        for (; i < cell.Length; i++)
        {
            int digit = cell[i] - '0';
            if ((uint)digit <= 9) digits = digits * 10 + digit;
            else if (cell[i] == '.' && point < 0 && i > first && i < cell.Length - 1) point = i;
            else return false;
        }

        if (digits >= 1_000_000_000_000_000) return false;
        value = point < 0 ? digits : digits / PowersOfTen[cell.Length - point - 1];
        if (first > 0) value = -value;
        return true;
    }
}
