namespace MlAva.Video;

/// <summary>A store whose frames are looked for in a <see cref="DecodedFrameCache"/> first.</summary>
sealed class CachedFrameStore(DecodedFrameCache cache, IFrameStore inner) : IFrameStore
{
    volatile bool _closed;

    public IFrameStore Inner => inner;

    public bool IsClosed => _closed;

    public string Path => inner.Path;

    public FrameSize Size => inner.Size;

    public int FirstIndex => inner.FirstIndex;

    public int? LastIndex => inner.LastIndex;

    public int? FrameCount => inner.FrameCount;

    public double? Fps => inner.Fps;

    public VideoClip Read(ReadOnlySpan<int> indices, byte[]? buffer, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        return cache.Read(this, indices, buffer, cancellationToken);
    }

    public void Dispose()
    {
        _closed = true;
        cache.Forget(this);
        inner.Dispose();
    }
}
