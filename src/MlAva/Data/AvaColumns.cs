namespace MlAva;

/// <summary>The names of the columns, the same everywhere.</summary>
public static class AvaColumns
{
    /// <summary>Text: the video's id.</summary>
    public const string VideoId = "VideoId";

    /// <summary>Single: seconds in the source video (902 to 1798 in AVA; fractions allowed).</summary>
    public const string Timestamp = "Timestamp";

    /// <summary>Text: folder of frames or path of the video file.</summary>
    public const string Source = "Source";

    /// <summary>Vector of Single, k×4: ground-truth boxes x1 y1 x2 y2, normalised to 0–1.</summary>
    public const string Boxes = "Boxes";

    /// <summary>Vector of Single, k×C: multi-hot labels of the ground-truth boxes; C counts column 0, which is never set.</summary>
    public const string Labels = "Labels";

    /// <summary>Vector of Single, n×5: person boxes, normalised, and the person detector's scores.</summary>
    public const string Proposals = "Proposals";

    /// <summary>Vector of Int32, T: the frames of the clip.</summary>
    public const string FrameIndices = "FrameIndices";

    /// <summary><see cref="Video.VideoClip"/>: the frames and the geometry that maps boxes onto them.</summary>
    public const string Clip = "Clip";

    /// <summary>Vector of Single, m×4: boxes chosen for training, normalised; takes the place of proposals where it exists.</summary>
    public const string RoIs = "Rois";

    /// <summary>Vector of Single, m×C: their labels.</summary>
    public const string RoILabels = "RoiLabels";

    /// <summary>Vector of Single, n×D: pooled features of the boxes.</summary>
    public const string RoIFeatures = "RoiFeatures";

    /// <summary>Vector of Single, n×C: probabilities of the boxes' actions; slot names carry the class names.</summary>
    public const string Score = "Score";

    /// <summary>Vector of Single, n×4: the scored boxes, normalised.</summary>
    public const string PredictedBoxes = "PredictedBoxes";
}
