using System.Collections.Concurrent;

namespace MlAva.Video;

/// <summary>
/// A folder with one picture for each frame, as AVA's extraction leaves it (<c>img_00001.jpg</c> …). What the folder holds is listed once
/// and remembered for the process until the folder changes, so that opening the same folder again costs one look at its date.
/// </summary>
public sealed class JpegFolderStore : IFrameStore
{
    static readonly ConcurrentDictionary<(string Folder, FrameTemplate Template), Listing> Listings = new();

    readonly FrameTemplate _template;
    readonly PictureReader _pictures;
    readonly Listing _listing;
    readonly Lazy<FrameSize> _size;
    volatile bool _disposed;

    /// <summary>Opens a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">Template and rate; null for the defaults.</param>
    /// <exception cref="FrameStoreException">The folder is missing, or no file in it suits the template.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public JpegFolderStore(string folder, FrameStoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options ??= new();
        options.Validate();
        (Path, Fps, _template) = (System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(folder)), options.Fps, options.Template);
        _pictures = new(FrameDecoders.Get(options.Decoder), ReadFile, FilePath);
        if (!Directory.Exists(Path)) throw FrameStore.Missing(Path);
        // The date is taken before listing: a file that arrives in between then makes the listing stale, not silently short.
        DateTime changed = Directory.GetLastWriteTimeUtc(Path);
        if (!Listings.TryGetValue((Path, _template), out Listing? listing) || listing.Changed != changed)
            Listings[(Path, _template)] = listing = List(changed);
        _listing = listing;
        _size = new(() => _pictures.ReadSize(FirstIndex), LazyThreadSafetyMode.PublicationOnly);
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public FrameSize Size => _size.Value;

    /// <summary>The lowest number found in the folder.</summary>
    public int FirstIndex => _listing.First;

    /// <summary>The highest number found in the folder.</summary>
    public int? LastIndex => _listing.Last;

    /// <summary>Number of files that suit the template.</summary>
    public int? FrameCount => _listing.Count;

    /// <summary>The rate given in the options.</summary>
    public double? Fps { get; }

    /// <summary>The path of a frame's file, which need not exist.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative.</exception>
    public string FilePath(int index) => System.IO.Path.Combine(Path, _template.FileName(index));

    /// <inheritdoc/>
    public VideoClip Read(ReadOnlySpan<int> indices, byte[]? buffer, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _pictures.Read(indices, buffer, cancellationToken);
    }

    /// <summary>Closes the store; nothing is held open.</summary>
    public void Dispose() => _disposed = true;

    ReadOnlySpan<byte> ReadFile(int index, ref byte[] buffer)
    {
        if (index < 0) throw MissingFrame(index, null);
        Span<char> name = stackalloc char[FrameTemplate.MaximumLength];
        try
        {
            return FrameFile.Read(Path, name[.._template.Format(index, name)], ref buffer);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw MissingFrame(index, missing);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw FrameStore.Unreadable(FilePath(index), index, denied);
        }
    }

    FrameStoreException MissingFrame(int index, Exception? inner)
    {
        string name = index < 0 ? "" : $" ({_template.FileName(index)})";
        string range = $"frames {_listing.First}..{_listing.Last} ({_listing.Count} files)";
        string mend = index < _listing.First || index > _listing.Last
            ? "check the keyframe's time, the frames per second and the time of frame 1, or extract the whole video"
            : "extract the frames of this video again: this one is missing in the middle";
        return new(Path, index, $"no such file{name}; the folder has {range}", "a picture of this frame", mend, inner);
    }

    Listing List(DateTime changed)
    {
        int first = int.MaxValue, last = -1, count = 0, files = 0;
        List<string> others = [];
        foreach (string file in Directory.EnumerateFiles(Path))
        {
            files++;
            ReadOnlySpan<char> name = System.IO.Path.GetFileName(file.AsSpan());
            if (_template.TryGetIndex(name, out int index)) (first, last, count) = (Math.Min(first, index), Math.Max(last, index), count + 1);
            else if (others.Count < 200) others.Add(name.ToString());
        }

        if (count > 0) return new(changed, first, last, count);
        others.Sort(StringComparer.Ordinal);
        string found = files == 0
            ? Directory.EnumerateDirectories(Path).Select(System.IO.Path.GetFileName).FirstOrDefault() is { } inner ? $"no files, only folders such as {inner}" : "an empty folder"
            : $"{files} files, such as {string.Join(", ", others.Take(3))}";
        FrameTemplate? suggestion = others.Where(o => HasPictureExtension(o)).Select(FrameTemplate.Suggest).FirstOrDefault(t => t is not null);
        throw new FrameStoreException(Path, null, found, $"files named like {_template.FileName(1)} (template {_template})",
            suggestion is null ? "point to the folder that holds this video's frames, or extract them" : $"set the template to {suggestion}");
    }

    static bool HasPictureExtension(string name) => System.IO.Path.GetExtension(name).ToUpperInvariant() is ".JPG" or ".JPEG" or ".PNG";

    sealed record Listing(DateTime Changed, int First, int Last, int Count);
}
