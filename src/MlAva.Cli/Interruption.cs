using System.Runtime.InteropServices;

namespace MlAva.Cli;

/// <summary>Ctrl-C, or a polite request to end, as a cancellation; a second one ends the process at once.</summary>
sealed class Interruption : IDisposable
{
    readonly CancellationTokenSource _source = new();
    readonly PosixSignalRegistration[] _registrations;

    public Interruption() => _registrations =
        [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];

    public CancellationToken Token => _source.Token;

    void Handle(PosixSignalContext context)
    {
        // Not cancelling the signal leaves it to the system, which ends the process.
        if (_source.IsCancellationRequested) return;
        context.Cancel = true;
        Console.Error.WriteLine("stopping in order (Ctrl-C again: at once) …");
        _source.Cancel();
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
        _source.Dispose();
    }
}
