using System.CommandLine;
using MlAva.Diagnostics;
using Spectre.Console;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava doctor</c>: what this machine has and lacks.</summary>
static class DoctorCommand
{
    public static Command Create()
    {
        Option<bool> json = new("--json") { Description = "Print the report as JSON" };
        return new Verb("doctor",
            "Checks what this machine has and lacks, and says how to mend it; exit code 1 when something needed is broken.",
            "mlava doctor", "mlava doctor --json > report.json",
            "mlava doctor data --annotations val.csv --detections results.csv --label-map labels.pbtxt")
        {
            json, DoctorDataCommand.Create(),
        }.Does((parsed, terminal, token) =>
        {
            DoctorReport report = Doctor.Examine(cancellationToken: token);
            if (parsed.GetValue(json)) Terminal.WriteResult(report.ToJson());
            else Print(terminal, report);
            return report.IsHealthy ? ExitCodes.Fine : ExitCodes.Failed;
        });
    }

    static void Print(Terminal terminal, DoctorReport report)
    {
        foreach (DoctorCheck check in report.Checks)
        {
            (string word, Color color) = check.Status switch
            {
                DoctorStatus.Fine => ("fine", Color.Green),
                DoctorStatus.MissingOptional => ("missing", Color.Yellow),
                _ => ("BROKEN", Color.Red),
            };
            terminal.Results.Write(new Text($"{word,-8}", new Style(color)));
            Terminal.WriteResult($"{check.Name,-17} {check.Finding}");
            if (check.Mend is { } mend) Terminal.WriteResult($"{"",-25} to mend: {mend}");
        }
        Terminal.WriteResult(report.IsHealthy ? "Everything that is needed works."
            : "Something that is needed is broken; see 'to mend' above.");
    }
}
