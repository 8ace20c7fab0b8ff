namespace MlAva.Training;

/// <summary>Computes items on other threads, a few ahead of who takes them, and gives them in order.</summary>
static class ReadAhead
{
    /// <param name="count">Number of items.</param>
    /// <param name="threads">Items computed at once; as many again wait finished, at most.</param>
    /// <param name="compute">Computes an item.</param>
    /// <param name="cancellationToken">Ends the computation.</param>
    public static IEnumerable<T> Run<T>(int count, int threads, Func<int, T> compute, CancellationToken cancellationToken)
    {
        Queue<Task<T>> ahead = [];
        int next = 0;
        try
        {
            while (next < count || ahead.Count > 0)
            {
                for (; next < count && ahead.Count <= threads; next++)
                {
                    int item = next;
                    ahead.Enqueue(Task.Run(() => compute(item), cancellationToken));
                }
                yield return ahead.Dequeue().GetAwaiter().GetResult();
            }
        }
        finally
        {
            // Whoever stops early must not leave readers behind that use disposed stores.
            while (ahead.TryDequeue(out Task<T>? task)) ((IAsyncResult)task).AsyncWaitHandle.WaitOne();
        }
    }
}
