namespace MlAva.Training;

/// <summary>Labelled boxes that a crop has cut away: they are left without area at its border.</summary>
static class CroppedBoxes
{
    /// <summary>Leaves them out.</summary>
    /// <param name="boxes">k×4, in whatever unit.</param>
    /// <param name="pixels">The same boxes in pixels of the clip.</param>
    /// <param name="labels">k×C.</param>
    public static (float[] Boxes, float[] Labels) Drop(float[] boxes, float[] pixels, float[] labels)
    {
        int count = boxes.Length / 4, classes = count == 0 ? 0 : labels.Length / count;
        int[] kept = [.. Enumerable.Range(0, count).Where(i => pixels[i * 4] < pixels[i * 4 + 2] && pixels[i * 4 + 1] < pixels[i * 4 + 3])];
        return kept.Length == count ? (boxes, labels)
            : ([.. kept.SelectMany(i => boxes[(i * 4)..(i * 4 + 4)])],
                [.. kept.SelectMany(i => labels[(i * classes)..((i + 1) * classes)])]);
    }
}
