namespace MlAva.Annotations;

/// <summary>
/// Whether known faults of the reference are mirrored (reference specification §10); its rules, which are no faults, always hold.
/// </summary>
public enum Compatibility
{
    /// <summary>No fault is mirrored.</summary>
    None,

    /// <summary>
    /// Those of MMAction2 0.x's training and testing: an item of an epoch draws the same in every epoch (G13), proposals without scores
    /// are refused (G26), and those of data without ground truth are not scaled to pixels (G27).
    /// </summary>
    MMAction2,

    /// <summary>Those of its demo programs: colours in the order blue, green, red (G17), and clips one frame interval late (G19).</summary>
    MMAction2Demo,
}
