using MlAva.Annotations;

namespace MlAva.Evaluation;

/// <summary>Boxes and their keyframes. Detections name a box by its place: those of one person share it.</summary>
sealed class BoxTable
{
    readonly Chunked<Box> _boxes = new();
    readonly Chunked<int> _keyframes = new();

    public int Count => _boxes.Count;

    public int Add(in Box box, int keyframe)
    {
        _boxes.Add(box);
        _keyframes.Add(keyframe);
        return _boxes.Count - 1;
    }

    public ref readonly Box Box(int index) => ref _boxes[index];

    public int Keyframe(int index) => _keyframes[index];

    public Box[] ToBoxes() => _boxes.ToArray();

    public int[] ToKeyframes() => _keyframes.ToArray();
}
