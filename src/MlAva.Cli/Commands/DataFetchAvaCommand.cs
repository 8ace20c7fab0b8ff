using System.CommandLine;
using System.Globalization;
using MlAva.Annotations;
using MlAva.Preparation;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava data fetch-ava</c>: AVA's annotations and videos, from where they are published.</summary>
static class DataFetchAvaCommand
{
    const double Mega = 1 << 20;

    public static Command Create()
    {
        Option<string> output = Flags.Required("--out", "Where annotations/ and videos/ go", "FOLDER");
        Option<bool> only = new("--annotations-only") { Description = "No videos" };
        Option<string?> videos = Flags.Optional("--videos", "Only videos whose file name matches: * any characters, ? one", "PATTERN");
        Option<bool> test = new("--with-test") { Description = "The videos of the test split, too; their annotations are not public" };
        Option<int> parallel = Flags.WithDefault("--parallel", 4, "Files at once", "N");
        Option<string> url = Flags.WithDefault("--base-url", AvaFetch.Publisher.AbsoluteUri, "Where the set is kept, such as a mirror", "URL");
        Choice<OnError> onError = ImportFlags.OnError("a video");
        return new Verb("fetch-ava", "Downloads AVA's annotations and videos; goes on where an earlier run stopped, and checks lengths and hashes.",
            "mlava data fetch-ava --out ava --annotations-only",
            "mlava data fetch-ava --out ava --videos '1j20*' --parallel 2")
        {
            output, only, videos, test, parallel, url, onError,
        }.Does((parsed, terminal, token) =>
        {
            string address = parsed.GetRequiredValue(url);
            AvaFetchOptions options = new()
            {
                Output = parsed.GetRequiredValue(output),
                AnnotationsOnly = parsed.GetValue(only),
                Videos = parsed.GetValue(videos),
                WithTest = parsed.GetValue(test),
                Parallel = parsed.GetValue(parallel),
                BaseUrl = Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) ? uri
                    : throw new ArgumentException($"--base-url is '{address}'; expected an address that begins with http:// or https://."),
                OnError = onError.Of(parsed),
            };
            if (options.AnnotationsOnly && options.Videos is not null)
                throw new ArgumentException("--annotations-only and --videos are both given; expected one of them.");
            AvaFetchResult result = ConsoleProgress.Run(terminal, "fetch", progress =>
                AvaFetch.RunAsync(options with { Progress = new Reporter(progress) }, cancellation: token).GetAwaiter().GetResult());
            Terminal.WriteResult(string.Create(CultureInfo.InvariantCulture,
                $"{options.Output}: {result.Files.Count} files, {result.Files.Sum(f => f.Bytes) / Mega:F1} MiB, {result.Downloaded} of them downloaded now"));
            if (result.Failures.Count > 0) Terminal.WriteResult(string.Create(CultureInfo.InvariantCulture, $"{result.Failures.Count} videos could not be had and were left out"));
            return ExitCodes.Fine;
        });
    }

    /// <summary>Files come at once, so their reports do, too.</summary>
    sealed class Reporter(ConsoleProgress progress) : IProgress<AvaFetchProgress>
    {
        readonly Lock _one = new();

        public void Report(AvaFetchProgress value)
        {
            lock (_one)
            {
                if (value.Trouble is { } trouble) progress.Line(trouble);
                progress.Report((double)value.Done / Math.Max(1, value.Total), string.Create(CultureInfo.InvariantCulture,
                    $"{value.Done} of {value.Total} files, {value.Bytes / Mega:F1} MiB"));
            }
        }
    }
}
