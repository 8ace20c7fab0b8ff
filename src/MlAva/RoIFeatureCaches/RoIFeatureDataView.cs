using Microsoft.ML;
using Microsoft.ML.Data;
using MlAva.Persistence;

namespace MlAva.RoIFeatureCaches;

/// <summary>
/// RoI features on disk as a data view, one row a keyframe: <c>VideoId</c>, <c>Timestamp</c>, <c>Source</c>, <c>Boxes</c>, <c>Labels</c>,
/// <c>Proposals</c>, <c>Rois</c>, <c>RoiLabels</c>, <c>PredictedBoxes</c>, <c>RoiFeatures</c>, as far as the data had them. Rows are read
/// when they are asked for; cursors can be shuffled and split over threads.
/// </summary>
public sealed class RoIFeatureDataView : IDataView
{
    readonly RoIFeatureHeader _header;
    readonly long[] _places;

    internal RoIFeatureDataView(string path, bool isReused)
    {
        FilePath = path;
        IsReused = isReused;
        (_header, _places, Data) = RoIFeatureFile.Read(path);
        Schema = MakeSchema();
    }

    /// <summary>The file.</summary>
    public string FilePath { get; }

    /// <summary>Whether the file was there before, of the same model and data, so that nothing was computed.</summary>
    public bool IsReused { get; }

    /// <summary>D: numbers a box has.</summary>
    public int FeatureCount => _header.FeatureCount;

    /// <summary>Whether the file holds half precision; the column holds Single all the same.</summary>
    public bool IsHalfPrecision => _header.HalfPrecision;

    internal RoIFeatureHeader Header => _header;

    internal byte[] Data { get; }

    /// <inheritdoc/>
    public DataViewSchema Schema { get; }

    /// <inheritdoc/>
    public bool CanShuffle => true;

    /// <inheritdoc/>
    public long? GetRowCount() => _places.Length;

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(this, columnsNeeded, Order(rand), 0, 1);

    /// <summary>
    /// Cursors that share the rows out: the i-th takes every n-th row from the i-th on. Batch numbers keep the order of the whole.
    /// </summary>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        int[] order = Order(rand);
        int count = Math.Clamp(n, 1, Math.Max(1, order.Length));
        DataViewSchema.Column[] needed = [.. columnsNeeded];
        return [.. Enumerable.Range(0, count).Select(i => new Cursor(this, needed, order, i, count))];
    }

    int[] Order(Random? rand)
    {
        int[] order = [.. Enumerable.Range(0, _places.Length)];
        rand?.Shuffle(order);
        return order;
    }

    DataViewSchema MakeSchema()
    {
        DataViewSchema.Builder schema = new();
        foreach (string column in _header.Columns)
        {
            if (RoIFeatureRow.TextColumns.Contains(column)) schema.AddColumn(column, TextDataViewType.Instance);
            else if (column == AvaColumns.Timestamp) schema.AddColumn(column, NumberDataViewType.Single);
            else schema.AddColumn(column, new VectorDataViewType(NumberDataViewType.Single), AnnotationsOf(column));
        }
        return schema.ToSchema();
    }

    DataViewSchema.Annotations? AnnotationsOf(string column) => column switch
    {
        AvaColumns.Labels or AvaColumns.RoILabels => ClassNameAnnotations.Build(_header.ClassNames),
        AvaColumns.RoIFeatures => FeatureCountAnnotation.Build(_header.FeatureCount),
        _ => null,
    };

    sealed class Cursor : DataViewRowCursor
    {
        readonly RoIFeatureDataView _view;
        readonly HashSet<int> _active;
        readonly string[] _texts, _vectors;
        readonly int[] _order;
        readonly int _offset, _step;
        readonly BinaryReader _reader;
        RoIFeatureRow? _row;
        long _position = -1;

        public Cursor(RoIFeatureDataView view, IEnumerable<DataViewSchema.Column> needed, int[] order, int offset, int step)
        {
            (_view, _order, _offset, _step) = (view, order, offset, step);
            _active = [.. needed.Select(c => c.Index)];
            _texts = [.. view._header.Columns.Where(RoIFeatureRow.TextColumns.Contains)];
            _vectors = [.. view._header.Columns.Where(RoIFeatureRow.VectorColumns.Contains)];
            _reader = new(RoIFeatureFile.Open(view.FilePath));
        }

        public override DataViewSchema Schema => _view.Schema;
        public override long Position => _position;
        public override long Batch => Place;

        long Place => _offset + _position * _step;

        RoIFeatureRow Row
        {
            get
            {
                if (_row is not null) return _row;
                if (_position < 0) throw new InvalidOperationException("The cursor stands before the first row; call MoveNext first.");
                try
                {
                    _reader.BaseStream.Position = _view._places[_order[Place]];
                    return _row = RoIFeatureRow.Read(_reader, _view._header);
                }
                catch (InvalidDataException e)
                {
                    throw RoIFeatureFile.Damaged(_view.FilePath, e);
                }
            }
        }

        public override bool MoveNext()
        {
            if (_position < 0 || Place < _order.Length) _position++;
            _row = null;
            return Place < _order.Length;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = new((ulong)_order[Place], 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!IsColumnActive(column))
                throw new InvalidOperationException($"Column '{column.Name}' was not asked for when the cursor was made.");
            int text = Array.IndexOf(_texts, column.Name), vector = Array.IndexOf(_vectors, column.Name);
            Delegate getter = text >= 0
                ? (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = Row.Texts[text].AsMemory())
                : vector >= 0 ? RowReader.VectorGetter(() => Row.Vectors[vector])
                : (ValueGetter<float>)((ref float value) => value = Row.Timestamp);
            return getter as ValueGetter<TValue>
                ?? throw new InvalidOperationException($"Column '{column.Name}' is {column.Type}; it cannot be read as {typeof(TValue)}.");
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) _reader.Dispose();
            base.Dispose(disposing);
        }
    }
}
