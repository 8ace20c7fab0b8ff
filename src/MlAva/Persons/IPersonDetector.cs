using MlAva.Annotations;
using MlAva.Video;

namespace MlAva.Persons;

/// <summary>Finds persons in a frame of a video. Several threads may ask at once.</summary>
public interface IPersonDetector : IDisposable
{
    /// <summary>Finds the persons of one frame.</summary>
    /// <param name="frames">The video, of which neighbours of the frame may be looked at, too.</param>
    /// <param name="index">The frame.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>Boxes normalised to 0–1 with scores of 0 to 1, the best first; none where nobody is found.</returns>
    /// <exception cref="FrameStoreException">The frame is missing.</exception>
    /// <exception cref="FrameDecodeException">The frame is broken.</exception>
    KeyframeProposals Detect(IFrameStore frames, int index, CancellationToken cancellation = default);
}
