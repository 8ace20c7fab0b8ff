namespace MlAva.MiniAva;

/// <summary>How far the making of a data set has come.</summary>
/// <param name="FramesDone">Frames drawn and written.</param>
/// <param name="FramesTotal">Frames of the whole set.</param>
public readonly record struct MiniAvaProgress(int FramesDone, int FramesTotal);
