namespace MlAva.Annotations;

/// <summary>
/// Successive rows of a detections file as columns. Rows share their boxes and keyframes: a box mostly has a row for each action. All spans
/// hold until the next block is asked for.
/// </summary>
public sealed class DetectionBlock
{
    int[] _keyframeIndices = new int[256], _boxIndices = new int[256], _actionIds = new int[256], _lines = new int[256];
    double[] _scores = new double[256];
    Box[] _boxes = new Box[64];
    KeyframeKey[] _keyframes = new KeyframeKey[64];
    int[] _leftOut = new int[64];
    int _numBoxes, _numKeyframes;

    internal DetectionBlock()
    {
    }

    /// <summary>The number of rows kept.</summary>
    public int Count { get; private set; }

    /// <summary>The number of rows read, kept or not.</summary>
    public int NumRows { get; internal set; }

    /// <summary>The number of rows left out because their action is not among <see cref="DetectionBlockOptions.ActionIds"/>.</summary>
    public int NumOtherActions { get; internal set; }

    /// <summary>The 1-based line at which the block begins.</summary>
    public long FirstLine { get; internal set; }

    /// <summary>How far the reading of the file is, 0–1.</summary>
    public double Share { get; internal set; }

    /// <summary>Of each row kept, its keyframe in <see cref="Keyframes"/>.</summary>
    public ReadOnlySpan<int> KeyframeIndices => _keyframeIndices.AsSpan(0, Count);

    /// <summary>Of each row kept, its box in <see cref="Boxes"/>. No two keyframes share an entry there.</summary>
    public ReadOnlySpan<int> BoxIndices => _boxIndices.AsSpan(0, Count);

    /// <summary>Of each row kept, its action.</summary>
    public ReadOnlySpan<int> ActionIds => _actionIds.AsSpan(0, Count);

    /// <summary>Of each row kept, its score; never NaN.</summary>
    public ReadOnlySpan<double> Scores => _scores.AsSpan(0, Count);

    /// <summary>The boxes. Rows that were left out may leave some that no row has; equal boxes may come more than once.</summary>
    public ReadOnlySpan<Box> Boxes => _boxes.AsSpan(0, _numBoxes);

    /// <summary>
    /// The keyframes of rows whose action is kept, by first appearance, including those that
    /// <see cref="DetectionBlockOptions.Keyframes"/> leaves out. One may come more than once.
    /// </summary>
    public ReadOnlySpan<KeyframeKey> Keyframes => _keyframes.AsSpan(0, _numKeyframes);

    /// <summary>Of each of <see cref="Keyframes"/>, how many of its rows were left out on its account.</summary>
    public ReadOnlySpan<int> LeftOut => _leftOut.AsSpan(0, _numKeyframes);

    /// <summary>The 1-based line at which a row stands.</summary>
    /// <param name="index">The row, 0 to <see cref="Count"/> − 1.</param>
    public long LineOf(int index) => FirstLine + _lines[index];

    internal int NumBoxes => _numBoxes;

    internal Box BoxAt(int box) => _boxes[box];

    internal void Clear() => (Count, NumRows, NumOtherActions, _numBoxes, _numKeyframes) = (0, 0, 0, 0, 0);

    internal int AddBox(in Box box)
    {
        if (_numBoxes == _boxes.Length) Array.Resize(ref _boxes, 2 * _numBoxes);
        _boxes[_numBoxes] = box;
        return _numBoxes++;
    }

    internal int AddKeyframe(in KeyframeKey keyframe)
    {
        if (_numKeyframes == _keyframes.Length)
        {
            Array.Resize(ref _keyframes, 2 * _numKeyframes);
            Array.Resize(ref _leftOut, 2 * _numKeyframes);
        }

        (_keyframes[_numKeyframes], _leftOut[_numKeyframes]) = (keyframe, 0);
        return _numKeyframes++;
    }

    internal void LeaveOut(int keyframe) => _leftOut[keyframe]++;

    internal void Add(int keyframe, int box, int action, double score, int line)
    {
        if (Count == _scores.Length) Grow();
        (_keyframeIndices[Count], _boxIndices[Count], _actionIds[Count], _scores[Count], _lines[Count]) =
            (keyframe, box, action, score, line);
        Count++;
    }

    void Grow()
    {
        int capacity = 2 * Count;
        Array.Resize(ref _keyframeIndices, capacity);
        Array.Resize(ref _boxIndices, capacity);
        Array.Resize(ref _actionIds, capacity);
        Array.Resize(ref _scores, capacity);
        Array.Resize(ref _lines, capacity);
    }
}
