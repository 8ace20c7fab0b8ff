using MlAva.Evaluation;

namespace MlAva.Reporting;

/// <summary>One class's precision–recall curve as a small SVG: measured, interpolated, and the point of best F1.</summary>
static class CurvePanel
{
    // More points than pixels show nothing more.
    const int MostPoints = 150;

    static readonly Scale X = new(0, 1, 26, 196), Y = new(0, 1, 122, 8);

    public static void Add(Markup to, ClassResult result, bool motionOnly)
    {
        PrecisionRecallCurve curve = result.Curve!;
        OperatingPoint? best = curve.BestF1();
        to.Add($"<figure class=\"curve\"><figcaption><span class=\"name\">{result.Name}{ClassBars.Mark(motionOnly)}</span><span class=\"num\">{result.AveragePrecision:F3}</span></figcaption>");
        to.Add($"<svg class=\"chart\" viewBox=\"0 0 202 142\" role=\"img\" aria-label=\"Precision over recall of {result.Name}, AP {result.AveragePrecision:F3}\">");
        foreach (double tick in (ReadOnlySpan<double>)[0, 0.5, 1])
        {
            to.Add($"<line class=\"{(tick == 0 ? "axis" : "grid")}\" x1=\"{X.From}\" x2=\"{X.To}\" y1=\"{Y[tick]}\" y2=\"{Y[tick]}\"/>");
            to.Add($"<line class=\"{(tick == 0 ? "axis" : "grid")}\" x1=\"{X[tick]}\" x2=\"{X[tick]}\" y1=\"{Y.From}\" y2=\"{Y.To}\"/>");
            to.Add($"<text class=\"tick end\" x=\"{X.From - 5}\" y=\"{Y[tick] + 3.5}\">{tick}</text><text class=\"tick mid\" x=\"{X[tick]}\" y=\"{Y.From + 14}\">{tick}</text>");
        }
        if (curve.Count > 0)
        {
            AddMeasured(to, curve);
            AddEnvelope(to, curve);
        }
        if (best is { } point)
        {
            to.Add($"<g class=\"point base\"><title>Best F1 {point.F1:F3} at scores of {point.Threshold:F3} and more: precision {point.Precision:F3}, recall {point.Recall:F3}</title>");
            to.Add($"<circle class=\"reach\" cx=\"{X[point.Recall]}\" cy=\"{Y[point.Precision]}\" r=\"12\"/><circle class=\"best\" cx=\"{X[point.Recall]}\" cy=\"{Y[point.Precision]}\" r=\"4\"/></g>");
        }
        to.Add($"</svg><p class=\"under\">best F1 {best?.F1 ?? double.NaN:F2} at score {best?.Threshold ?? double.NaN:F2}</p></figure>");
    }

    static void AddEnvelope(Markup to, PrecisionRecallCurve curve)
    {
        // A hit's height holds from the hit before up to its own recall; hits of one height are one step.
        double[] envelope = curve.ToInterpolated();
        List<(double Recall, double Precision)> steps = [];
        for (int i = 0; i < envelope.Length; i++)
        {
            if (curve.TruePositivesAt(i) == (i == 0 ? 0 : curve.TruePositivesAt(i - 1))) continue;
            if (steps.Count > 0 && steps[^1].Precision == envelope[i]) steps.RemoveAt(steps.Count - 1);
            steps.Add((curve.RecallAt(i), envelope[i]));
        }
        if (steps.Count == 0) return;
        steps = [.. Thinned(steps)];
        Markup path = new();
        string command = $"M{Markup.Number(X[0], "0.##")} ";
        foreach (var (recall, precision) in steps)
        {
            path.Add($"{command}{Y[precision]}H{X[recall]}");
            command = "V";
        }
        path.Add($"V{Y[0]}");
        to.Add($"<path class=\"area\" d=\"{path}H{X[0]}Z\"/><path class=\"line clip\" d=\"{path}\"/>");
    }

    static void AddMeasured(Markup to, PrecisionRecallCurve curve)
    {
        // The turns of the curve: the last rank before a hit, and the hit.
        List<int> ranks = [0];
        for (int i = 1; i < curve.Count; i++)
        {
            if (curve.TruePositivesAt(i) == curve.TruePositivesAt(i - 1)) continue;
            if (ranks[^1] != i - 1) ranks.Add(i - 1);
            ranks.Add(i);
        }
        if (ranks[^1] != curve.Count - 1) ranks.Add(curve.Count - 1);
        to.Add($"<path class=\"raw\" d=\"");
        string command = "M";
        foreach (int rank in Thinned(ranks))
        {
            to.Add($"{command}{X[curve.RecallAt(rank)]} {Y[curve.PrecisionAt(rank)]}");
            command = "L";
        }
        to.Add($"\"/>");
    }

    static IEnumerable<T> Thinned<T>(List<T> items) => items.Count <= MostPoints
        ? items
        : Enumerable.Range(0, MostPoints).Select(i => items[(int)((long)i * (items.Count - 1) / (MostPoints - 1))]);
}
