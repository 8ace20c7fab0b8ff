using System.Globalization;
using System.Text;

namespace MlAva.Pickle;

/// <summary>The escapes of strings in protocol 0; null stands for one that cannot be read.</summary>
static class TextEscapes
{
    /// <summary>
    /// The inside of a Python string literal: <c>\n</c>, <c>\x41</c>, <c>\101</c>, <c>\\</c> and so on; other bytes are Latin-1.
    /// </summary>
    public static string? Quoted(ReadOnlySpan<byte> body)
    {
        StringBuilder text = new(body.Length);
        for (int i = 0; i < body.Length; i++)
        {
            if (body[i] != '\\')
            {
                text.Append((char)body[i]);
                continue;
            }
            if (++i == body.Length) return null;
            switch ((char)body[i])
            {
                case '\\' or '\'' or '"': text.Append((char)body[i]); break;
                case 'a': text.Append('\a'); break;
                case 'b': text.Append('\b'); break;
                case 'f': text.Append('\f'); break;
                case 'n': text.Append('\n'); break;
                case 'r': text.Append('\r'); break;
                case 't': text.Append('\t'); break;
                case 'v': text.Append('\v'); break;
                case 'x':
                    if (Hex(body, i + 1, 2) is not { } code) return null;
                    text.Append((char)code);
                    i += 2;
                    break;
                case >= '0' and <= '7':
                    int value = 0, last = Math.Min(i + 3, body.Length);
                    for (; i < last && body[i] is >= (byte)'0' and <= (byte)'7'; i++) value = value * 8 + body[i] - '0';
                    text.Append((char)(value & 0xff));
                    i--;
                    break;
                default:
                    text.Append('\\').Append((char)body[i]);
                    break;
            }
        }
        return text.ToString();
    }

    /// <summary>Python's raw-unicode-escape: only <c>\uXXXX</c> and <c>\UXXXXXXXX</c> are escapes; other bytes are Latin-1.</summary>
    public static string? Raw(ReadOnlySpan<byte> line)
    {
        StringBuilder text = new(line.Length);
        for (int i = 0; i < line.Length; i++)
        {
            int digits = line[i] == '\\' && i + 1 < line.Length ? line[i + 1] switch { (byte)'u' => 4, (byte)'U' => 8, _ => 0 } : 0;
            if (digits == 0)
            {
                text.Append((char)line[i]);
                continue;
            }
            if (Hex(line, i + 2, digits) is not { } code || code > 0x10ffff) return null;
            if (code <= 0xffff) text.Append((char)code);
            else text.Append(char.ConvertFromUtf32((int)code));
            i += 1 + digits;
        }
        return text.ToString();
    }

    static uint? Hex(ReadOnlySpan<byte> text, int start, int digits)
    {
        if (start + digits > text.Length) return null;
        ReadOnlySpan<byte> number = text.Slice(start, digits);
        return uint.TryParse(number, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint code) ? code : null;
    }
}
