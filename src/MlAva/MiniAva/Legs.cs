namespace MlAva.MiniAva;

/// <summary>What a figure's legs do during a shot. Actions change only within a kind, so no pose ever jumps.</summary>
enum Legs
{
    /// <summary>Stand or walk.</summary>
    Stride,

    /// <summary>Get up or crouch.</summary>
    Squat,
    Jump,
    Sit,
}
