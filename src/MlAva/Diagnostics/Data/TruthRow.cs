using MlAva.Annotations;

namespace MlAva.Diagnostics;

/// <summary>One label of one box, its keyframe as a number of the file's <see cref="KeyframeTable"/>.</summary>
readonly record struct TruthRow(int Keyframe, Box Box, int Action, double Person);
