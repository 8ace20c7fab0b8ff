namespace MlAva.Cli;

/// <summary>Command lines that can be copied into a shell.</summary>
static class Shell
{
    const string Plain = "-_./:=,@%+";

    /// <summary>Joins words to a line; words that a POSIX shell would change are in single quotes.</summary>
    public static string Line(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    static string Quote(string word) => word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || Plain.Contains(c, StringComparison.Ordinal))
        ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
