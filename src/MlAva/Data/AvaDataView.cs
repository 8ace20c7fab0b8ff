using Microsoft.ML;
using Microsoft.ML.Data;
using MlAva.Annotations;
using MlAva.Persistence;

namespace MlAva;

/// <summary>
/// Keyframes as an ML.NET data view, one row each: <c>VideoId</c>, <c>Timestamp</c>, <c>Source</c>, <c>Boxes</c>, <c>Labels</c>, <c>Proposals</c>.
/// Only annotations are in memory; transforms read frames when a clip is asked for. Cursors can be shuffled and split over threads.
/// </summary>
public sealed class AvaDataView : IDataView
{
    internal static readonly string[] VideoEndings = [".mp4", ".mkv", ".avi", ".webm", ".mov", ".m4v", ".mpg", ".zip", ".tar"];
    readonly string _frames;
    readonly Dictionary<string, string> _sources = new(StringComparer.Ordinal);
    readonly IReadOnlyList<AvaKeyframe> _keyframes;

    AvaDataView(AvaDataset dataset, string frames, IReadOnlyList<AvaKeyframe> keyframes)
    {
        Dataset = dataset;
        _keyframes = keyframes;
        _frames = frames;
        foreach (string video in _keyframes.Select(k => k.VideoId).Distinct()) _sources[video] = FindSource(video);

        ClassNames = NamesOf(dataset);
        Schema = SchemaOf(ClassNames);
    }

    /// <summary>The data set behind the rows.</summary>
    public AvaDataset Dataset { get; }

    /// <summary>The names of the label columns, the first for column 0; empty names where the label map has none.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public DataViewSchema Schema { get; }

    /// <inheritdoc/>
    public bool CanShuffle => true;

    /// <summary>The schema of keyframes, for a model that is saved without data at hand.</summary>
    /// <param name="classNames">The names of the label columns, the first for column 0; none where they are not known.</param>
    public static DataViewSchema SchemaOf(IReadOnlyList<string> classNames)
    {
        ArgumentNullException.ThrowIfNull(classNames);
        DataViewSchema.Builder schema = new();
        schema.AddColumn(AvaColumns.VideoId, TextDataViewType.Instance);
        schema.AddColumn(AvaColumns.Timestamp, NumberDataViewType.Single);
        schema.AddColumn(AvaColumns.Source, TextDataViewType.Instance);
        schema.AddColumn(AvaColumns.Boxes, new VectorDataViewType(NumberDataViewType.Single));
        schema.AddColumn(AvaColumns.Labels, new VectorDataViewType(NumberDataViewType.Single), ClassNameAnnotations.Build(classNames));
        schema.AddColumn(AvaColumns.Proposals, new VectorDataViewType(NumberDataViewType.Single));
        return schema.ToSchema();
    }

    /// <summary>Loads the annotations.</summary>
    /// <exception cref="AnnotationFormatException">A file holds something that cannot be read.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder of frames does not exist.</exception>
    public static AvaDataView Load(AvaDataViewOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!Directory.Exists(options.Frames))
            throw new DirectoryNotFoundException($"{options.Frames}: no such folder; expected the folder that holds one folder of frames, or one video file, for each video id.");
        AvaDataset dataset = AvaDataset.Load(options.Dataset);
        return new(dataset, options.Frames, dataset.Keyframes);
    }

    /// <summary>The rows whose keyframes pass a test, in the same order; <see cref="Dataset"/> stays that of all rows.</summary>
    /// <param name="predicate">Whether a keyframe stays; asked once for each row.</param>
    public AvaDataView Where(Func<AvaKeyframe, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return new(Dataset, _frames, [.. _keyframes.Where(predicate)]);
    }

    /// <inheritdoc/>
    public long? GetRowCount() => _keyframes.Count;

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => new Cursor(this, columnsNeeded, Order(rand), 0, 1);

    /// <summary>Cursors that share the rows out: the i-th takes every n-th row from the i-th on. Batch numbers keep the order of the whole.</summary>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        int[] order = Order(rand);
        int count = Math.Clamp(n, 1, Math.Max(1, order.Length));
        DataViewSchema.Column[] needed = [.. columnsNeeded];
        return [.. Enumerable.Range(0, count).Select(i => new Cursor(this, needed, order, i, count))];
    }

    int[] Order(Random? rand)
    {
        int[] order = [.. Enumerable.Range(0, _keyframes.Count)];
        rand?.Shuffle(order);
        return order;
    }

    string FindSource(string video) => SourceOf(_frames, video);

    internal static string SourceOf(string frames, string video)
    {
        string folder = Path.Combine(frames, video);
        if (Directory.Exists(folder)) return folder;
        // Nothing there is reported when a clip is asked for, so that annotations can be looked at without frames.
        return VideoEndings.Select(e => folder + e).FirstOrDefault(File.Exists) ?? folder;
    }

    static string[] NamesOf(AvaDataset dataset)
    {
        if (dataset.LabelMap is not { } map) return [];
        string[] names = new string[dataset.NumClasses];
        Array.Fill(names, "");
        for (int c = 1; c < names.Length && c < dataset.ActionIds.Count; c++)
        {
            if (map.TryGetName(dataset.ActionIds[c], out string? name)) names[c] = name;
        }
        return names;
    }

    sealed class Cursor : DataViewRowCursor
    {
        readonly AvaDataView _view;
        readonly HashSet<int> _active;
        readonly int[] _order;
        readonly int _offset, _step;
        long _position = -1;

        public Cursor(AvaDataView view, IEnumerable<DataViewSchema.Column> needed, int[] order, int offset, int step)
        {
            (_view, _order, _offset, _step) = (view, order, offset, step);
            _active = [.. needed.Select(c => c.Index)];
        }

        public override DataViewSchema Schema => _view.Schema;
        public override long Position => _position;
        public override long Batch => _offset + _position * _step;

        AvaKeyframe Current => _position < 0
            ? throw new InvalidOperationException("The cursor stands before the first row; call MoveNext first.")
            : _view._keyframes[_order[_offset + _position * _step]];

        public override bool MoveNext()
        {
            if (_position < 0 || _offset + _position * _step < _order.Length) _position++;
            return _offset + _position * _step < _order.Length;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = new((ulong)_order[_offset + _position * _step], 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!IsColumnActive(column)) throw new InvalidOperationException($"Column '{column.Name}' was not asked for when the cursor was made.");
            Delegate getter = column.Name switch
            {
                AvaColumns.VideoId => (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = Current.VideoId.AsMemory()),
                AvaColumns.Source => (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = _view._sources[Current.VideoId].AsMemory()),
                AvaColumns.Timestamp => (ValueGetter<float>)((ref float value) => value = (float)Current.Timestamp),
                AvaColumns.Boxes => RowReader.VectorGetter(() => BoxNumbers(Current.Boxes)),
                AvaColumns.Labels => RowReader.VectorGetter(() => Current.ToLabels(_view.Dataset.NumClasses)),
                _ => RowReader.VectorGetter(() => ProposalColumn.Numbers(Current.Proposals ?? KeyframeProposals.WholeFrame)),
            };
            return getter as ValueGetter<TValue> ?? throw new InvalidOperationException($"Column '{column.Name}' is {column.Type}; it cannot be read as {typeof(TValue)}.");
        }

        static float[] BoxNumbers(Box[] boxes) => [.. boxes.SelectMany(b => new[] { (float)b.X1, (float)b.Y1, (float)b.X2, (float)b.Y2 })];
    }
}
