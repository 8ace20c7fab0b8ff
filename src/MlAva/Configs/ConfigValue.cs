namespace MlAva.Configs;

/// <summary>One value of a whole configuration.</summary>
/// <param name="Path">Its place, such as <c>model.backbone.pathway.depth</c>: what an override puts before the equals sign.</param>
/// <param name="Json">The value as JSON on one line; lists are one value.</param>
/// <param name="Origin">Where it was written.</param>
public sealed record ConfigValue(string Path, string Json, ConfigOrigin Origin);
