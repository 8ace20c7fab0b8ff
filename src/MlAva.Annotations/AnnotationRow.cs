namespace MlAva.Annotations;

/// <summary>One line of an AVA annotation csv: one action of one person at one keyframe.</summary>
/// <param name="VideoId">The video's id.</param>
/// <param name="Timestamp">Seconds in the source video.</param>
/// <param name="Box">The person's box, normalised to 0–1.</param>
/// <param name="ActionId">The action, an id of the label map (1-based).</param>
/// <param name="PersonId">Links a person's boxes over time; −1 where the file has no such column (AVA v1.0).</param>
public readonly record struct AnnotationRow(string VideoId, double Timestamp, Box Box, int ActionId, int PersonId)
{
    /// <summary>The keyframe that the row belongs to.</summary>
    public KeyframeKey Key => new(VideoId, Timestamp);
}
