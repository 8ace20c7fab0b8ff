using System.Globalization;
using MlAva.Annotations;

namespace MlAva.Training;

/// <summary>Between rows of data and the rows of csv files.</summary>
static class DetectionRows
{
    /// <summary>
    /// The detections of one keyframe in the order of results.csv, class by class, then box by box; numbers are rounded to three decimals as the
    /// file would hold them, so that figures agree whether files lie between or not (reference specification §6.5, §10 G1).
    /// </summary>
    public static IEnumerable<DetectionRow> Detections(string video, double timestamp, float[] boxes, float[] scores, float threshold)
    {
        int count = boxes.Length / 4, classes = count == 0 ? 0 : scores.Length / count;
        Box[] rounded = new Box[count];
        for (int i = 0; i < count; i++) rounded[i] = new(Round(boxes[i * 4]), Round(boxes[i * 4 + 1]), Round(boxes[i * 4 + 2]), Round(boxes[i * 4 + 3]));
        for (int c = 1; c < classes; c++)
        {
            for (int i = 0; i < count; i++)
            {
                if (scores[i * classes + c] > threshold) yield return new(video, timestamp, rounded[i], c, Round(scores[i * classes + c]));
            }
        }
    }

    /// <summary>The ground truth of one keyframe, one row a label.</summary>
    public static IEnumerable<AnnotationRow> Truths(string video, double timestamp, float[] boxes, float[] labels)
    {
        int count = boxes.Length / 4, classes = count == 0 ? 0 : labels.Length / count;
        for (int i = 0; i < count; i++)
        {
            // The shortest decimal that gives this float32 is the number that stood in the annotation file.
            Box box = new(Shortest(boxes[i * 4]), Shortest(boxes[i * 4 + 1]), Shortest(boxes[i * 4 + 2]), Shortest(boxes[i * 4 + 3]));
            for (int c = 1; c < classes; c++)
            {
                if (labels[i * classes + c] > 0) yield return new(video, timestamp, box, c, i);
            }
        }
    }

    public static IReadOnlyList<LabelMapEntry> Classes(IReadOnlyList<string> names) =>
        [.. names.Select((name, id) => new LabelMapEntry(id, name, ActionGroup.Unknown)).Where(e => e.Id > 0 && e.Name.Length > 0)];

    public static double Shortest(float value) => double.Parse(value.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    static double Round(float value) => double.Parse(((double)value).ToString("F3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
