namespace MlAva.Reporting;

/// <summary>Whether a label is annotated, predicted, or both.</summary>
enum Verdict
{
    Hit,
    Wrong,
    Missed,
}

/// <summary>One label of one person; the score is NaN where the detector gave none.</summary>
readonly record struct LabelVerdict(string Name, double Score, Verdict Verdict);
