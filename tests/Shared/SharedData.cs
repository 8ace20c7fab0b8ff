namespace MlAva.TestSupport;

/// <summary>Finds the reference data that lies beside the repository (<c>../shared</c>), where there is any.</summary>
public static class SharedData
{
    static readonly Lazy<string?> Found = new(Find);

    /// <summary>The folder, or null where this machine has none.</summary>
    public static string? Root => Found.Value;

    /// <summary>The repository's own root folder.</summary>
    public static string RepositoryRoot { get; } = Ancestors().First(d => File.Exists(System.IO.Path.Combine(d, "MlAva.sln")));

    /// <summary>The full path of a file or folder in the reference data.</summary>
    public static string Path(string relative) => System.IO.Path.Combine(
        Root ?? throw new InvalidOperationException("There is no reference data beside the repository; mark the test with SharedFact."), relative);

    static string? Find() => Ancestors().Select(d => System.IO.Path.Combine(d, "shared")).FirstOrDefault(d => Directory.Exists(System.IO.Path.Combine(d, "golden")));

    static IEnumerable<string> Ancestors()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent) yield return d.FullName;
    }
}
