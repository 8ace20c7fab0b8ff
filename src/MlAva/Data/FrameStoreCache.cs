using System.Collections.Concurrent;
using MlAva.Video;

namespace MlAva;

/// <summary>Open frame stores by source, so that a video's folder is listed, or its file opened, once. Thread-safe.</summary>
sealed class FrameStoreCache(FrameStoreOptions options) : IDisposable
{
    readonly ConcurrentDictionary<string, Lazy<IFrameStore>> _stores = new(StringComparer.Ordinal);

    public IFrameStore Open(string source)
    {
        Lazy<IFrameStore> store = _stores.GetOrAdd(source, s => new(() => FrameStore.Open(s, options)));
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
    public VideoClip Read(string source, int[] indices, int? keyframe = null, CancellationToken cancellationToken = default)
    {
        IFrameStore store = Open(source);
        if (store.Range() is { } range && range.Contains(keyframe ?? indices[indices.Length / 2]))
        {
            int[] within = new int[indices.Length];
            for (int i = 0; i < within.Length; i++) within[i] = range.Clamp(indices[i]);
            indices = within;
        }
        return store.Read(indices, cancellationToken);
    }

    public void Dispose()
    {
        foreach (Lazy<IFrameStore> store in _stores.Values.Where(s => s.IsValueCreated)) store.Value.Dispose();
        _stores.Clear();
    }
}
