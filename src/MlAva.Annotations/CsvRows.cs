namespace MlAva.Annotations;

/// <summary>Finds where rows of a csv file end, by the rules of <see cref="CsvReader"/>, without taking them apart.</summary>
static class CsvRows
{
    /// <summary>Where the row that begins at <paramref name="start"/> ends, its line end included; −1 when the bytes end before.</summary>
    /// <param name="bytes">Bytes of the file.</param>
    /// <param name="start">The row's first byte.</param>
    /// <param name="isEnd">Whether the file ends with these bytes.</param>
    public static int EndOfRow(ReadOnlySpan<byte> bytes, int start, bool isEnd)
    {
        int none = isEnd ? bytes.Length : -1;
        for (int i = start; ;)
        {
            if (i < bytes.Length && bytes[i] == '"')
            {
                i = EndOfQuote(bytes, i + 1);
                if (i < 0) return none;
            }

            int stop = bytes[i..].IndexOfAny((byte)',', (byte)'\n', (byte)'\r');
            if (stop < 0) return none;
            i += stop + 1;
            if (bytes[i - 1] == ',') continue;
            if (bytes[i - 1] == '\n') return i;
            // A line feed behind the carriage return belongs to it, and may not have been read yet.
            return i < bytes.Length ? i + (bytes[i] == '\n' ? 1 : 0) : none;
        }
    }

    /// <summary>Where the last whole row ends; 0 when there is none. The bytes begin with a row.</summary>
    public static int EndOfLastRow(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.Contains((byte)'"'))
        {
            int length = bytes.Length > 0 && bytes[^1] == '\r' ? bytes.Length - 1 : bytes.Length;
            return bytes[..length].LastIndexOfAny((byte)'\n', (byte)'\r') + 1;
        }

        int end = 0;
        for (int next = 0; next >= 0 && next < bytes.Length;)
        {
            next = EndOfRow(bytes, next, isEnd: false);
            if (next > 0) end = next;
        }

        return end;
    }

    /// <summary>The place behind the closing quote; −1 when the bytes end before, or may go on with a second quote.</summary>
    static int EndOfQuote(ReadOnlySpan<byte> bytes, int start)
    {
        for (int i = start; ; i += 2)
        {
            int quote = bytes[i..].IndexOf((byte)'"');
            if (quote < 0 || i + quote + 1 >= bytes.Length) return -1;
            i += quote;
            if (bytes[i + 1] != '"') return i + 1;
        }
    }
}
