using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlAva.Tests.Pipelines;

public sealed class TrainTestSplitTests(SmallSet set) : IClassFixture<SmallSet>
{
    readonly MLContext _context = new(1);

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.3)]
    [InlineData(0.5)]
    [InlineData(0.95)]
    public void No_video_is_in_both_sets_and_the_share_is_met_as_nearly_as_videos_allow(double share)
    {
        // Twelve videos of 1 to 12 rows.
        Row[] rows = [.. Enumerable.Range(1, 12)
            .SelectMany(v => Enumerable.Range(0, v).Select(t => new Row { VideoId = $"v{v}", Timestamp = t }))];
        IDataView data = _context.Data.LoadFromEnumerable(rows);
        HashSet<string> everIn = [];
        for (int seed = 0; seed < 20; seed++)
        {
            DataOperationsCatalog.TrainTestData split = _context.ActionDetection().TrainTestSplit(data, share, seed);
            string[] train = Videos(split.TrainSet), test = Videos(split.TestSet);
            Assert.Empty(train.Intersect(test));
            Assert.Equal(rows.Length, train.Length + test.Length);
            Assert.InRange(test.Length, rows.Length * share - 12, rows.Length * share + 12);
            Assert.Equal(test, Videos(_context.ActionDetection().TrainTestSplit(data, share, seed).TestSet));
            everIn.UnionWith(test);
        }
        Assert.Equal(12, everIn.Count); // chance chooses, not the order
    }

    [Fact]
    public void A_data_set_stays_one()
    {
        AvaDataView data = set.Load(_context);
        DataOperationsCatalog.TrainTestData split = _context.ActionDetection().TrainTestSplit(data, 0.5, seed: 1);
        Assert.Equal(["", "red", "blue", "move"], Assert.IsType<AvaDataView>(split.TrainSet).ClassNames);
        Assert.Equal((5L, 5L), (split.TrainSet.GetRowCount(), split.TestSet.GetRowCount()));
        Assert.NotEqual(Videos(split.TrainSet)[0], Videos(split.TestSet)[0]);
    }

    [Fact]
    public void One_video_cannot_be_split_and_shares_are_between_0_and_1()
    {
        IDataView one = _context.Data.LoadFromEnumerable([new Row { VideoId = "a" }, new Row { VideoId = "a" }]);
        Assert.Contains("1 video;", Assert.Throws<ArgumentException>(() => _context.ActionDetection().TrainTestSplit(one)).Message,
            StringComparison.Ordinal);
        Assert.Contains("testFraction is 1;",
            Assert.Throws<ArgumentException>(() => _context.ActionDetection().TrainTestSplit(one, 1)).Message, StringComparison.Ordinal);
    }

    static string[] Videos(IDataView data) => [.. data.GetColumn<string>(AvaColumns.VideoId)];

    sealed class Row
    {
        public string VideoId { get; set; } = "";

        public float Timestamp { get; set; }
    }
}
