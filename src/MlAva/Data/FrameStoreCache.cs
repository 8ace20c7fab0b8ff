using System.Collections.Concurrent;
using MlAva.Video;

namespace MlAva;

/// <summary>Open frame stores by source, so that a video's folder is listed, or its file opened, once. Thread-safe.</summary>
/// <param name="options">How they are opened.</param>
/// <param name="cacheMegabytes">Megabytes of decoded frames that are kept; 0: none.</param>
sealed class FrameStoreCache(FrameStoreOptions options, int cacheMegabytes = 0) : IDisposable
{
    readonly DecodedFrameCache? _frames = cacheMegabytes > 0 ? new((long)cacheMegabytes << 20) : null;
    readonly ConcurrentDictionary<string, Lazy<IFrameStore>> _stores = new(StringComparer.Ordinal);

    public IFrameStore Open(string source)
    {
        Lazy<IFrameStore> store = _stores.GetOrAdd(source, s => new(() => OpenAnew(s)));
        try
        {
            return store.Value;
        }
        catch
        {
            _stores.TryRemove(new(source, store)); // a folder that is filled later is looked at again
            throw;
        }
    }

    /// <summary>
    /// Reads frames. Neighbours beyond the video's first or last frame repeat it; the keyframe itself must exist.
    /// </summary>
    /// <param name="source">The folder or file.</param>
    /// <param name="indices">The frames.</param>
    /// <param name="keyframe">The keyframe's own frame, where jitter has moved the middle of the clip away from it; null: the middle.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public VideoClip Read(string source, int[] indices, int? keyframe = null, CancellationToken cancellationToken = default) =>
        Read(Open(source), indices, keyframe, null, cancellationToken);

    /// <summary>The same from an open store, into memory that is there where it is long enough.</summary>
    public static VideoClip Read(IFrameStore store, int[] indices, int? keyframe, byte[]? buffer, CancellationToken cancellationToken)
    {
        if (store.Range() is { } range && range.Contains(keyframe ?? indices[indices.Length / 2]))
        {
            int[] within = new int[indices.Length];
            for (int i = 0; i < within.Length; i++) within[i] = range.Clamp(indices[i]);
            indices = within;
        }
        return store.Read(indices, buffer, cancellationToken);
    }

    IFrameStore OpenAnew(string source)
    {
        IFrameStore store = FrameStore.Open(source, options);
        return _frames?.Wrap(store) ?? store;
    }

    public void Dispose()
    {
        foreach (Lazy<IFrameStore> store in _stores.Values.Where(s => s.IsValueCreated)) store.Value.Dispose();
        _stores.Clear();
    }
}
