using System.CommandLine;
using System.CommandLine.Help;
using MlAva.Cli;
using MlAva.Cli.Commands;

RootCommand root = new("Spatio-temporal action detection (AVA) for .NET: who does what, where and when in a video.")
{
    QuickstartCommand.Create(),
    TrainCommand.Create(),
    TestCommand.Create(),
    ScoreCommand.Create(),
    EvaluateCommand.Create(),
    CompareCommand.Create(),
    DataCommand.Create(),
    FetchCommand.Create(),
    ImportCommand.Create(),
    ExportCommand.Create(),
    FeatureBankCommand.Create(),
    VerifyCommand.Create(),
    ConfigCommand.Create(),
    DoctorCommand.Create(),
};
root.HelpName = "mlava";
root.Options.Add(Flags.Verbose);
HelpOption help = root.Options.OfType<HelpOption>().Single();
help.Action = new HelpWithExamples((HelpAction)help.Action!);

ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0) return ErrorReporter.ReportUsage(parsed, args);
// Verbs stop by themselves on Ctrl-C, in their own time: a checkpoint may have to be written.
return parsed.Invoke(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
