using MlAva.Annotations;

namespace MlAva.Diagnostics;

/// <summary>One detection, its video as spelled in the file.</summary>
readonly record struct DetectionSampleRow(string Video, double Time, Box Box, int Action, double Score);
