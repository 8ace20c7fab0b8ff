using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>Shares own loops out among as many threads as torch may use.</summary>
static class Workers
{
    /// <summary>
    /// Runs <paramref name="body"/> for each of <paramref name="count"/> pieces, in any order, several at once. A piece must not depend on others, so
    /// that the number of threads changes no bit of the result.
    /// </summary>
    public static void For(int count, Action<int> body)
    {
        int threads = Math.Min(get_num_threads(), count);
        if (threads <= 1)
        {
            for (int i = 0; i < count; i++) body(i);
            return;
        }
        // Pieces are taken one by one: beside other programs one thread may be much slower than another.
        int next = -1;
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ =>
        {
            for (int i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next)) body(i);
        });
    }
}
