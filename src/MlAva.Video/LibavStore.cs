using System.Collections.Concurrent;

namespace MlAva.Video;

/// <summary>
/// Any video file, decoded in this process by FFmpeg's libraries (major versions 59 to 62 of libavformat: FFmpeg 5 to 8). The file's packets are listed once (remembered for the process
/// until the file changes); a frame's number is its place in display order, and reading seeks to the keyframe before it and goes by the frames' times, so variable rates are
/// no matter. Frames come out as decoding the whole file would give them, and as <see cref="FfmpegStore"/> gives them; turned videos come upright.
/// </summary>
/// <remarks>
/// Each thread that reads has a decoder of its own, on one core. A few decoders stay open between reads, over all stores together. FFmpeg conceals damaged parts of a stream where it
/// can; that is not detected.
/// </remarks>
public sealed class LibavStore : IFrameStore
{
    static readonly ConcurrentDictionary<(string Path, long Length, DateTime Changed), VideoIndex> Known = new();
    static readonly int MaximumIdle = Math.Max(4, 2 * Environment.ProcessorCount);
    static readonly LinkedList<(LibavStore Store, LibavReader Reader)> Idle = [];
    static readonly Lock IdleLock = new();

    readonly VideoIndex _index;
    readonly int[]? _sources;
    volatile bool _disposed;

