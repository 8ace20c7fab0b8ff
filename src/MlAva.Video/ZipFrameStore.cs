namespace MlAva.Video;

/// <summary>
/// A zip archive with one picture for each frame, any of them reached at once. An archive of several videos is named with the folder behind it:
/// <c>frames.zip/video</c>. What it holds is listed once and remembered for the process until the file changes.
/// </summary>
/// <remarks>Stored or deflated files, also beyond 4 GB. JPEG gains nothing from packing: <c>zip -0</c> reads fastest.</remarks>
public sealed class ZipFrameStore : IFrameStore
{
    readonly ArchiveFrames _frames;

    /// <summary>Opens an archive.</summary>
    /// <param name="path">The archive, perhaps with a folder behind it.</param>
    /// <param name="options">Template and rate; null for the defaults.</param>
    /// <exception cref="FrameStoreException">The archive is missing, or no file in it suits the template, or several folders hold frames.</exception>
    /// <exception cref="FrameDecodeException">The archive is damaged.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public ZipFrameStore(string path, FrameStoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new();
        (_frames, Fps) = (new(path, options, isZip: true), options.Fps);
    }

    /// <inheritdoc/>
    public string Path => _frames.Path;

    /// <inheritdoc/>
    public FrameSize Size => _frames.Size;

    /// <summary>The lowest number found.</summary>
    public int FirstIndex => _frames.FirstIndex;

    /// <summary>The highest number found.</summary>
    public int? LastIndex => _frames.LastIndex;

    /// <summary>Number of files that suit the template.</summary>
    public int? FrameCount => _frames.Count;

    /// <summary>The rate given in the options.</summary>
    public double? Fps { get; }

    /// <inheritdoc/>
    public VideoClip Read(ReadOnlySpan<int> indices, byte[]? buffer, CancellationToken cancellationToken) => _frames.Read(indices, buffer, cancellationToken);

    /// <summary>Closes the archive.</summary>
    public void Dispose() => _frames.Dispose();
}
