namespace MlAva.Video;

/// <summary>Opens whatever holds a video's frames.</summary>
public static class FrameStore
{
    /// <summary>
    /// Opens a folder of pictures (<see cref="JpegFolderStore"/>), a zip or tar archive of pictures, perhaps with a folder behind it as in <c>frames.zip/video</c>
    /// (<see cref="ZipFrameStore"/>, <see cref="TarFrameStore"/>), a Motion JPEG AVI file (<see cref="MotionJpegAviStore"/>, nothing else needed) or any other video file
    /// (<see cref="LibavStore"/> where FFmpeg's libraries load and can read the file by time, else <see cref="FfmpegStore"/>, which needs its programs). A file is judged by its content, not its name.
    /// </summary>
    /// <param name="path">The folder or file.</param>
    /// <param name="options">Template, rate, numbering, programs; null for the defaults.</param>
    /// <exception cref="FrameStoreException">Nothing is there, or no frames are in it, or FFmpeg is needed and missing.</exception>
    /// <exception cref="FrameDecodeException">The file is damaged.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static IFrameStore Open(string path, FrameStoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return OpenReadable(path, options);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw Unreadable(Path.GetFullPath(path), null, denied);
        }
    }

    static IFrameStore OpenReadable(string path, FrameStoreOptions? options)
    {
        if (Directory.Exists(path)) return new JpegFolderStore(path, options);
        if (ArchiveIndex.Split(Path.GetFullPath(path)) is { } archive) return archive.IsZip ? new ZipFrameStore(path, options) : new TarFrameStore(path, options);
        if (!File.Exists(path)) throw Missing(Path.GetFullPath(path));
        if (MotionJpegAviStore.IsMotionJpegAvi(path)) return new MotionJpegAviStore(path, options);
        options ??= new();
        return options.VideoDecoding switch
        {
            VideoDecoding.InProcess => new LibavStore(path, options),
            VideoDecoding.Automatic when LibavStore.TryOpen(path, options) is { } store => store,
            _ => new FfmpegStore(path, options),
        };
    }

    internal static FrameStoreException Missing(string path)
    {
        string? parent = path;
        do parent = Path.GetDirectoryName(parent);
        while (parent is not null && !Directory.Exists(parent));
        string mend = "check the path";
        if (parent is not null)
        {
            string[] there = [.. Directory.EnumerateFileSystemEntries(parent).Take(200).Select(e => Path.GetFileName(e)!).Order(StringComparer.Ordinal).Take(3)];
            mend = there.Length == 0 ? $"check the path ({parent} is there, but empty)" : $"check the path ({parent} is there and holds {string.Join(", ", there)} …)";
        }

        return new(path, null, "nothing there", "a folder or archive of frames, or a video file", mend);
    }

    internal static FrameStoreException Unreadable(string path, int? frame, Exception inner) => new(
        path, frame, $"something that may not be read ({inner.Message})", "a folder and files that this user may read", "change the permissions, or run as a user who may read it", inner);

    internal static void CheckIndices(ReadOnlySpan<int> indices)
    {
        if (indices.IsEmpty) throw new ArgumentException("No frame indices were given; a clip has at least one frame.", nameof(indices));
    }

    internal static VideoClip NewClip(int frames, FrameSize size, byte[]? buffer)
    {
        int bytes = VideoClip.ByteCount(frames, size);
        return new(buffer is not null && buffer.Length >= bytes ? buffer : GC.AllocateUninitializedArray<byte>(bytes), frames, size);
    }

    internal static FrameStoreException OutOfRange(string path, int index, int first, int count) => new(
        path, index, $"no such frame; the video has frames {first}..{first + count - 1}", "a frame inside the video",
        "bound the sampler by the store's range, or check the keyframe's time, the rate and the start of the time axis");
}
