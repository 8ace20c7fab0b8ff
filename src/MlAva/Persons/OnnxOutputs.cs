using MlAva.Annotations;
using MlAva.Video;

namespace MlAva.Persons;

/// <summary>From a detector's numbers to boxes in pixels of its input, of one class only.</summary>
static class OnnxOutputs
{
    static readonly int[] Strides = [8, 16, 32];

    /// <summary>YOLOX: rows of centre, size, objectness, classes.</summary>
    /// <param name="values">N×(5 + C).</param>
    /// <param name="width">5 + C.</param>
    /// <param name="input">The input's size, which tells the grids.</param>
    /// <param name="isDecoded">Whether centres and sizes are pixels already; null: as the numbers look.</param>
    /// <param name="person">The class.</param>
    public static List<(Box Box, double Score)> Yolox(float[] values, int width, FrameSize input, bool? isDecoded, int person)
    {
        int count = values.Length / width;
        // Offsets within a cell are small, pixels go up to the input's edge.
        bool decoded = isDecoded ?? Enumerable.Range(0, count).Any(i => values[i * width] > Strides[^1]);
        if (!decoded && count != Strides.Sum(s => (input.Width / s) * (input.Height / s)))
        {
            throw new FormatException(FormattableString.Invariant(
                $"The detector gives {count} boxes for an input of {input}; expected those of YOLOX's grids of strides 8, 16 and 32 ({Strides.Sum(s => (input.Width / s) * (input.Height / s))}). ")
                + "To mend: give the size that the model was exported with, or say that its boxes are decoded.");
        }
        List<(Box Box, double Score)> found = [];
        int at = 0;
        foreach (int stride in decoded ? [1] : Strides)
        {
            int columns = input.Width / stride, rows = decoded ? 1 : input.Height / stride;
            if (decoded) columns = count;
            for (int cell = 0; cell < columns * rows; cell++, at++)
            {
                ReadOnlySpan<float> row = values.AsSpan(at * width, width);
                double x = row[0], y = row[1], w = row[2], h = row[3];
                if (!decoded)
                {
                    (x, y) = ((x + cell % columns) * stride, (y + cell / columns) * stride);
                    (w, h) = (Math.Exp(w) * stride, Math.Exp(h) * stride);
                }
                found.Add((Around(x, y, w, h), (double)row[4] * row[5 + person]));
            }
        }
        return found;
    }

    /// <summary>DETR and RT-DETR: a row of logits and a centre and size for each query.</summary>
    /// <param name="logits">Q×C.</param>
    /// <param name="boxes">Q×4, shares of the input.</param>
    /// <param name="input">The input's size.</param>
    /// <param name="isSoftmax">Whether classes exclude each other (DETR), or each stands for itself.</param>
    /// <param name="person">The class.</param>
    public static List<(Box Box, double Score)> Queries(float[] logits, float[] boxes, FrameSize input, bool isSoftmax, int person)
    {
        int count = boxes.Length / 4, classes = logits.Length / Math.Max(1, count);
        List<(Box Box, double Score)> found = [];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<float> row = logits.AsSpan(i * classes, classes), box = boxes.AsSpan(i * 4, 4);
            double score;
            if (isSoftmax)
            {
                double most = row[0], sum = 0;
                foreach (float logit in row) most = Math.Max(most, logit);
                foreach (float logit in row) sum += Math.Exp(logit - most);
                score = Math.Exp(row[person] - most) / sum;
            }
            else
            {
                score = 1 / (1 + Math.Exp(-row[person]));
            }
            found.Add((Around(box[0], box[1], box[2], box[3]).Scale(input.Width, input.Height), score));
        }
        return found;
    }

    /// <summary>Boxes with one label and score each; corners in pixels.</summary>
    public static List<(Box Box, double Score)> Labelled(float[] boxes, long[] labels, float[] scores, int person)
    {
        List<(Box Box, double Score)> found = [];
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] != person) continue;
            ReadOnlySpan<float> box = boxes.AsSpan(i * 4, 4);
            found.Add((new(box[0], box[1], box[2], box[3]), scores[i]));
        }
        return found;
    }

    static Box Around(double x, double y, double width, double height) => new(x - width / 2, y - height / 2, x + width / 2, y + height / 2);
}
