using MlAva.Annotations;

namespace MlAva.MiniAva;

/// <summary>Plays the person detector whose boxes AVA's proposals are: mostly tight, now and then loose, missing or false.</summary>
static class Detections
{
    const double LooseShare = 0.06, UnsureShare = 0.04, MissedShare = 0.03, FalseShare = 0.3, SureFalseShare = 0.08;

    /// <summary>The boxes and scores of one video by keyframe, best score first.</summary>
    internal static IEnumerable<KeyValuePair<KeyframeKey, (Box Box, double Score)[]>> Of(MiniAvaVideo video, SplitMix dice)
    {
        foreach (IGrouping<KeyframeKey, MiniAvaPerson> keyframe in video.Persons.GroupBy(p => p.Key))
        {
            Box[] persons = [.. keyframe.Select(p => p.Box)];
            List<(Box Box, double Score)> found = [];
            // Nobody misses the only person of a keyframe: without a box AVA's readers would fall back to the whole frame.
            int missed = persons.Length > 1 && dice.Chance(MissedShare * persons.Length) ? dice.Below(persons.Length) : -1;
            for (int i = 0; i < persons.Length; i++)
            {
                if (i == missed) continue;
                double score = dice.Next();
                score = dice.Chance(UnsureShare) && found.Count > 0 ? 0.4 + 0.5 * score : 1 - 0.1 * score * score;
                found.Add((Jitter(dice, persons[i], dice.Chance(LooseShare) ? 0.05 : 0.011), score));
            }
            if (dice.Chance(FalseShare)) found.Add((Elsewhere(dice, persons), dice.Range(0.05, 0.85)));
            if (dice.Chance(SureFalseShare)) found.Add((Elsewhere(dice, persons), dice.Range(0.9, 0.95)));
            yield return new(keyframe.Key, [.. found.OrderByDescending(f => f.Score)]);
        }
    }

    static Box Jitter(SplitMix dice, Box box, double deviation)
    {
        double Edge(double edge, double size) => Math.Clamp(edge + dice.Bell(deviation) * size, 0, 1);
        return new(Edge(box.X1, box.Width), Edge(box.Y1, box.Height), Edge(box.X2, box.Width), Edge(box.Y2, box.Height));
    }

    /// <summary>A box like a person's that shares less than a third with any.</summary>
    static Box Elsewhere(SplitMix dice, Box[] persons)
    {
        Box box;
        do
        {
            double width = dice.Range(0.1, 0.3), height = dice.Range(0.25, 0.7), x = dice.Range(0, 1 - width), y = dice.Range(0, 1 - height);
            box = new(x, y, x + width, y + height);
        }
        while (persons.Any(p => Box.IoU(p, box) > 1 / 3.0));
        return box;
    }
}
