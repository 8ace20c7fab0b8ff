using MlAva.Annotations;
using MlAva.Evaluation.Analysis;

namespace MlAva.Evaluation;

/// <summary>
/// What became of each detection and each ground truth, as columns. Detections lie class by class in the order of
/// <see cref="FrameMapResult.Classes"/> and, within one, from the highest score to the lowest, as they were ranked. Immutable.
/// </summary>
public sealed class FrameMapMatches
{
    readonly int[] _starts, _classes, _boxIndices, _bestTruths, _boxKeyframes;
    readonly int[] _truthClasses, _truthKeyframes, _truthPersons, _truthDetections, _truthsByKeyframe, _truthStarts;
    readonly double[] _scores, _overlaps;
    readonly long[] _rows, _truthRows;
    readonly bool[] _hits;
    readonly Box[] _boxes, _truthBoxes;

    internal FrameMapMatches(IReadOnlyList<ClassMatches> classes, InputReader reader)
    {
        Keyframes = [.. Enumerable.Range(0, reader.NumKeyframes).Select(reader.Key)];
        (_boxes, _boxKeyframes) = (reader.Boxes.ToBoxes(), reader.Boxes.ToKeyframes());
        _starts = new int[classes.Count + 1];
        for (int c = 0; c < classes.Count; c++) _starts[c + 1] = _starts[c] + classes[c].Count;
        // Column by column, so that no more than one is there twice.
        _boxIndices = Join(classes, c => c.Boxes, c => c.Boxes = []);
        _scores = Join(classes, c => c.Scores, c => c.Scores = []);
        _rows = Join(classes, c => c.Rows, c => c.Rows = []);
        _hits = Join(classes, c => c.Hits, c => c.Hits = []);
        _bestTruths = Join(classes, c => c.Best, c => c.Best = []);
        _overlaps = Join(classes, c => c.Overlaps, c => c.Overlaps = []);
        _classes = new int[_starts[^1]];
        for (int c = 0; c < classes.Count; c++) _classes.AsSpan(_starts[c].._starts[c + 1]).Fill(c);

        TruthTable truths = reader.Truths;
        (_truthBoxes, _truthKeyframes) = (truths.Boxes.ToBoxes(), truths.Boxes.ToKeyframes());
        (_truthClasses, _truthPersons, _truthRows) = (truths.ToColumns(), truths.ToPersons(), truths.ToRows());
        _truthDetections = new int[truths.Count];
        _truthDetections.AsSpan().Fill(-1);
        for (int i = 0; i < _hits.Length; i++)
        {
            if (_hits[i]) _truthDetections[_bestTruths[i]] = i;
        }

        // A counting sort by keyframe.
        _truthStarts = new int[Keyframes.Count + 1];
        foreach (int keyframe in _truthKeyframes) _truthStarts[keyframe + 1]++;
        for (int i = 0; i < Keyframes.Count; i++) _truthStarts[i + 1] += _truthStarts[i];
        int[] next = _truthStarts[..^1];
        _truthsByKeyframe = new int[truths.Count];
        for (int i = 0; i < _truthKeyframes.Length; i++) _truthsByKeyframe[next[_truthKeyframes[i]]++] = i;
    }

    /// <summary>The keyframes that the other columns name by their place: those of the input that were evaluated, and excluded ones.</summary>
    public IReadOnlyList<KeyframeKey> Keyframes { get; }

    /// <summary>The number of detections evaluated.</summary>
    public int Count => _scores.Length;

    /// <summary>Of each detection, the place of its class in <see cref="FrameMapResult.Classes"/>.</summary>
    public ReadOnlySpan<int> Classes => _classes;

    /// <summary>Of each detection, its score, in double precision whatever the protocol.</summary>
    public ReadOnlySpan<double> Scores => _scores;

    /// <summary>Of each detection, its box in <see cref="Boxes"/>.</summary>
    public ReadOnlySpan<int> BoxIndices => _boxIndices;

    /// <summary>Of each detection, whether it took a ground truth: true positive or false positive.</summary>
    public ReadOnlySpan<bool> TruePositives => _hits;

