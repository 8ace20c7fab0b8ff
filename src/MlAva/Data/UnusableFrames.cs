using MlAva.Video;

namespace MlAva;

/// <summary>Which errors mean that a video or some of its frames cannot be used, while others may be.</summary>
static class UnusableFrames
{
    public static bool Is(Exception e) => e is FrameStoreException or FrameDecodeException;
}
