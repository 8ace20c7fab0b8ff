namespace MlAva.Cli.Tests;

/// <summary>A theory that sends a signal to a child, and is skipped, with the reason, where that cannot be done.</summary>
public sealed class SignalTheoryAttribute : TheoryAttribute
{
    public SignalTheoryAttribute() => Skip = PosixSignals.WhyNot;
}
