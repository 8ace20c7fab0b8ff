using Microsoft.ML;
using Microsoft.ML.Data;
using MlAva.Persistence;

namespace MlAva.Transforms;

/// <summary>Rows of persons over rows of keyframes; see <see cref="ExplodeBoxesTransformer"/>.</summary>
sealed class ExplodedBoxes(IDataView input, DataViewSchema schema, int featureCount, int classCount) : IDataView
{
    public const string PairingMend = "To mend: add AssignBoxes before ExtractRoIFeatures, which pairs boxes with labels.";

    public DataViewSchema Schema => schema;

    public bool CanShuffle => input.CanShuffle;

    /// <summary>Not known before all features are.</summary>
    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(this, columnsNeeded, input.GetRowCursor(Inputs(), rand));

    /// <summary>
    /// Persons of one keyframe stay in one cursor and share its batch number, so that the order of the whole can be found again.
    /// </summary>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        DataViewSchema.Column[] needed = [.. columnsNeeded];
        return [.. input.GetRowCursorSet(Inputs(), n, rand).Select(cursor => new Cursor(this, needed, cursor))];
    }

    IEnumerable<DataViewSchema.Column> Inputs() => ColumnOf.Present(
        input.Schema, [.. ExplodeBoxesTransformer.Kept, AvaColumns.RoIFeatures, AvaColumns.PredictedBoxes, AvaColumns.RoILabels]);

    sealed class Cursor : DataViewRowCursor
    {
        readonly ExplodedBoxes _view;
        readonly DataViewRowCursor _input;
        readonly HashSet<int> _active;
        readonly Func<float[]> _readFeatures;
        readonly Func<float[]>? _readBoxes, _readLabels;
        float[] _features = [], _boxes = [], _labels = [];
        int _index, _count;
        long _position = -1;

        public Cursor(ExplodedBoxes view, IEnumerable<DataViewSchema.Column> needed, DataViewRowCursor input)
        {
            (_view, _input, _active) = (view, input, [.. needed.Select(c => c.Index)]);
            _readFeatures = RowReader.Vector<float>(input, input.Schema[AvaColumns.RoIFeatures]);
            _readBoxes = Reader(AvaColumns.PredictedBoxes);
            _readLabels = view.Schema.GetColumnOrNull(AvaColumns.Label) is null ? null : Reader(AvaColumns.RoILabels);
        }

        Func<float[]>? Reader(string name) =>
            _input.Schema.GetColumnOrNull(name) is { } column ? RowReader.Vector<float>(_input, column) : null;

        public override DataViewSchema Schema => _view.Schema;
        public override long Position => _position;
        public override long Batch => _input.Batch;

        public override bool MoveNext()
        {
            _index++;
            while (_index >= _count)
            {
                if (!_input.MoveNext())
                {
                    _count = 0;
                    return false;
                }
                ReadRow();
                _index = 0;
            }
            _position++;
            return true;
        }

        void ReadRow()
        {
            _features = _readFeatures();
            _boxes = _readBoxes?.Invoke() ?? [];
            _labels = _readLabels?.Invoke() ?? [];
            _count = _features.Length / _view.FeatureCount;
            if (_count * _view.FeatureCount != _features.Length)
            {
                throw new ArgumentException(
                    $"Column '{AvaColumns.RoIFeatures}' holds {_features.Length} numbers; expected {_view.FeatureCount} a box. "
                    + "ExplodeBoxes was fitted to another backbone's features.");
            }
            if (_readBoxes is not null) Check(AvaColumns.PredictedBoxes, _boxes.Length, 4);
            if (_readLabels is not null) Check(AvaColumns.RoILabels, _labels.Length, _view.ClassCount);
        }

        void Check(string column, int length, int width)
        {
            if (length == _count * width) return;
            throw new ArgumentException(
                $"Column '{column}' holds {length} numbers for the {_count} boxes in '{AvaColumns.RoIFeatures}'; expected {width} a box. "
                + PairingMend);
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter()
        {
            ValueGetter<DataViewRowId> keyframe = _input.GetIdGetter();
            return (ref DataViewRowId value) =>
            {
                keyframe(ref value);
                value = new(value.Low, value.High + (ulong)(_index + 1));
            };
        }

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!IsColumnActive(column))
                throw new InvalidOperationException($"Column '{column.Name}' was not asked for when the cursor was made.");
            if (ExplodeBoxesTransformer.Kept.Contains(column.Name)) return _input.GetGetter<TValue>(_input.Schema[column.Name]);
            Delegate getter = column.Name switch
            {
                AvaColumns.BoxIndex => (ValueGetter<int>)((ref int value) => value = _index),
                AvaColumns.RoIFeatures => Slice(() => _features, _view.FeatureCount),
                AvaColumns.Box => Slice(() => _boxes, 4),
                AvaColumns.Labels => Slice(() => _labels, _view.ClassCount),
                AvaColumns.Label => (ValueGetter<uint>)((ref uint value) => value = FirstAction()),
                // Columns of actions come last, in their order.
                _ => Has(column.Index - _view.Schema[AvaColumns.Label].Index),
            };
            return getter as ValueGetter<TValue>
                ?? throw new InvalidOperationException($"Column '{column.Name}' is {column.Type}; it cannot be read as {typeof(TValue)}.");
        }

        ValueGetter<VBuffer<float>> Slice(Func<float[]> all, int width) =>
            (ref VBuffer<float> value) => RowReader.Set<float>(ref value, all().AsSpan(_index * width, width));

        ValueGetter<bool> Has(int action) => (ref bool value) => value = _labels[_index * _view.ClassCount + action] > 0;

        // Keys count from 1, as actions do; 0 is "missing".
        uint FirstAction() =>
            (uint)(_labels.AsSpan(_index * _view.ClassCount + 1, _view.ClassCount - 1).IndexOfAnyExcept(0f) + 1);

        protected override void Dispose(bool disposing)
        {
            if (disposing) _input.Dispose();
            base.Dispose(disposing);
        }
    }

    int FeatureCount => featureCount;

    int ClassCount => classCount;
}
