namespace MlAva.Annotations.Formats;

/// <summary>What must be known of a video to turn frame numbers into seconds and pixels into shares of the frame.</summary>
/// <param name="Width">Pixels from left to right, upright; null: not known.</param>
/// <param name="Height">Pixels from top to bottom, upright; null: not known.</param>
/// <param name="Fps">Frames a second; null: not known.</param>
/// <param name="Frames">Number of frames; null: not known.</param>
public readonly record struct SourceVideo(int? Width, int? Height, double? Fps = null, int? Frames = null);
