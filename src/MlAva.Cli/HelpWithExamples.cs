using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace MlAva.Cli;

/// <summary>The usual help, followed by a verb's examples.</summary>
sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    /// <summary>Help is given whether or not the rest of the line is complete.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int code = usual.Invoke(parseResult);
        TextWriter output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is Verb { Examples.Count: > 0 } verb)
        {
            output.WriteLine("Examples:");
            foreach (string example in verb.Examples) output.WriteLine($"  {example}");
            output.WriteLine();
        }
        else if (parseResult.CommandResult.Command is RootCommand)
        {
            output.WriteLine("Exit codes: 0 fine, 1 the work failed, 2 bad input or usage, 130 stopped by Ctrl-C.");
            output.WriteLine();
        }
        return code;
    }
}
