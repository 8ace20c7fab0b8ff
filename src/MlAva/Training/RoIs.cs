namespace MlAva.Training;

/// <summary>Boxes of several clips as one list.</summary>
static class RoIs
{
    /// <summary>Puts the clip's index in front of each box: R×5 numbers out of one n×4 array a clip.</summary>
    public static float[] Join(IReadOnlyList<float[]> boxes)
    {
        float[] rois = new float[boxes.Sum(b => b.Length / 4) * 5];
        int at = 0;
        for (int clip = 0; clip < boxes.Count; clip++)
        {
            for (int i = 0; i < boxes[clip].Length; i += 4, at += 5)
            {
                rois[at] = clip;
                boxes[clip].AsSpan(i, 4).CopyTo(rois.AsSpan(at + 1));
            }
        }
        return rois;
    }
}
