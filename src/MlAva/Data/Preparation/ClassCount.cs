namespace MlAva.Preparation;

/// <summary>How often a class occurs.</summary>
/// <param name="Id">The label map's id.</param>
/// <param name="Name">The class's name; empty without a label map.</param>
/// <param name="Boxes">Boxes that bear it.</param>
/// <param name="Keyframes">Keyframes with such a box.</param>
/// <param name="Videos">Videos with such a keyframe.</param>
public sealed record ClassCount(int Id, string Name, int Boxes, int Keyframes, int Videos);
