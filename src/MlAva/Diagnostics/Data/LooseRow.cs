using MlAva.Annotations;

namespace MlAva.Diagnostics;

/// <summary>A row as far as it can be understood.</summary>
struct LooseRow
{
    public long Line;
    public string VideoId;
    public double Time;
    public Box Box;
    public int Action;

    /// <summary>A detection's or proposal's score, an annotation's person; NaN where there is none.</summary>
    public double Extra;

    public RowFault Faults;

    /// <summary>Whether the row names a keyframe and no box.</summary>
    public bool IsEmptyKeyframe;

    /// <summary>Whether everything that the row needs could be understood.</summary>
    public bool IsUsable;
}
