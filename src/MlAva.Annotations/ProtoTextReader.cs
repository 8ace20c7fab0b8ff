using System.Globalization;
using System.Text;

namespace MlAva.Annotations;

/// <summary>Splits protobuf's text format into tokens, whatever the layout: line breaks and indentation mean nothing.</summary>
sealed class ProtoTextReader
{
    readonly string _path;
    readonly string _text;
    int _at;
    int _lineHere = 1;

    public ProtoTextReader(string path, string text)
    {
        _path = path;
        _text = text;
        Next();
    }

    public enum TokenKind
    {
        End,
        Word,
        Quoted,
        Symbol,
    }

    public TokenKind Kind { get; private set; }

    /// <summary>The token's text, of quoted text the inside with escapes resolved.</summary>
    public string Token { get; private set; } = "";

    /// <summary>1-based line of the token.</summary>
    public int Line { get; private set; } = 1;

    public bool Is(string symbol) => Kind == TokenKind.Symbol && Token == symbol;

    public bool Take(string symbol)
    {
        if (!Is(symbol)) return false;
        Next();
        return true;
    }

    public AnnotationFormatException Error(string expected, string mend) =>
        new(_path, Line, Kind == TokenKind.End ? "the end of the file" : $"'{Token}'", expected, mend);

    public int TakeInteger(string what)
    {
        string token = Token;
        if (Kind != TokenKind.Word || !int.TryParse(token, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value))
        {
            throw Error(what, "write a whole number without quotes");
        }
        Next();
        return value;
    }

    /// <summary>A string; adjacent ones are one, as protobuf has it.</summary>
    public string TakeText(string what)
    {
        if (Kind != TokenKind.Quoted) throw Error(what, "put the text between double quotes");
        StringBuilder text = new();
        for (; Kind == TokenKind.Quoted; Next()) text.Append(Token);
        return text.ToString();
    }

    /// <summary>Passes over the value of a field that is not of interest: a scalar, a list, or a message in braces.</summary>
    public void SkipValue()
    {
        if (Kind == TokenKind.Quoted)
        {
            TakeText("");
            return;
        }
        int depth = 0;
        do
        {
            if (Kind == TokenKind.End) throw Error("a closing brace", "close every brace");
            if (Is("{") || Is("[") || Is("<")) depth++;
            else if (Is("}") || Is("]") || Is(">")) depth--;
            if (depth < 0) throw Error("a value", "write a value behind the field's name");
            Next();
        }
        while (depth > 0);
    }

    public void Next()
    {
        SkipBlanksAndComments();
        Line = _lineHere;
        if (_at == _text.Length)
        {
            Kind = TokenKind.End;
            Token = "";
            return;
        }
        char c = _text[_at];
        if (c is '"' or '\'') ReadQuoted(c);
        else if (IsWord(c))
        {
            int start = _at;
            while (_at < _text.Length && IsWord(_text[_at])) _at++;
            Kind = TokenKind.Word;
            Token = _text[start.._at];
        }
        else
        {
            Kind = TokenKind.Symbol;
            Token = _text[_at++].ToString();
        }
    }

    static bool IsWord(char c) => char.IsLetterOrDigit(c) || c is '_' or '-' or '+' or '.';

    void SkipBlanksAndComments()
    {
        bool comment = false;
        for (; _at < _text.Length; _at++)
        {
            char c = _text[_at];
            if (c == '\n' || (c == '\r' && (_at + 1 == _text.Length || _text[_at + 1] != '\n')))
            {
                _lineHere++;
                comment = false;
            }
            else if (c == '#') comment = true;
            else if (!comment && !char.IsWhiteSpace(c)) return;
        }
    }

    void ReadQuoted(char quote)
    {
        StringBuilder text = new();
        for (_at++; _at < _text.Length && _text[_at] is not ('\n' or '\r'); _at++)
        {
            char c = _text[_at];
            if (c == quote)
            {
                _at++;
                Kind = TokenKind.Quoted;
                Token = text.ToString();
                return;
            }
            if (c == '\\' && _at + 1 < _text.Length) c = _text[++_at] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var other => other };
            text.Append(c);
        }
        throw new AnnotationFormatException(_path, Line, "a quote that is not closed in its line", "a closing quote", "close the quote");
    }
}
