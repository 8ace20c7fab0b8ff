namespace MlAva.Annotations;

/// <summary>One class of a label map.</summary>
/// <param name="Id">The class id, 1-based; 0 is never used.</param>
/// <param name="Name">The class name as written in the file.</param>
/// <param name="Group">The file's <c>label_type</c>, or <see cref="ActionGroup.Unknown"/>.</param>
public readonly record struct LabelMapEntry(int Id, string Name, ActionGroup Group);
