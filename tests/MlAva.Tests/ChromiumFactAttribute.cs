namespace MlAva.Tests;

/// <summary>A fact that looks at a page in Chromium and is skipped, with the reason, where none is on the search path.</summary>
public sealed class ChromiumFactAttribute : FactAttribute
{
    public ChromiumFactAttribute() => Skip = Chromium.Path is null ? "needs chromium, google-chrome or headless_shell on the search path" : null;
}
