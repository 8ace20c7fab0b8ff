namespace MlAva.Diagnostics;

/// <summary>Writes command lines that mend a csv file into a new one beside it.</summary>
static class MendCommand
{
    /// <summary>The new file's name: <c>val.mended.csv</c> for <c>val.csv</c> or <c>val.csv.gz</c>.</summary>
    public static string Target(string path)
    {
        string plain = IsPacked(path) ? path[..^3] : path;
        string ending = Path.GetExtension(plain);
        return $"{plain[..^ending.Length]}.mended{ending}";
    }

    /// <summary>Changes columns by assignments of awk, such as <c>$7+=1</c>.</summary>
    public static string Awk(string path, string assignments)
    {
        // A BEGIN block stands outside of the block of every row.
        string program = assignments.StartsWith("BEGIN", StringComparison.Ordinal) ? $"{assignments} 1" : $"{{{assignments}}} 1";
        return Filter(path, $"awk -F, -v OFS=, -v OFMT=%.6f -v CONVFMT=%.6f '{program}'");
    }

    /// <summary>The same, or words where the file is a pickle, which awk cannot change.</summary>
    public static string AwkOr(string path, string assignments, string words) => IsPickle(path) ? words : Awk(path, assignments);

    public static bool IsPickle(string path) => Path.GetExtension(path).ToUpperInvariant() is ".PKL" or ".PICKLE" or ".P";

    /// <summary>Runs the file through a program that reads standard input.</summary>
    public static string Filter(string path, string program) => IsPacked(path)
        ? $"zcat {Quote(path)} | {program} > {Quote(Target(path))}"
        : $"{program} < {Quote(path)} > {Quote(Target(path))}";

    public static string Quote(string path) =>
        path.Length > 0 && path.All(c => char.IsLetterOrDigit(c) || c is '/' or '.' or '_' or '-' or '\\' or ':') ? path
            : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    static bool IsPacked(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
}
