using MlAva.Annotations;

namespace MlAva.MiniAva;

/// <summary>The truth about one person at one keyframe.</summary>
/// <param name="Key">Video and second.</param>
/// <param name="PersonId">Unique in the video; the same person keeps it from keyframe to keyframe.</param>
/// <param name="Box">The figure with its object at the keyframe plus a small margin, cut at the frame's edges, normalised to 0–1.</param>
/// <param name="Actions">One pose or movement, and at most one action with an object or a person.</param>
/// <param name="Pose">What the keyframe shows.</param>
public sealed record MiniAvaPerson(KeyframeKey Key, int PersonId, Box Box, IReadOnlyList<MiniAvaAction> Actions, MiniAvaPose Pose);
