using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace MlAva.Reporting;

/// <summary>
/// HTML under construction, always well-formed XML too. Whatever is put into an interpolated string is escaped; only the string's own text and
/// other <see cref="Markup"/> go in as they are.
/// </summary>
sealed class Markup
{
    /// <summary>Stands for a number that there is none of.</summary>
    public const string Nothing = "–";

    readonly StringBuilder _text = new();

    /// <summary>Adds markup, its values escaped and numbers in invariant form; NaN becomes <see cref="Nothing"/>.</summary>
    public Markup Add([InterpolatedStringHandlerArgument("")] ref Values values)
    {
        _ = values;
        return this;
    }

    /// <summary>Adds markup once for each item.</summary>
    public Markup Each<T>(IEnumerable<T> items, Action<Markup, T> add)
    {
        foreach (T item in items) add(this, item);
        return this;
    }

    /// <summary>Adds markup where a condition holds.</summary>
    public Markup If(bool condition, Action<Markup> add)
    {
        if (condition) add(this);
        return this;
    }

    /// <summary>Text, style or script that is markup already.</summary>
    public static Markup Raw(string markup)
    {
        Markup result = new();
        result._text.Append(markup);
        return result;
    }

    /// <summary>A number, or <see cref="Nothing"/> where it is NaN.</summary>
    public static string Number(double value, string format = "F3") => double.IsNaN(value) ? Nothing : value.ToString(format, CultureInfo.InvariantCulture);

    public override string ToString() => _text.ToString();

    void Escaped(string value)
    {
        foreach (Rune rune in value.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '<': _text.Append("&lt;"); break;
                case '>': _text.Append("&gt;"); break;
                case '&': _text.Append("&amp;"); break;
                case '"': _text.Append("&quot;"); break;
                case '\'': _text.Append("&#39;"); break;
                // Control characters have no place in XML, escaped or not.
                case < 0x20 and not (0x09 or 0x0A or 0x0D) or 0xFFFE or 0xFFFF: _text.Append('\uFFFD'); break;
                default: _text.Append(rune.ToString()); break;
            }
        }
    }

    /// <summary>The compiler hands the parts of an interpolated string to this.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Values
    {
        readonly Markup _to;

        public Values(int literalLength, int formattedCount, Markup to)
        {
            to._text.EnsureCapacity(to._text.Length + literalLength + 8 * formattedCount);
            _to = to;
        }

        public void AppendLiteral(string text) => _to._text.Append(text);

        public void AppendFormatted(string? text) => _to.Escaped(text ?? "");

        public void AppendFormatted(Markup markup) => _to._text.Append(markup._text);

        public void AppendFormatted(int number, string format = "0") => _to._text.Append(number.ToString(format, CultureInfo.InvariantCulture));

        public void AppendFormatted(double number, string format = "0.##") => _to._text.Append(Number(number, format));
    }
}
