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

    /// <summary>Int32: the keyframe's own frame, which jitter does not move.</summary>
    public const string KeyframeIndex = "KeyframeIndex";

    /// <summary><see cref="Video.VideoClip"/>: the frames and the geometry that maps boxes onto them.</summary>
    public const string Clip = "Clip";

    /// <summary>Vector of Single, 3×T×H×W: the normalised clip.</summary>
    public const string ClipTensor = "ClipTensor";

    /// <summary>Vector of Single, k×4: <see cref="Boxes"/> in pixels of the clip.</summary>
    public const string PixelBoxes = "PixelBoxes";

    /// <summary>Vector of Single, n×4: <see cref="Proposals"/> in pixels of the clip.</summary>
    public const string PixelProposals = "PixelProposals";

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

    /// <summary>Vector of Single, 4: one person's box, normalised, where a row is a person.</summary>
    public const string Box = "Box";

    /// <summary>Int32: the place of a person's box among those of its keyframe, from 0, where a row is a person.</summary>
    public const string BoxIndex = "BoxIndex";

    /// <summary>Key: the first action of a person, where a row is a person; missing where there is none.</summary>
    public const string Label = "Label";

    /// <summary>Boolean: whether a person does an action, where a row is a person: <c>Label1</c>, <c>Label2</c>, ….</summary>
    /// <param name="column">The action's column in <see cref="Labels"/>, from 1.</param>
    public static string LabelOf(int column)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(column, 1);
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Label{column}");
    }
}
