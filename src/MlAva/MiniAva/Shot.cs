namespace MlAva.MiniAva;

/// <summary>A take between two cuts: one place and the same persons over a few seconds.</summary>
/// <param name="FirstSecond">The second of its first action's keyframe, 900 or later.</param>
/// <param name="Seconds">How many actions each figure does.</param>
/// <param name="Figures">Back to front; two figures that act together lie side by side.</param>
/// <param name="Scenery">The place's colours.</param>
/// <param name="BackdropSeed">Draws the place.</param>
/// <param name="Drift">Pixels a second by which the background passes, to the right.</param>
sealed record Shot(int FirstSecond, int Seconds, Figure[][] Figures, Scenery Scenery, ulong BackdropSeed, double Drift);
