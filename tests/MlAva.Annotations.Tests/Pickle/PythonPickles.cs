namespace MlAva.Annotations.Tests.Pickle;

/// <summary>Pickles written by Python itself (Data/make_pickles.py).</summary>
static class PythonPickles
{
    public static byte[] Get(string name, int protocol) => Convert.FromBase64String(
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Data", "python_pickles.txt")).Single(l =>
            l.StartsWith($"{name} {protocol} ", StringComparison.Ordinal)).Split(' ')[2]);
}
