using System.CommandLine;
using System.Globalization;
using MlAva.Networks;
using Spectre.Console;
using TorchSharp;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava verify</c>: runs reference cases through this build and shows how far its numbers are off.</summary>
static class VerifyCommand
{
    enum Precision
    {
        Float32,
        Float64,
        BFloat16,
    }

    public static Command Create()
    {
        Argument<string[]> cases = new("CASE")
        {
            Description = "Folder of a reference case (config.json, checkpoint.pth, input.npy, rois.npy or proposals.npy, expected arrays), or a folder of such",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string> device = Flags.WithDefault("--device", "cpu", "Where to compute: cpu, cuda or cuda:N", "DEVICE");
        Choice<Precision> precision = new("--precision", Precision.Float32, "In which numbers; training is compared in the first two");
        Choice<VerificationEngine> engine = new("--engine", VerificationEngine.Modules,
            "What computes scores: the network as trained, or as prepared for inference");
        Option<double> slack = Flags.WithDefault("--slack", 1.0, "Factor on every tolerance", "FACTOR");
        Option<bool> scoring = new("--scoring-only") { Description = "Leave out loss, gradients and normalisation statistics" };
        Option<bool> json = new("--json") { Description = "Print the report as JSON" };
        return new Verb("verify",
            "Compares this build's numbers with a reference implementation's, quantity by quantity; exit code 1 when one is over its tolerance.",
            "mlava verify golden/slowfast_r50_8x8", "mlava verify golden --precision bfloat16", "mlava verify golden/tiny_slowonly --device cuda --json")
        {
            cases, device, precision, engine, slack, scoring, json,
        }.Does((parsed, terminal, token) =>
        {
            VerificationOptions options = new()
            {
                Device = ParseDevice(parsed.GetValue(device)!),
                Precision = precision.Of(parsed) switch
                {
                    Precision.Float64 => torch.ScalarType.Float64,
                    Precision.BFloat16 => torch.ScalarType.BFloat16,
                    _ => torch.ScalarType.Float32,
                },
                Engine = engine.Of(parsed),
                Slack = parsed.GetValue(slack),
                Training = !parsed.GetValue(scoring),
            };
            options.Validate();
            Reduced.Warn(options.Precision == torch.ScalarType.BFloat16, options.Device is { type: DeviceType.CPU });
            string[] folders = [.. parsed.GetRequiredValue(cases).SelectMany(Expand)];
            List<VerificationReport> reports = ConsoleProgress.Run(terminal, "verify", progress => Run(folders, options, progress, token));
            if (parsed.GetValue(json)) Terminal.WriteResult(VerificationReport.ToJson(reports));
            else Print(terminal, reports);
            return reports.All(r => r.IsWithin) ? ExitCodes.Fine : ExitCodes.Failed;
        });
    }

    static List<VerificationReport> Run(string[] folders, VerificationOptions options, ConsoleProgress progress, CancellationToken token)
    {
        List<VerificationReport> reports = [];
        foreach (string folder in folders)
        {
            token.ThrowIfCancellationRequested();
            progress.Report(reports.Count, folders.Length, "cases");
            reports.Add(Verification.Run(new ReferenceCase(folder), options, token));
        }
        return reports;
    }

    static IEnumerable<string> Expand(string folder)
    {
        if (!Directory.Exists(folder) || File.Exists(Path.Combine(folder, "config.json"))) return [folder];
        string[] inside = [.. Directory.EnumerateDirectories(folder).Where(f => File.Exists(Path.Combine(f, "config.json"))).Order(StringComparer.Ordinal)];
        return inside.Length > 0 ? inside : throw new FileNotFoundException(null, Path.Combine(folder, "config.json"));
    }

    static torch.Device ParseDevice(string text) => text.Split(':') switch
    {
        ["cpu"] => torch.CPU,
        ["cuda", ..] when !torch.cuda.is_available() => throw new ArgumentException(
            $"--device is '{text}'; this machine offers no CUDA device to this build. To mend: build with -p:TorchBackend=cuda-linux or cuda-windows; 'mlava doctor' checks."),
        ["cuda"] => torch.CUDA,
        ["cuda", string number] when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int index) => torch.device(DeviceType.CUDA, index),
        _ => throw new ArgumentException($"--device is '{text}'; expected cpu, cuda or cuda:N."),
    };

    static void Print(Terminal terminal, List<VerificationReport> reports)
    {
        foreach (VerificationReport report in reports)
        {
            Table table = new() { Border = TableBorder.Simple, Title = new TableTitle(Markup.Escape(report.Case)) };
            table.AddColumns(new TableColumn("quantity"), Right("numbers"), Right("absolute"), Right("relative"), Right("tolerance"), new TableColumn(""));
            foreach (VerifiedQuantity q in report.Quantities)
            {
                string verdict = q.IsWithin ? "within" : $"OVER: {q.Remark}";
                string[] cells = [q.Name, q.Count.ToString(CultureInfo.InvariantCulture), Figure(q.MaxAbsoluteDifference), Figure(q.MaxRelativeDifference),
                    $"{Figure(q.Tolerance)} {(q.IsRelative ? "relative" : "absolute")}", verdict];
                table.AddRow(cells.Select(cell => new Text(cell, q.IsWithin ? Style.Plain : new Style(Color.Red))));
            }
            terminal.Results.Write(table);
            foreach (string skipped in report.Skipped) Terminal.WriteResult($"not compared: {skipped}");
        }
        VerificationReport[] over = [.. reports.Where(r => !r.IsWithin)];
        Terminal.WriteResult(over.Length == 0 ? $"{reports.Count} of {reports.Count} cases agree with the reference."
            : $"{over.Length} of {reports.Count} cases do not agree with the reference: {string.Join(", ", over.Select(r => r.Case))}");
    }

    static TableColumn Right(string name) => new TableColumn(name).RightAligned();

    static string Figure(double value) => value.ToString("0.0e+00", CultureInfo.InvariantCulture);
}
