namespace MlAva.Cli;

/// <summary>What the tool tells its caller.</summary>
static class ExitCodes
{
    /// <summary>All went well.</summary>
    public const int Fine = 0;

    /// <summary>The work failed though its input was fine, or <c>doctor</c> found something broken.</summary>
    public const int Failed = 1;

    /// <summary>A file or an option is wrong; the message says which and how to mend it.</summary>
    public const int BadInput = 2;

    /// <summary>Stopped by Ctrl-C (128 + SIGINT, as shells have it).</summary>
    public const int Interrupted = 130;
}
