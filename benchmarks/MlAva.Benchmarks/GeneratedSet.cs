using System.Globalization;
using System.Text;

namespace MlAva.Benchmarks;

/// <summary>Ground truth, detections and a label map of the size of AVA's validation set, the same bytes every time.</summary>
static class GeneratedSet
{
    /// <summary>Detections of the whole set, about 600 MB.</summary>
    public const int FullRows = 11_400_000;

    const int Videos = 64, FullKeyframes = 57_000, Classes = 60, FirstSecond = 902;
    const double MostPeople = 11.2, LabelsABox = 1.64;

    /// <summary>Writes <c>labels.pbtxt</c>, <c>gt.csv</c> and <c>det.csv</c>.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="rows">About how many detections; keyframes and ground truth shrink with it.</param>
    public static void Write(string folder, int rows)
    {
        int keyframes = Math.Max(Videos, (int)((long)FullKeyframes * rows / FullRows));
        SplitMix random = new(20210601);

        using (StreamWriter map = Open("labels.pbtxt"))
        {
            for (int id = 1; id <= Classes; id++) map.Write($"item {{\n  name: \"action {id}\"\n  id: {id}\n}}\n");
        }

        using StreamWriter truth = Open("gt.csv"), detections = Open("det.csv");
        for (int k = 0; k < keyframes; k++)
        {
            string video = VideoId((int)((long)k * Videos / keyframes));
            int second = FirstSecond + k % (FullKeyframes / Videos + 1);
            int count = 1 + (int)(random.Next() * random.Next() * MostPeople);
            (string Found, bool[] Has)[] people = new (string, bool[])[count];
            for (int p = 0; p < count; p++)
            {
                (double x, double y) = (random.Next() * .6, random.Next() * .4);
                (double w, double h) = (.1 + random.Next() * .3, .3 + random.Next() * .3);
                people[p] = (Corners(x + Jitter(), y + Jitter(), x + w + Jitter(), y + h + Jitter()), new bool[Classes]);
                // Classes fall off as in AVA, the first being by far the most frequent.
                for (int label = 0; label < 3 && random.Next() < LabelsABox / 3; label++)
                {
                    int id = (int)(Classes * Math.Pow(random.Next(), 3));
                    if (people[p].Has[id]) continue;
                    people[p].Has[id] = true;
                    if (random.Next() < .5) truth.Write($"{video},{second:D4},{Corners(x, y, x + w, y + h)},{id + 1},{p}\n");
                }
            }

            // As MMAction2 writes them: class by class, every box in turn, three decimals.
            for (int id = 0; id < Classes; id++)
            {
                foreach ((string found, bool[] has) in people)
                {
                    double score = random.Next() * random.Next() * random.Next() * (has[id] ? 1.5 : .6) + (has[id] ? .1 : .003);
                    detections.Write($"{video},{second},{found},{id + 1},{Math.Min(score, .999).ToString("F3", CultureInfo.InvariantCulture)}\n");
                }
            }
        }

        StreamWriter Open(string name) => new(Path.Combine(folder, name), false, new UTF8Encoding(false), 1 << 20);

        double Jitter() => (random.Next() - .5) * .08;
    }

    static string VideoId(int video) => string.Create(CultureInfo.InvariantCulture, $"video{video:D6}");

    static string Corners(double x1, double y1, double x2, double y2) =>
        string.Create(CultureInfo.InvariantCulture, $"{Unit(x1):F3},{Unit(y1):F3},{Unit(x2):F3},{Unit(y2):F3}");

    static double Unit(double value) => Math.Clamp(value, 0, 1);

    /// <summary>SplitMix64: the same numbers on every machine and runtime.</summary>
    sealed class SplitMix(ulong state)
    {
        /// <summary>0 to 1, 1 excluded.</summary>
        public double Next()
        {
            ulong z = state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
        }
    }
}
