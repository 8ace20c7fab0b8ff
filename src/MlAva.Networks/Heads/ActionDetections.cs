namespace MlAva.Networks;

/// <summary>From scored RoIs to detections (reference specification §4.5). Numbers are float32 as the reference's.</summary>
public static class ActionDetections
{
    /// <summary>Boxes as shares of the whole image: mirrored back, divided by the network's input size, put back where a crop was taken from.</summary>
    /// <param name="rois">R×5 numbers: image index, x1, y1, x2, y2 in pixels of the network's input.</param>
    /// <param name="width">Width of the network's input, in pixels.</param>
    /// <param name="height">Height of the network's input, in pixels.</param>
    /// <param name="flip">Whether the input was mirrored.</param>
    /// <param name="crop">Where the input lay in the whole image: x, y, width, height as shares of it.</param>
    /// <returns>R×4 numbers.</returns>
    public static float[] Normalise(ReadOnlySpan<float> rois, int width, int height, bool flip = false, (float X, float Y, float Width, float Height)? crop = null)
    {
        (float x, float y, float w, float h) = crop ?? (0, 0, 1, 1);
        float[] boxes = new float[rois.Length / 5 * 4];
        for (int r = 0; r < rois.Length / 5; r++)
        {
            (float x1, float y1, float x2, float y2) = (rois[r * 5 + 1], rois[r * 5 + 2], rois[r * 5 + 3], rois[r * 5 + 4]);
            if (flip) (x1, x2) = (width - 1 - x2, width - 1 - x1);
            boxes[r * 4] = x1 / width * w + x;
            boxes[r * 4 + 1] = y1 / height * h + y;
            boxes[r * 4 + 2] = x2 / width * w + x;
            boxes[r * 4 + 3] = y2 / height * h + y;
        }
        return boxes;
    }

    /// <summary>The boxes of each class whose score is above the class's threshold, in the order of the RoIs.</summary>
    /// <param name="boxes">R×4 numbers.</param>
    /// <param name="scores">R×C probabilities, column 0 unused.</param>
    /// <param name="thresholds">One for all classes, or one for each of the C columns; a single negative one gives each box to its best class only.</param>
    /// <param name="classes">C.</param>
    /// <returns>For each class from 1 on, rows of x1, y1, x2, y2, score.</returns>
    /// <exception cref="ArgumentException">The numbers of boxes, scores and thresholds do not fit together.</exception>
    public static IReadOnlyList<IReadOnlyList<float[]>> PerClass(ReadOnlySpan<float> boxes, ReadOnlySpan<float> scores, ReadOnlySpan<float> thresholds, int classes)
    {
        int rows = boxes.Length / 4;
        if (scores.Length != rows * classes) throw new ArgumentException($"There are {scores.Length} scores; expected {rows} × {classes}.", nameof(scores));
        if (thresholds.Length != 1 && thresholds.Length != classes) throw new ArgumentException($"There are {thresholds.Length} thresholds; expected 1 or {classes}.", nameof(thresholds));
        bool bestOnly = thresholds is [< 0];
        List<float[]>[] result = [.. Enumerable.Range(0, classes - 1).Select(_ => new List<float[]>())];
        for (int r = 0; r < rows; r++)
        {
            ReadOnlySpan<float> row = scores.Slice(r * classes, classes);
            int best = bestOnly ? Best(row) : 0;
            for (int c = 1; c < classes; c++)
            {
                bool kept = bestOnly ? c == best : row[c] > thresholds[thresholds.Length == 1 ? 0 : c];
                if (kept) result[c - 1].Add([.. boxes.Slice(r * 4, 4), row[c]]);
            }
        }
        return result;
    }

    static int Best(ReadOnlySpan<float> row)
    {
        int best = 1;
        for (int c = 2; c < row.Length; c++)
        {
            if (row[c] > row[best]) best = c;
        }
        return best;
    }
}
