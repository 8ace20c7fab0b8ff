namespace MlAva.TestSupport;

/// <summary>A fact that asks PyTorch itself and is skipped, with the reason, where no Python on the path has it.</summary>
public sealed class PythonTorchFactAttribute : FactAttribute
{
    public PythonTorchFactAttribute()
    {
        if (PythonTorch.Path is null) Skip = "needs a python3 with torch on the path";
    }
}
