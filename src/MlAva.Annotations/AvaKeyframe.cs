namespace MlAva.Annotations;

/// <summary>One keyframe of a data set: its labelled boxes and its proposals.</summary>
public sealed class AvaKeyframe
{
    internal AvaKeyframe(KeyframeKey key, Box[] boxes, int[][] classes, int[] entityIds, KeyframeProposals? proposals)
    {
        Key = key;
        Boxes = boxes;
        Classes = classes;
        EntityIds = entityIds;
        Proposals = proposals;
    }

    /// <summary>Video and time.</summary>
    public KeyframeKey Key { get; }

    /// <summary>The video's id.</summary>
    public string VideoId => Key.VideoId;

    /// <summary>Seconds in the source video.</summary>
    public double Timestamp => Key.Timestamp;

    /// <summary>
    /// The n labelled boxes, normalised to 0–1, in order of first appearance. Rows with exactly equal coordinates are one box.
    /// </summary>
    public Box[] Boxes { get; }

    /// <summary>
    /// The classes of every box (columns of its label vector), in file order, each once. With custom classes these are the new
    /// numbers.
    /// </summary>
    public int[][] Classes { get; }

    /// <summary>The person id of every box's first row.</summary>
    public int[] EntityIds { get; }

    /// <summary>The person boxes to score, already thresholded and cut; null where the set has no proposals.</summary>
    public KeyframeProposals? Proposals { get; }

    /// <summary>The multi-hot label vectors, [n, <paramref name="numClasses"/>] float32, row-major; column 0 is never set.</summary>
    /// <param name="numClasses">The data set's <see cref="AvaDataset.NumClasses"/>.</param>
    public float[] ToLabels(int numClasses)
    {
        float[] labels = new float[Boxes.Length * numClasses];
        for (int i = 0; i < Classes.Length; i++)
        {
            foreach (int c in Classes[i])
            {
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(c, numClasses, nameof(numClasses));
                labels[i * numClasses + c] = 1;
            }
        }
        return labels;
    }
}
