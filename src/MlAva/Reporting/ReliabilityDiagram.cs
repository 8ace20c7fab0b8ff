using MlAva.Evaluation.Analysis;

namespace MlAva.Reporting;

/// <summary>Precision over score as SVG, against the diagonal of scores that are probabilities; below it how many detections a bin has.</summary>
static class ReliabilityDiagram
{
    static readonly Scale X = new(0, 1, 44, 364), Y = new(0, 1, 246, 14), Below = new(0, 1, 318, 274);

    public static Markup ToSvg(Calibration calibration)
    {
        Markup svg = new();
        svg.Add($"<svg class=\"chart\" viewBox=\"0 0 376 352\" role=\"img\" aria-label=\"Precision over score\">");
        foreach (double tick in (ReadOnlySpan<double>)[0, 0.25, 0.5, 0.75, 1])
        {
            svg.Add($"<line class=\"{(tick == 0 ? "axis" : "grid")}\" x1=\"{X.From}\" x2=\"{X.To}\" y1=\"{Y[tick]}\" y2=\"{Y[tick]}\"/>");
            svg.Add($"<text class=\"tick end\" x=\"{X.From - 8}\" y=\"{Y[tick] + 4}\">{tick}</text>");
            svg.Add($"<text class=\"tick mid\" x=\"{X[tick]}\" y=\"{Below.From + 16}\">{tick}</text>");
        }
        double widest = calibration.Bins.Max(b => Math.Log10(1 + b.Count));
        foreach (CalibrationBin bin in calibration.Bins.Where(b => b.Count > 0))
        {
            (double left, double width) = (X[bin.From] + 1.5, X[bin.To] - X[bin.From] - 3);
            double top = Below[Math.Log10(1 + bin.Count) / widest];
            svg.Add($"<g class=\"bin\"><title>Scores {bin.From:0.##} to {bin.To:0.##}: {bin.Count:N0} detections, mean score {bin.MeanScore:F3}, precision {bin.Precision:F3}</title>");
            svg.Add($"<rect class=\"reach\" x=\"{left}\" y=\"{Y.To}\" width=\"{width}\" height=\"{Below.From - Y.To}\"/>");
            svg.Add($"<rect class=\"bar\" x=\"{left}\" y=\"{Y[bin.Precision]}\" width=\"{width}\" height=\"{Y.From - Y[bin.Precision]}\"/>");
            svg.Add($"<rect class=\"share\" x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{Below.From - top}\"/></g>");
        }
        svg.Add($"<line class=\"level base\" x1=\"{X[0]}\" y1=\"{Y[0]}\" x2=\"{X[1]}\" y2=\"{Y[1]}\"/>");
        svg.Add($"<line class=\"axis\" x1=\"{X.From}\" x2=\"{X.To}\" y1=\"{Below.From}\" y2=\"{Below.From}\"/>");
        svg.Add($"<text class=\"note\" x=\"{X.From + 4}\" y=\"{Y.To + 12}\">precision</text>");
        svg.Add($"<text class=\"note\" x=\"{X.From + 4}\" y=\"{Below.To - 6}\">detections (logarithmic)</text>");
        return svg.Add($"<text class=\"tick mid\" x=\"{(X.From + X.To) / 2}\" y=\"{Below.From + 32}\">score</text></svg>");
    }
}
