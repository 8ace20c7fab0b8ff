namespace MlAva.Video.Tests;

public class ClipRandomTests
{
    [Fact]
    public void The_generator_is_SplitMix64()
    {
        // First outputs for seed 1234567, as published with the algorithm's reference code.
        ClipRandom random = new(1234567);
        Assert.Equal([6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL], [random.NextBits(), random.NextBits(), random.NextBits()]);
    }

    [Fact]
    public void Ranges_are_met_exactly_and_evenly()
    {
        ClipRandom random = new(5);
        int[] counts = new int[7];
        for (int i = 0; i < 7000; i++) counts[random.Next(-3, 4) + 3]++;
        Assert.All(counts, c => Assert.InRange(c, 850, 1150));
        Assert.Equal(9, random.Next(9, 10));
        Assert.InRange(random.Next(int.MinValue, int.MaxValue), int.MinValue, int.MaxValue - 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Next(3, 3));
    }

    [Fact]
    public void Doubles_lie_in_zero_to_one()
    {
        ClipRandom random = new(6);
        double[] values = [.. Enumerable.Range(0, 2000).Select(_ => random.NextDouble())];
        Assert.All(values, v => Assert.True(v is >= 0 and < 1));
        Assert.InRange(values.Average(), 0.47, 0.53);
    }

    [Fact]
    public void Items_have_sequences_of_their_own()
    {
        HashSet<ulong> firsts = [];
        for (int epoch = 0; epoch < 20; epoch++)
            for (int item = 0; item < 50; item++) firsts.Add(ClipRandom.ForItem(7, epoch, item).NextBits());
        Assert.Equal(1000, firsts.Count);
        Assert.Equal(ClipRandom.ForItem(7, 3, 4).NextBits(), ClipRandom.ForItem(7, 3, 4).NextBits());
    }

    [Fact]
    public void Shuffling_gives_the_same_order_for_the_same_seed()
    {
        int[] items = [.. Enumerable.Range(0, 10)];
        new ClipRandom(1).Shuffle<int>(items);
        // Worked out in Python with whole numbers: SplitMix64, then Fisher–Yates from the end.
        Assert.Equal([4, 2, 8, 1, 9, 3, 0, 6, 7, 5], items);
        int[] others = [.. Enumerable.Range(0, 10)];
        new ClipRandom(2).Shuffle<int>(others);
        Assert.NotEqual(items, others);
    }

    [Fact]
    public void Shuffling_keeps_every_item_and_favours_no_order()
    {
        ClipRandom random = new(3);
        Dictionary<string, int> orders = [];
        for (int i = 0; i < 6000; i++)
        {
            char[] items = ['a', 'b', 'c'];
            random.Shuffle<char>(items);
            Assert.Equal("abc", string.Concat(items.Order()));
            orders[new(items)] = orders.GetValueOrDefault(new(items)) + 1;
        }
        Assert.Equal(6, orders.Count);
        Assert.All(orders.Values, count => Assert.InRange(count, 850, 1150));
        ulong next = new ClipRandom(4).NextBits();
        ClipRandom unused = new(4);
        unused.Shuffle<int>([]);
        unused.Shuffle<int>([7]);
        Assert.Equal(next, unused.NextBits());
    }
}
