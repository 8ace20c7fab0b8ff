namespace MlAva.Annotations;

/// <summary>
/// An axis-aligned box given by two corners. In AVA's files the unit is the frame: 0 is its left or top edge, 1 its right or
/// bottom edge; <see cref="Scale"/> turns it into pixels.
/// </summary>
/// <param name="X1">Left edge.</param>
/// <param name="Y1">Top edge.</param>
/// <param name="X2">Right edge.</param>
/// <param name="Y2">Bottom edge.</param>
public readonly record struct Box(double X1, double Y1, double X2, double Y2)
{
    /// <summary>The whole frame, in normalised coordinates.</summary>
    public static Box WholeFrame { get; } = new(0, 0, 1, 1);

    /// <summary><see cref="X2"/> − <see cref="X1"/>, without the "+1" of pixel-counting conventions; negative when inverted.</summary>
    public double Width => X2 - X1;

    /// <summary><see cref="Y2"/> − <see cref="Y1"/>; negative when inverted.</summary>
    public double Height => Y2 - Y1;

    /// <summary><see cref="Width"/> × <see cref="Height"/>.</summary>
    public double Area => Width * Height;

    /// <summary>True when both sides are strictly positive; a NaN coordinate gives false.</summary>
    public bool HasArea => X1 < X2 && Y1 < Y2;

    /// <summary>Multiplies x by <paramref name="x"/> and y by <paramref name="y"/>.</summary>
    public Box Scale(double x, double y) => new(X1 * x, Y1 * y, X2 * x, Y2 * y);

    /// <summary>
    /// Intersection over union in double precision, as AVA's evaluator defines it (areas without "+1", intersection clamped at
    /// zero). Two boxes without area give NaN, which never passes a threshold.
    /// </summary>
    public static double IoU(Box a, Box b)
    {
        double width = Math.Max(Math.Min(a.X2, b.X2) - Math.Max(a.X1, b.X1), 0);
        double height = Math.Max(Math.Min(a.Y2, b.Y2) - Math.Max(a.Y1, b.Y1), 0);
        double intersection = height * width;
        return intersection / (a.Area + b.Area - intersection);
    }
}
