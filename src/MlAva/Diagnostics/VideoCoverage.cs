using MlAva.Video;

namespace MlAva.Diagnostics;

/// <summary>A video that does not hold the frames of all its keyframes.</summary>
/// <param name="VideoId">The video's id.</param>
/// <param name="Source">The folder of frames or the video file.</param>
/// <param name="Frames">The indices of the frames that are there.</param>
/// <param name="FirstSecond">The time of the first frame, in seconds on the axis of the annotations.</param>
/// <param name="LastSecond">The time of the last frame, in seconds.</param>
/// <param name="Before">How many keyframes lie before the first frame.</param>
/// <param name="Beyond">How many keyframes lie behind the last frame.</param>
/// <param name="FirstKeyframe">The time of the earliest keyframe, in seconds.</param>
/// <param name="LastKeyframe">The time of the latest keyframe, in seconds.</param>
public sealed record VideoCoverage(
    string VideoId, string Source, FrameRange Frames, double FirstSecond, double LastSecond, int Before, int Beyond, double FirstKeyframe,
    double LastKeyframe);
