namespace MlAva.Annotations;

/// <summary>
/// Links boxes over time: numbers them so that one person's boxes have one number (AVA's <c>entity_id</c>). From keyframe to keyframe the
/// pairs of
/// boxes and persons are chosen together, so that their IoUs add up to the most (the assignment problem, solved exactly); a person is
/// expected where the last two boxes lead in a straight line, or where the last one was, whichever fits better.
/// </summary>
public static class PersonLinker
{
    /// <summary>Numbers the boxes of one video's keyframes.</summary>
    /// <param name="keyframes">Times in seconds and boxes, in the order of time.</param>
    /// <param name="options">What counts as the same person; null for the defaults.</param>
    /// <param name="first">The first number to give.</param>
    /// <returns>For each keyframe, a number for each box; new persons get the next number.</returns>
    /// <exception cref="ArgumentException">Times do not rise, or an option is out of range.</exception>
    public static IReadOnlyList<int[]> Link(IReadOnlyList<(double Time, IReadOnlyList<Box> Boxes)> keyframes, PersonLinkerOptions? options = null, int first = 0)
    {
        ArgumentNullException.ThrowIfNull(keyframes);
        options ??= new();
        options.Validate();
        List<Person> persons = [];
        List<int[]> result = [];
        double before = double.NegativeInfinity;
        foreach ((double time, IReadOnlyList<Box> boxes) in keyframes)
        {
            if (!(time > before)) throw new ArgumentException(FormattableString.Invariant($"A keyframe at {time} s follows one at {before} s; expected rising times."), nameof(keyframes));
            before = time;
            // A hair's breadth more, as decimals of a second do not add up exactly.
            persons.RemoveAll(p => time - p.Time > options.MaxGap + 1e-6);
            double[,] gains = new double[boxes.Count, persons.Count];
            for (int b = 0; b < boxes.Count; b++)
            {
                for (int p = 0; p < persons.Count; p++)
                    gains[b, p] = persons[p].Fit(boxes[b], time) is var fit && fit >= options.MinIoU ? fit : 0;
            }
            int[] chosen = Assign(gains), numbers = new int[boxes.Count];
            for (int b = 0; b < boxes.Count; b++)
            {
                if (chosen[b] >= 0) persons[chosen[b]].See(boxes[b], time);
                else persons.Add(new(first++, boxes[b], time));
                numbers[b] = chosen[b] >= 0 ? persons[chosen[b]].Number : persons[^1].Number;
            }
            result.Add(numbers);
        }
        return result;
    }

