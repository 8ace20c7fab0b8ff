namespace MlAva.MiniAva;

/// <summary>
/// All that a single frame shows of a person's pose. Members that the person's kind of action does not use are null: a seated
/// person has no stride, a person without an object no object height.
/// </summary>
/// <param name="Facing">+1: looks to the right, −1: to the left.</param>
/// <param name="Height">The standing figure's height in pixels.</param>
/// <param name="X">The figure's place from the left, in pixels.</param>
/// <param name="Ground">The ground under the figure, from the top, in pixels.</param>
/// <param name="StridePhase">Phase of the stride, radians in 0–2π.</param>
/// <param name="Crouch">0: upright, 1: in a deep crouch.</param>
/// <param name="JumpPhase">Phase of the jump, radians in 0–2π.</param>
/// <param name="ArmPhase">Phase of the raised arm's swing, of the punches or of the embrace's sway, radians in 0–2π.</param>
/// <param name="ObjectHeight">0: the object hangs at the hips, 1: it is held overhead.</param>
public readonly record struct MiniAvaPose(
    int Facing, double Height, double X, double Ground,
    double? StridePhase, double? Crouch, double? JumpPhase, double? ArmPhase, double? ObjectHeight);
