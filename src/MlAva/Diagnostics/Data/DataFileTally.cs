namespace MlAva.Diagnostics;

/// <summary>What one file holds, as far as it can be read.</summary>
/// <param name="Role">What it was given as, for example <c>annotations</c>.</param>
/// <param name="File">Its path.</param>
/// <param name="Rows">Rows that are not blank; for a pickle, boxes.</param>
/// <param name="UsableRows">Rows that could be understood, if need be leniently.</param>
/// <param name="Videos">Different video ids, as spelled.</param>
/// <param name="Keyframes">Different keyframes (video and second).</param>
/// <param name="Classes">Different action ids; 0 for files without actions.</param>
/// <param name="FirstTimestamp">The earliest time in seconds; null without rows.</param>
/// <param name="LastTimestamp">The latest time in seconds; null without rows.</param>
public sealed record DataFileTally(
    string Role, string File, long Rows, long UsableRows, int Videos, int Keyframes, int Classes, double? FirstTimestamp,
    double? LastTimestamp);
