namespace MlAva.Preparation;

/// <summary>What an extraction left; <c>manifest.json</c> holds the same.</summary>
/// <param name="Ffmpeg">FFmpeg's version, as it tells itself.</param>
/// <param name="Settings">The settings with which frames are made.</param>
/// <param name="Videos">The videos whose frames are there, by id.</param>
/// <param name="Failures">The errors of those left out.</param>
/// <param name="Before">How many of <paramref name="Videos"/> an earlier run had done.</param>
public sealed record ExtractionReport(string Ffmpeg, string Settings, IReadOnlyList<ExtractedVideo> Videos, IReadOnlyList<string> Failures, int Before);