    /// <summary>Numbers all proposals; every video counts from 0.</summary>
    /// <param name="proposals">The boxes.</param>
    /// <param name="options">What counts as the same person; null for the defaults.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static Proposals Link(Proposals proposals, PersonLinkerOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(proposals);
        Dictionary<KeyframeKey, int[]> numbers = Numbers(proposals.Entries.Select(e => (e.Key, (IReadOnlyList<Box>)e.Value.Boxes)), options, cancellation);
        return new(proposals.Entries.Select(e => KeyValuePair.Create(e.Key, e.Value.WithPersonIds(numbers[e.Key]))));
    }

    /// <summary>
    /// Numbers the persons of annotations; numbers that the rows have are replaced. Rows with the same box at a keyframe are one
    /// person's.
    /// </summary>
    /// <param name="rows">The rows, in any order.</param>
    /// <param name="options">What counts as the same person; null for the defaults.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The rows in their order.</returns>
    public static IReadOnlyList<AnnotationRow> Link(IReadOnlyList<AnnotationRow> rows, PersonLinkerOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        Func<KeyframeKey, Box, int> numberOf = NumbersOf(rows.Select(r => (r.Key, r.Box)), options, cancellation);
        return [.. rows.Select(r => r with { PersonId = numberOf(r.Key, r.Box) })];
    }

    /// <summary>Numbers the boxes of detections, each box once, whatever its actions.</summary>
    /// <param name="rows">The rows, in any order.</param>
    /// <param name="options">What counts as the same person; null for the defaults.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The rows in their order, each with its person's number.</returns>
    public static IReadOnlyList<(DetectionRow Row, int PersonId)> Link(IReadOnlyList<DetectionRow> rows, PersonLinkerOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        Func<KeyframeKey, Box, int> numberOf = NumbersOf(rows.Select(r => (r.Key, r.Box)), options, cancellation);
        return [.. rows.Select(r => (r, numberOf(r.Key, r.Box)))];
    }

    static Func<KeyframeKey, Box, int> NumbersOf(IEnumerable<(KeyframeKey Key, Box Box)> boxes, PersonLinkerOptions? options, CancellationToken cancellation)
    {
        KeyValuePair<KeyframeKey, Box[]>[] keyframes = [.. boxes.GroupBy(b => b.Key).Select(k => KeyValuePair.Create(k.Key, k.Select(b => b.Box).Distinct().ToArray()))];
        Dictionary<KeyframeKey, int[]> numbers = Numbers(keyframes.Select(k => (k.Key, (IReadOnlyList<Box>)k.Value)), options, cancellation);
        Dictionary<(KeyframeKey, Box), int> known = [];
        foreach ((KeyframeKey key, Box[] own) in keyframes)
            for (int i = 0; i < own.Length; i++) known[(key, own[i])] = numbers[key][i];
        return (key, box) => known[(key, box)];
    }

    static Dictionary<KeyframeKey, int[]> Numbers(IEnumerable<(KeyframeKey Key, IReadOnlyList<Box> Boxes)> keyframes, PersonLinkerOptions? options,
        CancellationToken cancellation)
    {
        Dictionary<KeyframeKey, int[]> numbers = [];
        foreach (var video in keyframes.GroupBy(k => k.Key.VideoId, StringComparer.Ordinal))
        {
            cancellation.ThrowIfCancellationRequested();
            (KeyframeKey Key, IReadOnlyList<Box> Boxes)[] ordered = [.. video.OrderBy(k => k.Key.Timestamp)];
            IReadOnlyList<int[]> linked = Link([.. ordered.Select(k => (k.Key.Timestamp, k.Boxes))], options);
            for (int i = 0; i < ordered.Length; i++) numbers.Add(ordered[i].Key, linked[i]);
        }
        return numbers;
    }

    /// <summary>
    /// The pairs of rows and columns whose gains add up to the most: the Hungarian method with potentials, along shortest augmenting paths
    /// (Kuhn 1955; Jonker and Volgenant 1987). Pairs that gain nothing are no pairs.
    /// </summary>
    /// <returns>For each row its column, or −1.</returns>
    static int[] Assign(double[,] gains)
    {
        int rows = gains.GetLength(0), columns = gains.GetLength(1), size = Math.Max(rows, columns);
        double[] ofRow = new double[size + 1], ofColumn = new double[size + 1];
        int[] rowAt = new int[size + 1], from = new int[size + 1];
        for (int row = 1; row <= size; row++)
        {
            double[] distance = new double[size + 1];
            bool[] done = new bool[size + 1];
            Array.Fill(distance, double.PositiveInfinity);
            rowAt[0] = row;
            int at = 0;
            do
            {
                done[at] = true;
                int next = 0;
                double least = double.PositiveInfinity;
                for (int column = 1; column <= size; column++)
                {
                    if (done[column]) continue;
                    double cost = -Gain(rowAt[at] - 1, column - 1) - ofRow[rowAt[at]] - ofColumn[column];
                    if (cost < distance[column]) (distance[column], from[column]) = (cost, at);
                    if (distance[column] < least) (least, next) = (distance[column], column);
                }
                for (int column = 0; column <= size; column++)
                {
                    if (done[column])
                    {
                        ofRow[rowAt[column]] += least;
                        ofColumn[column] -= least;
                    }
                    else
                    {
                        distance[column] -= least;
                    }
                }
                at = next;
            }
            while (rowAt[at] != 0);
            for (; at != 0; at = from[at]) rowAt[at] = rowAt[from[at]];
        }
        int[] result = new int[rows];
        Array.Fill(result, -1);
        for (int column = 1; column <= columns; column++)
        {
            int row = rowAt[column] - 1;
            if (row < rows && gains[row, column - 1] > 0) result[row] = column - 1;
        }
        return result;

        double Gain(int row, int column) => row < rows && column < columns ? gains[row, column] : 0;
    }

    sealed class Person(int number, Box box, double time)
    {
        Box _box = box;
        Box? _before;
        double _timeBefore;

        public int Number => number;

        public double Time { get; private set; } = time;

        public double Fit(Box box, double time)
        {
            double here = Box.IoU(_box, box);
            if (_before is not { } before) return here;
            double share = (time - Time) / (Time - _timeBefore);
            double x = (_box.X1 + _box.X2 - before.X1 - before.X2) / 2 * share, y = (_box.Y1 + _box.Y2 - before.Y1 - before.Y2) / 2 * share;
            double ahead = Box.IoU(new(_box.X1 + x, _box.Y1 + y, _box.X2 + x, _box.Y2 + y), box);
            return Math.Max(here, ahead);
        }

        public void See(Box box, double time)
        {
            (_before, _timeBefore) = (_box, Time);
            (_box, Time) = (box, time);
        }
    }
}
