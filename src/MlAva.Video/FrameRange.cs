namespace MlAva.Video;

/// <summary>A span of frame indices, both ends included.</summary>
/// <param name="First">The first index.</param>
/// <param name="Last">The last index.</param>
public readonly record struct FrameRange(int First, int Last)
{
    /// <summary>How many indices the range spans.</summary>
    public int Count => Last - First + 1;

    /// <summary>The nearest index inside the range.</summary>
    public int Clamp(int index) => Math.Clamp(index, First, Last);

    /// <summary>Whether <paramref name="index"/> lies in the range.</summary>
    public bool Contains(int index) => index >= First && index <= Last;

    /// <summary>For example <c>1..27000</c>.</summary>
    public override string ToString() => $"{First}..{Last}";
}
