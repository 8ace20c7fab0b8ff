namespace MlAva.Configs;

/// <summary>A place at which two configurations differ.</summary>
/// <param name="Path">The place, such as <c>training.epochs</c>.</param>
/// <param name="First">The first configuration's value; null where it has no such place.</param>
/// <param name="Second">The second's.</param>
public sealed record ConfigDifference(string Path, ConfigValue? First, ConfigValue? Second);
