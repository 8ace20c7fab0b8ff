namespace MlAva.Reporting;

/// <summary>Values with intervals, one under the other, as SVG; a line stands at zero where zero is in sight.</summary>
static class DifferencePlot
{
    const double Left = 230, Right = 560, RowHeight = 24, Top = 8, Width = 700;

    /// <summary>Draws rows.</summary>
    /// <param name="label">What the picture shows, for those who do not see it.</param>
    /// <param name="signed">Whether values are differences: shown with their sign, on an axis around 0.</param>
    /// <param name="rows">Name, value and interval; the interval may be NaN.</param>
    public static Markup ToSvg(string label, bool signed, IReadOnlyList<(string Name, double Value, double Low, double High)> rows)
    {
        double[] all = [.. rows.SelectMany(r => new[] { r.Value, r.Low, r.High }).Where(double.IsFinite)];
        var (most, step) = Scale.Rounded(all.Select(Math.Abs).DefaultIfEmpty(1).Max(), signed ? 3 : 5);
        Scale x = new(signed ? -most : 0, most, Left, Right);
        double bottom = Top + rows.Count * RowHeight;
        string format = signed ? "+0.000;−0.000;0.000" : "F3";
        Markup svg = new();
        svg.Add($"<svg class=\"chart forest\" viewBox=\"0 0 {Width} {bottom + 24}\" style=\"max-width:{Width}px\" role=\"img\" aria-label=\"{label}\">");
        for (double tick = x.Low; tick <= most * (1 + 1e-9); tick += step)
        {
            svg.Add($"<line class=\"{(Math.Abs(tick) < step / 2 ? "axis" : "grid")}\" x1=\"{x[tick]}\" x2=\"{x[tick]}\" y1=\"{Top}\" y2=\"{bottom}\"/>");
            svg.Add($"<text class=\"tick mid\" x=\"{x[tick]}\" y=\"{bottom + 16}\">{Markup.Number(Math.Abs(tick) < step / 2 ? 0 : tick, signed ? "+0.###;−0.###;0" : "0.###")}</text>");
        }
        for (int i = 0; i < rows.Count; i++)
        {
            (string name, double value, double low, double high) = rows[i];
            double y = Top + (i + 0.5) * RowHeight;
            // Green only where the interval is on one side of zero.
            string style = !signed ? "clip" : low > 0 ? "better" : high < 0 ? "worse" : "base";
            string interval = double.IsNaN(low) ? "" : $" [{Markup.Number(low, format)}, {Markup.Number(high, format)}]";
            svg.Add($"<g class=\"point {style}\"><title>{name}: {Markup.Number(value, format)}{interval}</title>");
            svg.Add($"<text class=\"name end\" x=\"{Left - 12}\" y=\"{y + 4}\">{(name.Length <= 34 ? name : name[..33] + "…")}</text>");
            svg.If(!double.IsNaN(low), m => m.Add($"<line class=\"whisker\" x1=\"{x[low]}\" x2=\"{x[high]}\" y1=\"{y}\" y2=\"{y}\"/>"));
            svg.If(!double.IsNaN(value), m => m.Add($"<circle class=\"dot\" cx=\"{x[value]}\" cy=\"{y}\" r=\"4\"/>"));
            svg.Add($"<text class=\"tick\" x=\"{Right + 14}\" y=\"{y + 4}\"><tspan class=\"value\">{Markup.Number(value, format)}</tspan>{interval}</text></g>");
        }
        return svg.Add($"</svg>");
    }
}
