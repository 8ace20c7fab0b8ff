namespace MlAva.Diagnostics;

/// <summary>One check of <see cref="Doctor"/>.</summary>
/// <param name="Name">What was looked at, for example <c>libtorch</c>.</param>
/// <param name="Status">How it came out.</param>
/// <param name="Finding">What was found, in words.</param>
/// <param name="Mend">What to do, where possible as a command; null where nothing is to be done.</param>
public sealed record DoctorCheck(string Name, DoctorStatus Status, string Finding, string? Mend = null);