    /// <summary>Opens a video file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Rate and numbering; null for the defaults.</param>
    /// <exception cref="FrameStoreException">The file is missing, or the libraries, or the file cannot be read by time.</exception>
    /// <exception cref="FrameDecodeException">The file holds no video that the libraries can read.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public LibavStore(string path, FrameStoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new();
        options.Validate();
        Path = System.IO.Path.GetFullPath(path);
        _index = IndexOf(Path, out string whyNot) ?? throw new FrameStoreException(Path, null, whyNot, "FFmpeg's libraries and a file that they can read by time",
            $"set {nameof(FrameStoreOptions)}.{nameof(FrameStoreOptions.VideoDecoding)} to {nameof(VideoDecoding.Automatic)}, which goes through the ffmpeg program then");
        FirstIndex = options.FirstIndex;
        Fps = options.Fps ?? _index.Fps;
        if (options.Fps is { } fps) _sources = ConstantRate.Map(_index.ShownTicks(), _index.End, _index.TickNumerator, _index.TickDenominator, fps);
    }

    LibavStore(string path, FrameStoreOptions options, VideoIndex index)
    {
        (Path, _index, FirstIndex, Fps) = (path, index, options.FirstIndex, options.Fps ?? index.Fps);
        if (options.Fps is { } fps) _sources = ConstantRate.Map(index.ShownTicks(), index.End, index.TickNumerator, index.TickDenominator, fps);
    }

    /// <summary>Why FFmpeg's libraries cannot be used in this process; null when they can.</summary>
    public static string? WhyNot => Libav.WhyNot;

    /// <summary>The libraries in use, for people; empty when there are none.</summary>
    public static string LibraryVersion => Libav.Version;

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public FrameSize Size => _index.Size;

    /// <inheritdoc/>
    public int FirstIndex { get; }

    /// <inheritdoc/>
    public int? LastIndex => FirstIndex + FrameCount - 1;

    /// <inheritdoc/>
    public int? FrameCount => _sources?.Length ?? _index.Count;

    /// <inheritdoc/>
    public double? Fps { get; }

    /// <summary>Opens a file, or gives null where the libraries are missing or the file cannot be read by time.</summary>
    internal static LibavStore? TryOpen(string path, FrameStoreOptions options)
    {
        options.Validate();
        string full = System.IO.Path.GetFullPath(path);
        return IndexOf(full, out _) is { } index ? new(full, options, index) : null;
    }

    /// <inheritdoc/>
    public VideoClip Read(ReadOnlySpan<int> indices, byte[]? buffer, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        FrameStore.CheckIndices(indices);
        cancellationToken.ThrowIfCancellationRequested();
        int[] wanted = new int[indices.Length];
        for (int i = 0; i < wanted.Length; i++)
        {
            if (indices[i] < FirstIndex || indices[i] > LastIndex) throw FrameStore.OutOfRange(Path, indices[i], FirstIndex, FrameCount!.Value);
            wanted[i] = indices[i] - FirstIndex;
            if (_sources is not null) wanted[i] = _sources[wanted[i]];
        }

        int[] distinct = [.. wanted];
        Array.Sort(distinct);
        int count = 1;
        for (int i = 1; i < distinct.Length; i++)
            if (distinct[i] != distinct[count - 1]) distinct[count++] = distinct[i];
        VideoClip clip = FrameStore.NewClip(wanted.Length, Size, buffer);
        LibavReader reader = Take(_index.KeyPosition(_index.KeyBefore(distinct[0])));
        bool sound = false;
        try
        {
            int done = reader.Read(_index, distinct.AsSpan(0, count), place => clip.Frame(Array.IndexOf(wanted, distinct[place])), cancellationToken);
            if (done < count)
            {
                throw new FrameDecodeException(Path, null, $"only {done} of {count} frames of {indices[0]}..{indices[^1]}", "all frames asked for",
                    "see whether the file plays to its end; if not, copy it again, or convert it: ffmpeg -i INPUT -c:v mjpeg -q:v 2 -an OUTPUT.avi");
            }

            for (int i = 1; i < wanted.Length; i++)
                if (Array.IndexOf(wanted, wanted[i], 0, i) is >= 0 and var first) clip.Frame(first).CopyTo(clip.Frame(i));
            sound = true;
        }
        finally
        {
            if (sound) Return(reader);
            else reader.Dispose();
        }

        return clip;
    }

    /// <summary>Closes the store and its idle decoders; those that are reading end with their read.</summary>
    public void Dispose()
    {
        _disposed = true;
        List<LibavReader> own = [];
        lock (IdleLock)
        {
            for (LinkedListNode<(LibavStore Store, LibavReader Reader)>? node = Idle.First; node is not null;)
            {
                LinkedListNode<(LibavStore Store, LibavReader Reader)>? next = node.Next;
                if (node.Value.Store == this)
                {
                    own.Add(node.Value.Reader);
                    Idle.Remove(node);
                }

                node = next;
            }
        }

        foreach (LibavReader reader in own) reader.Dispose();
    }

    static VideoIndex? IndexOf(string path, out string whyNot)
    {
        FileInfo file = new(path);
        if (!file.Exists) throw FrameStore.Missing(path);
        whyNot = Libav.WhyNot ?? "";
        if (Libav.WhyNot is not null) return null;
        if (file.Length == 0)
        {
            throw new FrameDecodeException(path, null, "an empty file (0 bytes)", "a video file", "copy the file again; a full disk leaves such files behind");
        }

        var key = (path, file.Length, file.LastWriteTimeUtc);
        if (Known.TryGetValue(key, out VideoIndex? known)) return known;
        try
        {
            using LibavReader reader = new(path);
            VideoIndex? index = reader.ReadIndex(out whyNot, default);
            if (index is not null) Known[key] = index;
            return index;
        }
        catch (NotSupportedException e)
        {
            whyNot = e.Message;
            return null;
        }
    }

    // The idle decoder that is nearest before the place where decoding is to begin, or else any of this store's.
    LibavReader Take(int position)
    {
        lock (IdleLock)
        {
            LinkedListNode<(LibavStore Store, LibavReader Reader)>? best = null;
            for (LinkedListNode<(LibavStore Store, LibavReader Reader)>? node = Idle.First; node is not null; node = node.Next)
            {
                if (node.Value.Store != this) continue;
                if (best is null || Distance(node.Value.Reader) < Distance(best.Value.Reader)) best = node;
            }

            if (best is not null)
            {
                Idle.Remove(best);
                return best.Value.Reader;
            }
        }

        return new(Path);

        int Distance(LibavReader reader) => reader.Position < position ? int.MaxValue : reader.Position - position;
    }

    void Return(LibavReader reader)
    {
        LibavReader? oldest = reader;
        lock (IdleLock)
        {
            if (!_disposed)
            {
                Idle.AddFirst((this, reader));
                oldest = null;
                if (Idle.Count > MaximumIdle)
                {
                    oldest = Idle.Last!.Value.Reader;
                    Idle.RemoveLast();
                }
            }
        }

        oldest?.Dispose();
    }
}
