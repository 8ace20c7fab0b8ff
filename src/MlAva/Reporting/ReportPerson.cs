using MlAva.Annotations;

namespace MlAva.Reporting;

/// <summary>One person of a <see cref="ReportExample"/>: what the annotation says beside what the detector says.</summary>
public sealed record ReportPerson
{
    /// <summary>The annotated box, normalised to 0–1; null where the detector found somebody who is not annotated.</summary>
    public Box? TrueBox { get; init; }

    /// <summary>The scored box, normalised to 0–1; null where the annotated person was not found.</summary>
    public Box? PredictedBox { get; init; }

    /// <summary>Names of the annotated actions.</summary>
    public IReadOnlyList<string> TrueLabels { get; init; } = [];

    /// <summary>Scored actions, in any order; a name that occurs more than once counts with its best score.</summary>
    public IReadOnlyList<ScoredLabel> Predictions { get; init; } = [];

    /// <summary>The labels worth showing at a threshold: all true ones and all predicted ones, the surest first.</summary>
    internal IReadOnlyList<LabelVerdict> Verdicts(double threshold)
    {
        Dictionary<string, double> scores = Predictions.GroupBy(p => p.Name).ToDictionary(g => g.Key, g => g.Max(p => p.Score));
        HashSet<string> truth = [.. TrueLabels];
        IEnumerable<LabelVerdict> annotated = truth.Select(name =>
        {
            double score = scores.GetValueOrDefault(name, double.NaN);
            return new LabelVerdict(name, score, score >= threshold ? Verdict.Hit : Verdict.Missed);
        });
        IEnumerable<LabelVerdict> wrong = scores.Where(s => s.Value >= threshold && !truth.Contains(s.Key)).Select(s => new LabelVerdict(s.Key, s.Value, Verdict.Wrong));
        // NaN, a score that there is none of, sorts last.
        return [.. annotated.Concat(wrong).OrderByDescending(v => v.Score).ThenBy(v => v.Name, StringComparer.Ordinal)];
    }
}
