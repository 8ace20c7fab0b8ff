using MlAva.Annotations;

namespace MlAva;

/// <summary>Settings of <see cref="AvaDataView"/>.</summary>
public sealed record AvaDataViewOptions
{
    /// <summary>The annotation files and how they are read.</summary>
    public required AvaDatasetOptions Dataset { get; init; }

    /// <summary>The folder that holds, for each video id, a folder of frames or a video file (<c>id.mp4</c>, <c>id.avi</c>, …).</summary>
    public required string Frames { get; init; }
}
