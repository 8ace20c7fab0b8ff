using MlAva.Annotations;

namespace MlAva.Persons;

/// <summary>The persons found.</summary>
/// <param name="Proposals">
/// The boxes of every keyframe, by video and time, linked over time; keyframes with nobody have an entry without boxes.
/// </param>
/// <param name="Videos">Number of videos.</param>
/// <param name="Failures">What could not be read and was left out, sorted.</param>
public sealed record PersonDetectionResult(Proposals Proposals, int Videos, IReadOnlyList<string> Failures)
{
    /// <summary>Boxes a keyframe, on average; 0 without keyframes.</summary>
    public double MeanBoxes => Proposals.Count == 0 ? 0 : Proposals.Entries.Average(e => e.Value.Count);

    /// <summary>Number of persons: of numbers that boxes were given, video by video.</summary>
    public int Persons => Proposals.Entries.SelectMany(e => (e.Value.PersonIds ?? []).Select(p => (e.Key.VideoId, p))).Distinct().Count();
}
