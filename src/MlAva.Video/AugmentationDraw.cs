namespace MlAva.Video;

/// <summary>What chance decided for one clip. Applying the same draw to the same clip gives the same bytes.</summary>
/// <param name="ShortEdge">The shorter side after resizing, in pixels.</param>
/// <param name="CropX">Left edge of the crop in the resized frame.</param>
/// <param name="CropY">Top edge of the crop in the resized frame.</param>
/// <param name="Flip">Whether the crop is mirrored left and right.</param>
public readonly record struct AugmentationDraw(int ShortEdge, int CropX, int CropY, bool Flip);
