namespace MlAva.TestSupport;

/// <summary>A theory that needs reference data beside the repository and is skipped, with the reason, where there is none.</summary>
public sealed class SharedTheoryAttribute : TheoryAttribute
{
    /// <param name="path">The file or folder needed, relative to the reference data's root.</param>
    public SharedTheoryAttribute(string path = "")
    {
        if (SharedData.Root is null) Skip = "needs the reference data folder 'shared' beside the repository";
        else if (path.Length > 0 && !Path.Exists(SharedData.Path(path))) Skip = $"needs {path} in the reference data";
    }
}
