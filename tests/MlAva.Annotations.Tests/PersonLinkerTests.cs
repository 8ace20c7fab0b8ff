using MlAva.TestSupport;

namespace MlAva.Annotations.Tests;

public sealed class PersonLinkerTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    static Box At(double x, double y = 0.25) => new(x, y, x + 0.1, y + 0.4);

    static int[][] Link(params (double Time, IReadOnlyList<Box> Boxes)[] keyframes) => [.. PersonLinker.Link(keyframes)];

    [Fact]
    public void Boxes_that_move_a_little_stay_one_persons_whatever_their_order()
    {
        Assert.Equal([[0, 1], [1, 0], [0, 2]], Link((0, [At(0.1), At(0.5)]), (1, [At(0.53), At(0.12)]), (2, [At(0.15), At(0.8)])));
    }

    [Fact]
    public void Two_who_pass_each_other_are_told_apart_by_where_they_go()
    {
        double[] right = [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4], left = [0.4, 0.35, 0.3, 0.24, 0.2, 0.15, 0.1];
        int[][] numbers = Link([.. right.Zip(left).Select((x, i) => ((double)i, (IReadOnlyList<Box>)[At(x.First), At(x.Second)]))]);
        Assert.All(numbers, n => Assert.Equal([0, 1], n));
    }

    [Fact]
    public void A_gap_is_bridged_as_long_as_asked_for()
    {
        Assert.Equal([[0], [], [0]], Link((0, [At(0.1)]), (1, []), (2, [At(0.1)])));
        Assert.Equal([[0], [], [1]], Link((0, [At(0.1)]), (1, []), (2.1, [At(0.1)])));
        Assert.Equal([[0], [1]], PersonLinker.Link([(0, [At(0.1)]), (1, [At(0.15)])], new() { MinIoU = 0.4 }));
    }

    /// <summary>By trying all ways to pair four boxes with four others: a greedy choice would often be worse.</summary>
    [Fact]
    public void Pairs_are_those_whose_ious_add_up_to_the_most()
    {
        Random random = new(3);
        int greedyIsWorse = 0;
        for (int round = 0; round < 300; round++)
        {
            Box[] first = Some(), second = Some();
            int[][] numbers = Link((0, first), (1, second));
            double[,] gains = new double[4, 4];
            for (int a = 0; a < 4; a++)
                for (int b = 0; b < 4; b++) gains[a, b] = Box.IoU(first[a], second[b]) is var iou && iou >= 0.2 ? iou : 0;
            double got = numbers[1].Select((n, b) => n < 4 ? gains[n, b] : 0).Sum(), best = Best(gains, 0, 0);
            Assert.Equal(best, got, 9);
            Assert.Equal(4, numbers[1].Distinct().Count());
            if (Greedy(gains) < best - 1e-9) greedyIsWorse++;
        }
        Assert.True(greedyIsWorse > 10);

        Box[] Some() => [.. Enumerable.Range(0, 4).Select(_ => At(random.NextDouble() * 0.2, random.NextDouble() * 0.3))];

        static double Best(double[,] gains, int row, int used)
        {
            if (row == 4) return 0;
            return Enumerable.Range(0, 4).Where(c => (used >> c & 1) == 0).Max(c => gains[row, c] + Best(gains, row + 1, used | 1 << c));
        }

        static double Greedy(double[,] gains)
        {
            double sum = 0;
            HashSet<int> rows = [], columns = [];
            foreach ((int row, int column) in Enumerable.Range(0, 16).Select(i => (i / 4, i % 4)).OrderByDescending(p => gains[p.Item1, p.Item2]))
                if (rows.Add(row) && (columns.Add(column) || !rows.Remove(row))) sum += gains[row, column];
            return sum;
        }
    }

    [Fact]
    public void Annotations_get_numbers_video_by_video_and_keep_their_order()
    {
        AnnotationRow[] rows =
        [
            new("b", 2, At(0.1), 3, -1), new("a", 1, At(0.5), 1, 7), new("a", 1, At(0.5), 2, 7), new("a", 2, At(0.1), 1, 7), new("b", 1, At(0.11), 3, -1), new("a", 2, At(0.52), 1, 9),
        ];
        IReadOnlyList<AnnotationRow> linked = PersonLinker.Link(rows);
        Assert.Equal(rows, linked.Zip(rows, (l, r) => l with { PersonId = r.PersonId }));
        Assert.Equal([0, 0, 0, 1, 0, 0], linked.Select(r => r.PersonId));
    }

    [Fact]
    public void Numbers_are_written_into_detections_and_person_boxes_and_read_back()
    {
        DetectionRow[] rows = [new("v", 1, At(0.1), 1, 0.5), new("v", 1, At(0.1), 2, 0.25), new("v", 1, At(0.5), 1, 1), new("v", 2, At(0.5), 1, 0.125), new("v", 2, At(0.1), 1, 0.0001)];
        DetectionFile.WriteLinked(_folder.File("linked.csv"), PersonLinker.Link(rows));
        Assert.Equal(["0", "0", "1", "1", "0"], File.ReadLines(_folder.File("linked.csv")).Select(l => l.Split(',')[8]));
        Assert.Equal(rows, DetectionFile.Read(_folder.File("linked.csv")));
        Assert.Equal(5, DetectionFile.EnumerateBlocks(_folder.File("linked.csv")).Sum(b => b.NumRows));

        Proposals boxes = PersonLinker.Link(new Proposals([new(new("v", 1), new([At(0.1), At(0.5)], [0.5, 1])), new(new("v", 2), new([At(0.5)], [0.25]))]));
        ProposalFile.Write(_folder.File("persons.csv"), boxes);
        Assert.Equal("v,0002,0.500,0.250,0.600,0.650,,0.250,1", File.ReadLines(_folder.File("persons.csv")).Last());
        Proposals read = ProposalFile.Read(_folder.File("persons.csv"));
        Assert.Equal([[0, 1], [1]], read.Entries.Select(e => e.Value.PersonIds!));
        Assert.Equal([1], read[new("v", 1)].Select(0.9, 10).PersonIds!);
        Assert.Contains("both of every box", Assert.Throws<ArgumentException>(() => ProposalFile.Write(_folder.File("x.csv"),
            new([boxes.Entries.First(), new(new("w", 1), new([At(0)], [1]))]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Odd_input_is_refused()
    {
        Assert.Contains("rising times", Assert.Throws<ArgumentException>(() => Link((1, []), (1, []))).Message, StringComparison.Ordinal);
        Assert.Contains("MinIoU is 0", Assert.Throws<ArgumentException>(() => new PersonLinkerOptions { MinIoU = 0 }.Validate()).Message, StringComparison.Ordinal);
        Assert.Contains("MaxGap is -1", Assert.Throws<ArgumentException>(() => new PersonLinkerOptions { MaxGap = -1 }.Validate()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_boxes_that_overlap_the_best_is_kept()
    {
        Box[] boxes = [At(0.1), At(0.11), At(0.5), new(0.5, 0.5, 0.4, 0.6), At(0.505)];
        Assert.Equal([1, 2], NonMaximumSuppression.Keep(boxes, [0.5, 0.9, 0.7, 1, 0.6], 0.5));
        Assert.Equal([1, 2, 4, 0], NonMaximumSuppression.Keep(boxes, [0.5, 0.9, 0.7, 1, 0.6], 1));
        Assert.Equal([2], NonMaximumSuppression.Keep(boxes, [double.NaN, double.NaN, 0.7, 1, 0.6], 0.5));
        Assert.Throws<ArgumentException>(() => NonMaximumSuppression.Keep(boxes, [1], 0.5));
    }

    public void Dispose() => _folder.Dispose();
}
