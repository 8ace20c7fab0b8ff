namespace MlAva.Annotations;

/// <summary>Reads a detections file block by block, parsing some blocks while others are used.</summary>
static class DetectionBlockReader
{
    public static IEnumerable<DetectionBlock> Read(string path, DetectionBlockOptions options, CancellationToken cancellation)
    {
        int workers = options.MaxDegreeOfParallelism == -1 ? Environment.ProcessorCount : options.MaxDegreeOfParallelism;
        // A few blocks lie ready, so that the workers need not wait for whoever uses them; their number bounds the memory.
        int ahead = workers == 1 ? 1 : workers + 2;
        Queue<(DetectionBlockParser Parser, Task Task, double Share)> parsing = [];
        Stack<DetectionBlockParser> free = [];
        using RowBlockReader reader = new(path, options.OnByteOrderMark);
        long line = 1;
        try
        {
            while (true)
            {
                while (parsing.Count < ahead)
                {
                    cancellation.ThrowIfCancellationRequested();
                    DetectionBlockParser parser = free.Count > 0 ? free.Pop() : new(path, options);
                    byte[] bytes = parser.Bytes;
                    parser.Length = reader.Next(ref bytes);
                    parser.Bytes = bytes;
                    if (parser.Length == 0) break;
                    Task task = Task.CompletedTask;
                    if (workers == 1) parser.Parse(cancellation);
                    else task = Task.Run(() => parser.Parse(cancellation), cancellation);
                    parsing.Enqueue((parser, task, reader.Share));
                }

                if (!parsing.TryDequeue(out (DetectionBlockParser Parser, Task Task, double Share) next)) break;
                next.Task.GetAwaiter().GetResult();
                if (next.Parser.Error is { } e)
                {
                    long row = e.Row > 0 ? line + e.Row - 1 : 0;
                    throw new AnnotationFormatException(e.File, row, e.Found, e.Expected, e.Mend, e.InnerException);
                }

                (next.Parser.Block.FirstLine, next.Parser.Block.Share) = (line, next.Share);
                line += next.Parser.NumLines;
                yield return next.Parser.Block;
                free.Push(next.Parser);
            }

            if (reader.Error is { } error) throw error;
        }
        finally
        {
            // Nothing goes on behind the back of a caller who has stopped.
            Task.WhenAll(parsing.Select(p => p.Task)).ContinueWith(_ => { }, TaskScheduler.Default).GetAwaiter().GetResult();
        }
    }
}
