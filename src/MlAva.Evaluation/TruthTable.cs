using MlAva.Annotations;

namespace MlAva.Evaluation;

/// <summary>Ground truth as columns; a truth is its place in them, in file order.</summary>
sealed class TruthTable
{
    readonly Chunked<int> _columns = new();
    readonly Chunked<int> _persons = new();
    readonly Chunked<long> _rows = new();

    /// <summary>The boxes and keyframes, at the same places.</summary>
    public BoxTable Boxes { get; } = new();

    public int Count => Boxes.Count;

    public int Add(in Box box, int keyframe, int column, int person, long row)
    {
        _columns.Add(column);
        _persons.Add(person);
        _rows.Add(row);
        return Boxes.Add(box, keyframe);
    }

    /// <summary>The place of the class among those evaluated.</summary>
    public int Column(int truth) => _columns[truth];

    public int Person(int truth) => _persons[truth];

    /// <summary>The 1-based row of the input.</summary>
    public long Row(int truth) => _rows[truth];

    /// <summary>
    /// The reference reads the person's column as a score, and a missing score as 1: it orders the ground truth of a keyframe, the highest
    /// first.
    /// </summary>
    public double Rank(int truth) => _persons[truth] == -1 ? 1 : _persons[truth];

    public int[] ToColumns() => _columns.ToArray();

    public int[] ToPersons() => _persons.ToArray();

    public long[] ToRows() => _rows.ToArray();
}
