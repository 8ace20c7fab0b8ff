using System.CommandLine;
using System.Globalization;
using MlAva.Checkpoints;
using MlAva.Configs;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava fetch</c>: downloads the checkpoint that a configuration names.</summary>
static class FetchCommand
{
    const double Mega = 1 << 20;

    public static Command Create()
    {
        Argument<string> config = new("CONFIG") { Description = "Name of a configuration ('mlava config list'), or a file" };
        Option<bool> warmStart = new("--warm-start") { Description = "The Kinetics checkpoint that training starts from, instead of the trained detector" };
        Option<string> folder = Flags.WithDefault("--out-dir", "checkpoints", "Where the file goes, under its published name", "FOLDER");
        Option<string?> url = Flags.Optional("--url", "Another address of the same file, such as a mirror's", "URL");
        Option<string[]> set = Flags.Set();
        Option<bool> replace = new("--replace") { Description = "Replace a file that is there under the name with another content" };
        return new Verb("fetch", "Downloads the published checkpoint of a configuration; goes on where an earlier run stopped, and checks the hash.",
            "mlava fetch slowfast_kinetics_pretrained_r50_4x16x1_20e_ava_rgb",
            "mlava fetch slowonly_kinetics_pretrained_r50_4x16x1_20e_ava_rgb --warm-start --out-dir checkpoints")
        {
            config, warmStart, folder, url, set, replace,
        }.Does((parsed, terminal, token) =>
        {
            DetectionConfig chosen = DetectionConfig.Load(parsed.GetRequiredValue(config), parsed.GetValue(set));
            bool start = parsed.GetValue(warmStart);
            (string? published, string? hash) = start ? (chosen.WarmStart?.Url, chosen.WarmStart?.Sha256Prefix)
                : (chosen.Published?.Url, chosen.Published?.Sha256Prefix);
            if (published is null)
                throw new ArgumentException($"{chosen.Path} names no {(start ? "warm start" : "published checkpoint")}; expected {(start ? "warmStart.url" : "published.url")}.");
            Uri address = Address(published), source = parsed.GetValue(url) is { } mirror ? Address(mirror) : address;
            CheckpointDownloadOptions options = new()
            {
                Source = source,
                Path = Path.Combine(parsed.GetRequiredValue(folder), Path.GetFileName(address.LocalPath)),
                ExpectedHash = hash,
                Replace = parsed.GetValue(replace),
            };
            options.Validate();
            Directory.CreateDirectory(parsed.GetRequiredValue(folder));
            CheckpointDownloadResult result = ConsoleProgress.Run(terminal, "fetch", progress =>
                CheckpointDownload.RunAsync(options, new Reporter(progress), cancellation: token).GetAwaiter().GetResult());
            string check = result.IsVerified ? "hash checked" : "no hash is known, so the content is unchecked";
            Terminal.WriteResult(string.Create(CultureInfo.InvariantCulture,
                $"{result.Path}: {(result.WasThere ? "was there" : "downloaded")}, {result.Length / Mega:F1} MiB, {check}"));
            return ExitCodes.Fine;
        });
    }

    static Uri Address(string text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? address) ? address
        : throw new ArgumentException($"'{text}' is no address; expected one that begins with http:// or https://.");

    /// <summary>Told at once, in order: System.Progress would tell another thread, some time later.</summary>
    sealed class Reporter(ConsoleProgress progress) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value)
        {
            if (value.Trouble is { } trouble) progress.Line(trouble);
            string rate = string.Create(CultureInfo.InvariantCulture, $"{value.BytesPerSecond / Mega:F1} MiB a second");
            if (value.Total is not { } total)
            {
                progress.Report(double.NaN, string.Create(CultureInfo.InvariantCulture, $"{value.Bytes / Mega:F1} MiB, {rate}"));
                return;
            }
            string left = value.Left is { } time ? $", {ConsoleProgress.Time(time)} left" : "";
            progress.Report((double)value.Bytes / Math.Max(1, total), string.Create(CultureInfo.InvariantCulture,
                $"{value.Bytes / Mega:F1} of {total / Mega:F1} MiB, {rate}{left}"));
        }
    }
}
