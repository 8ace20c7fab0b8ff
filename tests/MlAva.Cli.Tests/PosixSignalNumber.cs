namespace MlAva.Cli.Tests;

/// <summary>Numbers of signals on Linux.</summary>
public enum PosixSignalNumber
{
    /// <summary>SIGINT, what Ctrl-C sends.</summary>
    Interrupt = 2,

    /// <summary>SIGTERM, what <c>kill</c> sends.</summary>
    Terminate = 15,
}
