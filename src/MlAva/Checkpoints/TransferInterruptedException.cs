namespace MlAva.Checkpoints;

/// <summary>An attempt failed in a way that another may not.</summary>
/// <param name="message">Why.</param>
/// <param name="wait">How long the server wants to be left alone; null where it does not say.</param>
/// <param name="inner">The error underneath, if any.</param>
sealed class TransferInterruptedException(string message, TimeSpan? wait = null, Exception? inner = null) : Exception(message, inner)
{
    public TimeSpan? Wait { get; } = wait;
}
