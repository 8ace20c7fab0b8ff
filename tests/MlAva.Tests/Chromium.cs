using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using SkiaSharp;

namespace MlAva.Tests;

/// <summary>A browser without a window, where this machine has one.</summary>
static class Chromium
{
    static readonly Lazy<string?> Found = new(() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(folder => new[] { "chromium", "chromium-browser", "google-chrome", "headless_shell", "chrome.exe" }.Select(n => System.IO.Path.Combine(folder, n)))
        .FirstOrDefault(File.Exists));

    /// <summary>The program, or null.</summary>
    public static string? Path => Found.Value;

    /// <summary>A picture of a page, in its light colours.</summary>
    public static SKBitmap Picture(string page, string folder, int width, int height)
    {
        string picture = System.IO.Path.Combine(folder, "page.png");
        (_, string errors) = Run(page, folder, width, height, $"--screenshot={picture}");
        return SKBitmap.Decode(picture) ?? throw new InvalidOperationException($"Chromium drew nothing: {errors}");
    }

    /// <summary>Where the elements lie that each of the selectors finds on a page of that size, in the page's order.</summary>
    public static SKRectI[][] Areas(string page, string folder, string[] selectors, int width, int height)
    {
        string copy = System.IO.Path.Combine(folder, "measured.html");
        File.WriteAllText(copy, File.ReadAllText(page).Replace("</body>", $$"""
            <script>document.title = JSON.stringify({{JsonSerializer.Serialize(selectors)}}.map(function (s) {
              return Array.from(document.querySelectorAll(s)).map(function (e) {
                var r = e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; }); }))</script></body>
            """, StringComparison.Ordinal));
        (string document, string errors) = Run(copy, folder, width, height, "--dump-dom");
        Match title = Regex.Match(document, "<title>(.*?)</title>", RegexOptions.Singleline);
        if (!title.Success) throw new InvalidOperationException($"Chromium read nothing: {errors}");
        using JsonDocument areas = JsonDocument.Parse(WebUtility.HtmlDecode(title.Groups[1].Value));
        return [.. areas.RootElement.EnumerateArray().Select(s => s.EnumerateArray().Select(a =>
            new SKRectI(Pixel(a[0]), Pixel(a[1]), Pixel(a[2]), Pixel(a[3]))).ToArray())];

        static int Pixel(JsonElement place) => (int)Math.Round(place.GetDouble());
    }

    static (string Output, string Errors) Run(string page, string folder, int width, int height, string action)
    {
        ProcessStartInfo start = new(Path!,
        [
            // Root may not use the sandbox, and tests of a container run as root.
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb", "--no-first-run",
            // Nothing outside the page can be reached: a page that asks for something would lack it.
            "--host-resolver-rules=MAP * ~NOTFOUND",
            $"--user-data-dir={System.IO.Path.Combine(folder, "profile")}", $"--window-size={width},{height}", action, new Uri(page).AbsoluteUri,
        ]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (output, errors.Result);
    }
}
