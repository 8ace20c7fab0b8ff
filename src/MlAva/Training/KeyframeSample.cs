using Microsoft.ML;
using MlAva.Persistence;

namespace MlAva.Training;

/// <summary>One row of the data, without its clip.</summary>
sealed record KeyframeSample(string VideoId, float Timestamp, string Source, float[] Boxes, float[] Labels, float[] Proposals)
{
    /// <summary>k: ground-truth boxes.</summary>
    public int BoxCount => Boxes.Length / 4;

    /// <summary>Reads all rows; annotations are small, clips stay on disk.</summary>
    public static List<KeyframeSample> ReadAll(IDataView data, out string[] classNames)
    {
        DataViewSchema schema = data.Schema;
        DataViewSchema.Column video = ColumnOf.Text(schema, AvaColumns.VideoId), timestamp = ColumnOf.Single(schema, AvaColumns.Timestamp), source = ColumnOf.Text(schema, AvaColumns.Source);
        DataViewSchema.Column boxes = ColumnOf.Singles(schema, AvaColumns.Boxes), labels = ColumnOf.Singles(schema, AvaColumns.Labels), proposals = ColumnOf.Singles(schema, AvaColumns.Proposals);
        classNames = ClassNameAnnotations.Read(labels);
        List<KeyframeSample> samples = [];
        using DataViewRowCursor cursor = data.GetRowCursor([video, timestamp, source, boxes, labels, proposals]);
        Func<ReadOnlyMemory<char>> readVideo = RowReader.Scalar<ReadOnlyMemory<char>>(cursor, video), readSource = RowReader.Scalar<ReadOnlyMemory<char>>(cursor, source);
        Func<float> readTimestamp = RowReader.Scalar<float>(cursor, timestamp);
        Func<float[]> readBoxes = RowReader.Vector<float>(cursor, boxes), readLabels = RowReader.Vector<float>(cursor, labels), readProposals = RowReader.Vector<float>(cursor, proposals);
        while (cursor.MoveNext()) samples.Add(new(readVideo().ToString(), readTimestamp(), readSource().ToString(), readBoxes(), readLabels(), readProposals()));
        return samples;
    }
}
