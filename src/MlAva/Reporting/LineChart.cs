namespace MlAva.Reporting;

/// <summary>A line over epochs as SVG, with axes, ticks, a point for each epoch, and level lines to compare with.</summary>
sealed record LineChart
{
    const double Width = 460, Height = 246, Left = 44, Right = 448, Top = 14, Bottom = 202;

    /// <summary>What the line shows: "Loss".</summary>
    public required string Name { get; init; }

    /// <summary>CSS class that gives line and points their colour.</summary>
    public required string Style { get; init; }

    /// <summary>Epoch and value; NaN where there is none. At least one.</summary>
    public required IReadOnlyList<(int Epoch, double Value)> Points { get; init; }

    /// <summary>Level lines: name, value, CSS class. Those that are NaN are left out.</summary>
    public IReadOnlyList<(string Name, double Value, string Style)> Levels { get; init; } = [];

    /// <summary>Whether the best value is the highest one.</summary>
    public bool HighIsBest { get; init; }

    /// <summary>The largest value that can be; the axis never goes beyond.</summary>
    public double Limit { get; init; } = double.PositiveInfinity;

    public Markup ToSvg()
    {
        (int Epoch, double Value)[] points = [.. Points.Where(p => double.IsFinite(p.Value))];
        (string Name, double Value, string Style)[] levels = [.. Levels.Where(l => double.IsFinite(l.Value))];
        var (high, step) = Scale.Rounded(points.Select(p => p.Value).Concat(levels.Select(l => l.Value)).DefaultIfEmpty(double.NaN).Max());
        int first = Points.Min(p => p.Epoch), last = Points.Max(p => p.Epoch);
        // A single epoch stands in the middle.
        int margin = first == last ? 1 : 0;
        Scale x = new(first - margin, last + margin, Left + 10, Right - 10), y = new(0, Math.Min(high, Limit), Bottom, Top);

        Markup svg = new();
        svg.Add($"<svg class=\"chart\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Name} over epochs\">");
        AddAxes(svg, x, y, step, first, last);
        foreach (var level in levels)
        {
            svg.Add($"<line class=\"level {level.Style}\" x1=\"{Left}\" x2=\"{Right}\" y1=\"{y[level.Value]}\" y2=\"{y[level.Value]}\"/>");
            svg.Add($"<text class=\"note end\" x=\"{Right}\" y=\"{y[level.Value] - 6}\">{level.Name} {level.Value:F3}</text>");
        }
        svg.Add($"<path class=\"line {Style}\" d=\"");
        for (int i = 0; i < points.Length; i++) svg.Add($"{(i == 0 ? "M" : "L")}{x[points[i].Epoch]} {y[points[i].Value]}");
        svg.Add($"\"/>");
        if (points.Length > 0) AddPoints(svg, points, x, y);
        return svg.Add($"</svg>");
    }

    void AddPoints(Markup svg, (int Epoch, double Value)[] points, Scale x, Scale y)
    {
        var best = HighIsBest ? points.MaxBy(p => p.Value) : points.MinBy(p => p.Value);
        foreach (var point in points)
        {
            svg.Add($"<g class=\"point {Style}\"><title>Epoch {point.Epoch}: {Name} {point.Value:F4}</title>");
            svg.Add($"<circle class=\"reach\" cx=\"{x[point.Epoch]}\" cy=\"{y[point.Value]}\" r=\"12\"/>");
            svg.Add($"<circle class=\"dot\" cx=\"{x[point.Epoch]}\" cy=\"{y[point.Value]}\" r=\"{(point == best ? 4.5 : 2.5)}\"/></g>");
        }
        // Beside the best point on the side where the curve is not: below a peak, above a valley; inside the frame in any case.
        string anchor = best.Epoch == points[^1].Epoch && points.Length > 1 ? "end" : "mid";
        double label = HighIsBest ? y[best.Value] + 20 : y[best.Value] - 12;
        svg.Add($"<text class=\"value {anchor}\" x=\"{x[best.Epoch]}\" y=\"{Math.Clamp(label, Top + 10, Bottom - 8)}\">{best.Value:F3}</text>");
    }

    static void AddAxes(Markup svg, Scale x, Scale y, double step, int first, int last)
    {
        string format = step >= 1 ? "0" : Math.Abs(step * 10 - Math.Round(step * 10)) < 1e-9 ? "0.0" : step * 100 - Math.Round(step * 100) is > -1e-9 and < 1e-9 ? "0.00" : "0.###";
        for (int i = 0; i * step <= y.High * (1 + 1e-9); i++)
        {
            double at = y[i * step];
            svg.Add($"<line class=\"{(i == 0 ? "axis" : "grid")}\" x1=\"{Left}\" x2=\"{Right}\" y1=\"{at}\" y2=\"{at}\"/>");
            svg.Add($"<text class=\"tick end\" x=\"{Left - 8}\" y=\"{at + 4}\">{Markup.Number(i * step, format)}</text>");
        }
        int every = Math.Max(1, (int)Math.Ceiling(Scale.Step(Math.Max(1, (last - first) / 15.0))));
        foreach (int epoch in Enumerable.Range(first, last - first + 1).Where(e => e == first || e % every == 0 && e - first >= every * 0.6))
        {
            svg.Add($"<line class=\"axis\" x1=\"{x[epoch]}\" x2=\"{x[epoch]}\" y1=\"{Bottom}\" y2=\"{Bottom + 4}\"/>");
            svg.Add($"<text class=\"tick mid\" x=\"{x[epoch]}\" y=\"{Bottom + 18}\">{epoch}</text>");
        }
        svg.Add($"<text class=\"tick mid\" x=\"{(Left + Right) / 2}\" y=\"{Bottom + 38}\">epoch</text>");
    }
}
