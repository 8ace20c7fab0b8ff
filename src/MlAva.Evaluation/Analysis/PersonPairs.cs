using MlAva.Annotations;

namespace MlAva.Evaluation.Analysis;

/// <summary>Pairs annotated and detected persons and counts their classes.</summary>
static class PersonPairs
{
    /// <param name="input">The boxes.</param>
    /// <param name="threshold">The smallest IoU of a pair.</param>
    /// <param name="scores">By class: the score from which on it counts as predicted.</param>
    public static CoOccurrence Count(AnalysisInput input, double threshold, double[] scores)
    {
        int classes = input.Classes.Length, persons = 0;
        int[,] predicted = new int[classes, classes], annotated = new int[classes, classes];
        int[] numPredicted = new int[classes];
        List<Person>[] truths = Persons([.. input.Classes.Select(m => m.Truth)], input.Keyframes.Length, (_, _) => true);
        List<Person>[] found = Persons(
            [.. input.Classes.Select(m => m.Detections)], input.Keyframes.Length, (c, i) => input.Classes[c].Scores[i] >= scores[c]);
        for (int keyframe = 0; keyframe < truths.Length; keyframe++)
        {
            foreach ((Person truth, Person detection) in Pairs(truths[keyframe], found[keyframe], threshold))
            {
                persons++;
                foreach (int p in detection.Classes) numPredicted[p]++;
                foreach (int t in truth.Classes)
                {
                    foreach (int u in truth.Classes) annotated[t, u]++;
                    foreach (int p in detection.Classes) predicted[t, p]++;
                }
            }
        }
        return new([.. input.Classes.Select(m => m.Class.Id)], persons, predicted, annotated, numPredicted);
    }

    static IEnumerable<(Person Truth, Person Detection)> Pairs(List<Person>? truths, List<Person>? found, double threshold)
    {
        if (truths is null || found is null) yield break;
        bool[] truthTaken = new bool[truths.Count], foundTaken = new bool[found.Count];
        var pairs = from t in Enumerable.Range(0, truths.Count)
                    from d in Enumerable.Range(0, found.Count)
                    let iou = Box.IoU(truths[t].Box, found[d].Box)
                    where iou >= threshold
                    orderby iou descending
                    select (Truth: t, Found: d);
        foreach ((int t, int d) in pairs)
        {
            if (truthTaken[t] || foundTaken[d]) continue;
            truthTaken[t] = foundTaken[d] = true;
            yield return (truths[t], found[d]);
        }
    }

    /// <summary>By keyframe: its boxes, each with its classes; a box stays when none of its classes counts.</summary>
    static List<Person>[] Persons(ClassBoxes[] columns, int keyframes, Func<int, int, bool> counts)
    {
        List<Person>[] persons = new List<Person>[keyframes];
        Dictionary<(int, Box), Person> byBox = [];
        for (int c = 0; c < columns.Length; c++)
        {
            for (int i = 0; i < columns[c].Count; i++)
            {
                (int Keyframe, Box Box) key = (columns[c].Keyframe(i), columns[c].Box(i));
                if (!byBox.TryGetValue(key, out Person? person))
                {
                    byBox.Add(key, person = new(key.Box, []));
                    (persons[key.Keyframe] ??= []).Add(person);
                }
                // Classes come in ascending order: a repeated row is the last one's equal.
                if (counts(c, i) && (person.Classes.Count == 0 || person.Classes[^1] != c)) person.Classes.Add(c);
            }
        }
        return persons;
    }

    sealed record Person(Box Box, List<int> Classes);
}
