namespace MlAva.Networks;

/// <summary>How the learning rate falls.</summary>
public enum SchedulePolicy
{
    /// <summary>By a factor at given epochs.</summary>
    Step,

    /// <summary>Along half a cosine, every iteration.</summary>
    Cosine,
}
