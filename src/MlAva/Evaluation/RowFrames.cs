using Microsoft.Data.Analysis;
using MlAva.Annotations;

namespace MlAva;

/// <summary>Rows of AVA's files as <see cref="DataFrame"/>s, one row each; columns are string, int and double, so that they group and join.</summary>
public static class RowFrames
{
    /// <summary>
    /// Detections: <c>Video</c> (string), <c>Seconds</c>, <c>X1</c>, <c>Y1</c>, <c>X2</c>, <c>Y2</c> (double, boxes 0–1), <c>Id</c> (int, the
    /// class), <c>Score</c> (double).
    /// </summary>
    /// <param name="detections">The rows, in order.</param>
    public static DataFrame ToDataFrame(this IEnumerable<DetectionRow> detections)
    {
        ArgumentNullException.ThrowIfNull(detections);
        DetectionRow[] rows = [.. detections];
        return new([
            .. Places(rows, r => r.VideoId, r => r.Timestamp, r => r.Box),
            new Int32DataFrameColumn("Id", rows.Select(r => r.ActionId)), new DoubleDataFrameColumn("Score", rows.Select(r => r.Score))]);
    }

    /// <summary>
    /// Annotations: <c>Video</c> (string), <c>Seconds</c>, <c>X1</c>, <c>Y1</c>, <c>X2</c>, <c>Y2</c> (double, boxes 0–1), <c>Id</c> (int, the
    /// class), <c>Person</c> (int; −1 where the file does not say).
    /// </summary>
    /// <param name="annotations">The rows, in order.</param>
    public static DataFrame ToDataFrame(this IEnumerable<AnnotationRow> annotations)
    {
        ArgumentNullException.ThrowIfNull(annotations);
        AnnotationRow[] rows = [.. annotations];
        return new([
            .. Places(rows, r => r.VideoId, r => r.Timestamp, r => r.Box),
            new Int32DataFrameColumn("Id", rows.Select(r => r.ActionId)), new Int32DataFrameColumn("Person", rows.Select(r => r.PersonId))]);
    }

    static DataFrameColumn[] Places<T>(T[] rows, Func<T, string> video, Func<T, double> seconds, Func<T, Box> box) =>
    [
        new StringDataFrameColumn("Video", rows.Select(video)), new DoubleDataFrameColumn("Seconds", rows.Select(seconds)),
        new DoubleDataFrameColumn("X1", rows.Select(r => box(r).X1)), new DoubleDataFrameColumn("Y1", rows.Select(r => box(r).Y1)),
        new DoubleDataFrameColumn("X2", rows.Select(r => box(r).X2)), new DoubleDataFrameColumn("Y2", rows.Select(r => box(r).Y2)),
    ];
}
