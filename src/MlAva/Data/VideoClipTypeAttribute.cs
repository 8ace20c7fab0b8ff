using Microsoft.ML.Data;
using MlAva.Video;

namespace MlAva;

/// <summary>Marks a property of type <see cref="VideoClip"/> in a row class, for <c>PredictionEngine</c> and <c>CreateEnumerable</c>.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class VideoClipTypeAttribute : DataViewTypeAttribute
{
    /// <inheritdoc/>
    public override void Register() => DataViewTypeManager.Register(VideoClipDataViewType.Instance, typeof(VideoClip), this);

    /// <inheritdoc/>
    public override bool Equals(DataViewTypeAttribute? other) => other is VideoClipTypeAttribute;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is VideoClipTypeAttribute;

    /// <inheritdoc/>
    public override int GetHashCode() => typeof(VideoClipTypeAttribute).GetHashCode();
}