    /// <summary>
    /// Of each detection, the ground truth of its class and keyframe that it overlaps most, taken or not; −1 where there is none. A true
    /// positive took it; a false positive with enough <see cref="Overlaps"/> came too late, it is a duplicate.
    /// </summary>
    public ReadOnlySpan<int> BestTruths => _bestTruths;

    /// <summary>Of each detection, the intersection over union with <see cref="BestTruths"/>; NaN where there is none.</summary>
    public ReadOnlySpan<double> Overlaps => _overlaps;

    /// <summary>Of each detection, its 1-based line in the file, or its 1-based number where rows were given.</summary>
    public ReadOnlySpan<long> Rows => _rows;

    /// <summary>The boxes of detections. Detections of one box mostly share an entry; equal boxes may come more than once.</summary>
    public ReadOnlySpan<Box> Boxes => _boxes;

    /// <summary>Of each of <see cref="Boxes"/>, its keyframe in <see cref="Keyframes"/>.</summary>
    public ReadOnlySpan<int> BoxKeyframes => _boxKeyframes;

    /// <summary>The number of ground truths that count, in file order.</summary>
    public int TruthCount => _truthBoxes.Length;

    /// <summary>Of each ground truth, the place of its class in <see cref="FrameMapResult.Classes"/>.</summary>
    public ReadOnlySpan<int> TruthClasses => _truthClasses;

    /// <summary>Of each ground truth, its box.</summary>
    public ReadOnlySpan<Box> TruthBoxes => _truthBoxes;

    /// <summary>Of each ground truth, its keyframe in <see cref="Keyframes"/>.</summary>
    public ReadOnlySpan<int> TruthKeyframes => _truthKeyframes;

    /// <summary>Of each ground truth, the person; −1 where the file has none.</summary>
    public ReadOnlySpan<int> TruthPersons => _truthPersons;

    /// <summary>Of each ground truth, its 1-based line in the file, or its 1-based number where rows were given.</summary>
    public ReadOnlySpan<long> TruthRows => _truthRows;

    /// <summary>Of each ground truth, the detection that took it; −1 where it was missed.</summary>
    public ReadOnlySpan<int> TruthDetections => _truthDetections;

    /// <summary>A class's detections by box and keyframe, seen in place.</summary>
    internal ClassBoxes BoxesOf(int classIndex) => new(_boxIndices.AsMemory(DetectionsOf(classIndex)), _boxKeyframes, _boxes);

    /// <summary>A class's <see cref="Scores"/>, seen in place.</summary>
    internal ReadOnlyMemory<double> ScoresOf(int classIndex) => _scores.AsMemory(DetectionsOf(classIndex));

    /// <summary>A class's <see cref="TruePositives"/>, seen in place.</summary>
    internal ReadOnlyMemory<bool> TruePositivesOf(int classIndex) => _hits.AsMemory(DetectionsOf(classIndex));

    /// <summary>Ground truths by box and keyframe, seen in place.</summary>
    internal ClassBoxes BoxesOf(int[] truths) => new(truths, _truthKeyframes, _truthBoxes);

    /// <summary>The detections of a class, as a range of the columns.</summary>
    /// <param name="classIndex">The place of the class in <see cref="FrameMapResult.Classes"/>.</param>
    public Range DetectionsOf(int classIndex) => _starts[classIndex].._starts[classIndex + 1];

    /// <summary>The ground truths of a keyframe, of all classes, in file order.</summary>
    /// <param name="keyframe">The place of the keyframe in <see cref="Keyframes"/>.</param>
    public ReadOnlySpan<int> TruthsOf(int keyframe) => _truthsByKeyframe.AsSpan(_truthStarts[keyframe].._truthStarts[keyframe + 1]);

    /// <summary>The keyframe of a detection.</summary>
    /// <param name="detection">The detection, 0 to <see cref="Count"/> − 1.</param>
    public int KeyframeOf(int detection) => _boxKeyframes[_boxIndices[detection]];

    static T[] Join<T>(IReadOnlyList<ClassMatches> classes, Func<ClassMatches, T[]> column, Action<ClassMatches> letGo)
    {
        T[] all = new T[classes.Sum(c => c.Count)];
        int at = 0;
        foreach (ClassMatches one in classes)
        {
            column(one).CopyTo(all, at);
            at += one.Count;
            letGo(one);
        }

        return all;
    }
}
