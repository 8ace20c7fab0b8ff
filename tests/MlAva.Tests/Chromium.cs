using System.Diagnostics;
using SkiaSharp;

namespace MlAva.Tests;

/// <summary>A browser without a window, where this machine has one.</summary>
static class Chromium
{
    static readonly Lazy<string?> Found = new(() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(folder => new[] { "chromium", "chromium-browser", "google-chrome", "chrome.exe" }.Select(n => System.IO.Path.Combine(folder, n)))
        .FirstOrDefault(File.Exists));

    /// <summary>The program, or null.</summary>
    public static string? Path => Found.Value;

    /// <summary>A picture of a page, in its light colours.</summary>
    public static SKBitmap Picture(string page, string folder, int width, int height)
    {
        string picture = System.IO.Path.Combine(folder, "page.png");
        ProcessStartInfo start = new(Path!,
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-color-profile=srgb", "--no-first-run",
            // Nothing outside the page can be reached: a page that asks for something would lack it.
            "--host-resolver-rules=MAP * ~NOTFOUND",
            $"--user-data-dir={System.IO.Path.Combine(folder, "profile")}", $"--window-size={width},{height}", $"--screenshot={picture}",
            new Uri(page).AbsoluteUri,
        ]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return SKBitmap.Decode(picture) ?? throw new InvalidOperationException($"Chromium drew nothing: {errors.Result}");
    }
}
