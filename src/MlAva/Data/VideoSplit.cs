using Microsoft.ML;
using MlAva.Persistence;
using MlAva.Video;

namespace MlAva;

/// <summary>Splits rows by whole videos.</summary>
static class VideoSplit
{
    public static DataOperationsCatalog.TrainTestData Split(MLContext context, IDataView data, double testFraction, int? seed)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (testFraction is not (> 0 and < 1))
        {
            throw new ArgumentException(
                FormattableString.Invariant($"{nameof(testFraction)} is {testFraction}; expected above 0 and below 1."));
        }
        OrderedDictionary<string, long> rows = Count(data);
        if (rows.Count < 2)
        {
            throw new ArgumentException(
                $"The data has {rows.Count} video{(rows.Count == 1 ? "" : "s")}; expected at least two, as a video is never in both sets.",
                nameof(data));
        }

        string[] videos = [.. rows.Keys];
        ClipRandom random = new((ulong)(seed ?? ((Microsoft.ML.Runtime.IHostEnvironment)context).Register(nameof(VideoSplit)).Rand.Next()));
        random.Shuffle<string>(videos);
        double wanted = testFraction * rows.Values.Sum();
        HashSet<string> test = [];
        long taken = 0;
        foreach (string video in videos)
        {
            // A video is taken where that brings the share nearer; there is at least one in each set.
            if (test.Count == rows.Count - 1 || (test.Count > 0 && Math.Abs(taken + rows[video] - wanted) >= Math.Abs(taken - wanted)))
                continue;
            test.Add(video);
            taken += rows[video];
        }
        return new(Filter(context, data, id => !test.Contains(id)), Filter(context, data, test.Contains));
    }

    static OrderedDictionary<string, long> Count(IDataView data)
    {
        DataViewSchema.Column video = ColumnOf.Text(data.Schema, AvaColumns.VideoId);
        OrderedDictionary<string, long> rows = [];
        using DataViewRowCursor cursor = data.GetRowCursor([video]);
        Func<ReadOnlyMemory<char>> read = RowReader.Scalar<ReadOnlyMemory<char>>(cursor, video);
        while (cursor.MoveNext())
        {
            string id = read().ToString();
            rows[id] = rows.GetValueOrDefault(id) + 1;
        }
        return rows;
    }

    // A data set stays one; its own filter knows how many rows are left.
    static IDataView Filter(MLContext context, IDataView data, Func<string, bool> keeps) => data is AvaDataView view
        ? view.Where(k => keeps(k.VideoId)) : context.Data.FilterByCustomPredicate<Row>(data, row => !keeps(row.VideoId.ToString()));

    sealed class Row
    {
        public ReadOnlyMemory<char> VideoId { get; set; }
    }
}
