using System.Diagnostics;

namespace MlAva.TestSupport;

/// <summary>A Python with PyTorch, where this machine has one: the judge of files that both must read.</summary>
public static class PythonTorch
{
    static readonly Lazy<string?> Found = new(Find);

    /// <summary>The interpreter, or null.</summary>
    public static string? Path => Found.Value;

    /// <summary>Runs a script with arguments; what it printed, or an error with what it complained about.</summary>
    public static string Run(string script, params string[] arguments)
    {
        (int code, string output, string error) = Start(Path!, ["-c", script, .. arguments]);
        return code == 0 ? output : throw new InvalidOperationException($"Python ended with {code}: {error}");
    }

    static string? Find() => Candidates().FirstOrDefault(p =>
    {
        try
        {
            return File.Exists(p) && Start(p, ["-c", "import torch; torch.zeros(1)"]).Code == 0;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            return false;
        }
    });

    // Another Python than the first may be the one with torch: that of the system, beside one of the user's.
    static IEnumerable<string> Candidates() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(folder => new[] { "python3", "python3.exe", "python.exe" }.Select(name => System.IO.Path.Combine(folder, name)));

    static (int Code, string Output, string Error) Start(string program, string[] arguments)
    {
        using Process process =
            Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
