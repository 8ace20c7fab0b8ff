using System.CommandLine;

namespace MlAva.Cli;

/// <summary>
/// A verb of the tool: a command with examples, whose work is told of Ctrl-C and whose errors become messages and exit codes.
/// </summary>
sealed class Verb(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>Whole command lines, shown by <c>--help</c>.</summary>
    public IReadOnlyList<string> Examples => examples;

    /// <summary>Sets the work; it gives the exit code.</summary>
    public Verb Does(Func<ParseResult, Terminal, CancellationToken, int> work)
    {
        SetAction(parsed =>
        {
            using Interruption interruption = new();
            try
            {
                return work(parsed, new Terminal(), interruption.Token);
            }
            catch (Exception e) when (interruption.Token.IsCancellationRequested
                && (e is OperationCanceledException || e.InnerException is OperationCanceledException))
            {
                Console.Error.WriteLine("stopped");
                return ExitCodes.Interrupted;
            }
            catch (Exception e)
            {
                return ErrorReporter.Report(e, parsed.GetValue(Flags.Verbose));
            }
        });
        return this;
    }
}
