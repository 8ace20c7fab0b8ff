namespace MlAva.MiniAva;

/// <summary>What a figure's arms do during a shot.</summary>
enum Arms
{
    /// <summary>Nothing that has a label.</summary>
    Free,

    /// <summary>Wave or point.</summary>
    Gesture,

    /// <summary>Hold, lift or put down.</summary>
    Carry,
    Hug,
    Fight,
}
