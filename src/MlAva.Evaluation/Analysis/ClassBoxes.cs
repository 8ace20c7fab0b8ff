using MlAva.Annotations;

namespace MlAva.Evaluation.Analysis;

/// <summary>One class's boxes as parallel arrays.</summary>
/// <param name="Keyframes">Numbers of keyframes, ascending.</param>
/// <param name="Boxes">Boxes.</param>
/// <param name="Scores">Scores; of no meaning for ground truth.</param>
sealed record ClassBoxes(int[] Keyframes, Box[] Boxes, double[] Scores)
{
    public int Count => Keyframes.Length;

    public static ClassBoxes Take(BoxColumns columns, int[] order)
    {
        ClassBoxes taken = new(new int[order.Length], new Box[order.Length], new double[order.Length]);
        for (int i = 0; i < order.Length; i++)
        {
            taken.Keyframes[i] = columns.Keyframes[order[i]];
            taken.Boxes[i] = columns.Boxes[order[i]];
            taken.Scores[i] = columns.Scores[order[i]];
        }
        return taken;
    }
}
