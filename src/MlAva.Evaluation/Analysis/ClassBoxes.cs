using MlAva.Annotations;

namespace MlAva.Evaluation.Analysis;

/// <summary>One class's boxes, seen in the columns of all classes.</summary>
/// <param name="places">By box: its place in the columns.</param>
/// <param name="keyframes">Places of keyframes.</param>
/// <param name="boxes">Boxes.</param>
sealed class ClassBoxes(ReadOnlyMemory<int> places, int[] keyframes, Box[] boxes)
{
    public int Count => places.Length;

    public int Keyframe(int i) => keyframes[places.Span[i]];

    public ref readonly Box Box(int i) => ref boxes[places.Span[i]];
}
