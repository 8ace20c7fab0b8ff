using MlAva.Annotations;

namespace MlAva.Evaluation.Analysis;

/// <summary>One class's boxes as parallel arrays.</summary>
/// <param name="Keyframes">Places of keyframes.</param>
/// <param name="Boxes">Boxes.</param>
sealed record ClassBoxes(int[] Keyframes, Box[] Boxes)
{
    public int Count => Keyframes.Length;
}
