using System.Collections.Concurrent;
using MlAva.Annotations.Formats;
using MlAva.Video;

namespace MlAva.Preparation;

/// <summary>Sizes, rates and lengths of the videos of a folder, looked up by video id; each is opened once. Thread-safe.</summary>
public sealed class SourceVideos
{
    readonly string _folder;
    readonly FrameStoreOptions _options;
    readonly ConcurrentDictionary<string, SourceVideo?> _known = new(StringComparer.Ordinal);

    /// <summary>Creates the look-up.</summary>
    /// <param name="folder">The folder that holds a video file, or a folder of frames, for each id.</param>
    /// <param name="options">How videos are opened; null for the defaults.</param>
    /// <exception cref="FrameStoreException">There is no such folder.</exception>
    public SourceVideos(string folder, FrameStoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder))
            throw new FrameStoreException(folder, null, "no such folder", "the folder of the videos", "check the path");
        (_folder, _options) = (folder, options ?? new());
    }

    /// <summary>The video files of a folder, by name; others than videos (by their ending) are passed over.</summary>
    /// <param name="folder">The folder.</param>
    public static IReadOnlyList<string> Files(string folder) =>
        [.. Directory.EnumerateFiles(folder).Where(IsVideo).Order(StringComparer.Ordinal)];

    /// <summary>What is known of a video; null where the folder has none of this id.</summary>
    /// <param name="id">The video's id: the file's name without its ending, or the folder's.</param>
    /// <exception cref="FrameStoreException">The video cannot be opened.</exception>
    /// <exception cref="FrameDecodeException">The file is damaged.</exception>
    public SourceVideo? Find(string id) => _known.GetOrAdd(id, Open);

    static bool IsVideo(string path) => AvaDataView.VideoEndings.Contains(Path.GetExtension(path).ToLowerInvariant());

    SourceVideo? Open(string id)
    {
        string? source = Path.Combine(_folder, id);
        if (!Directory.Exists(source)) source = Files(_folder).FirstOrDefault(f => Path.GetFileNameWithoutExtension(f) == id);
        if (source is null) return null;
        using IFrameStore store = FrameStore.Open(source, _options);
        return new(store.Size.Width, store.Size.Height, store.Fps, store.FrameCount);
    }
}
