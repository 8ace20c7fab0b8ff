namespace MlAva.Annotations;

/// <summary>One line of a detections csv (<c>results.csv</c>): one scored action of one box at one keyframe.</summary>
/// <param name="VideoId">The video's id.</param>
/// <param name="Timestamp">Seconds in the source video.</param>
/// <param name="Box">The scored box, normalised to 0–1.</param>
/// <param name="ActionId">The action, an id of the label map (1-based).</param>
/// <param name="Score">The detector's confidence, 0–1.</param>
public readonly record struct DetectionRow(string VideoId, double Timestamp, Box Box, int ActionId, double Score)
{
    /// <summary>The keyframe that the row belongs to.</summary>
    public KeyframeKey Key => new(VideoId, Timestamp);
}
