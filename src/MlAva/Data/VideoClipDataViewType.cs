using Microsoft.ML.Data;
using MlAva.Video;

namespace MlAva;

/// <summary>The column type of <see cref="VideoClip"/>.</summary>
public sealed class VideoClipDataViewType : StructuredDataViewType
{
    VideoClipDataViewType()
        : base(typeof(VideoClip))
    {
    }

    /// <summary>The one instance.</summary>
    public static VideoClipDataViewType Instance { get; } = new();

    /// <inheritdoc/>
    public override bool Equals(DataViewType? other) => other is VideoClipDataViewType;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is VideoClipDataViewType;

    /// <inheritdoc/>
    public override int GetHashCode() => typeof(VideoClipDataViewType).GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => "VideoClip";
}
