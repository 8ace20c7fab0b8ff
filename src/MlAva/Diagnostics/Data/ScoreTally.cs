namespace MlAva.Diagnostics;

/// <summary>What the scores of a file look like.</summary>
sealed class ScoreTally(string file, int examples)
{
    public long Count { get; private set; }

    public double Lowest { get; private set; } = double.PositiveInfinity;

    public double Highest { get; private set; } = double.NegativeInfinity;

    /// <summary>Scores below 0 or above 1.</summary>
    public Examples Outside { get; } = new(file, examples);

    /// <summary>Scores below 0.</summary>
    public long Negative { get; private set; }

    /// <summary>Scores of at least a threshold.</summary>
    public long Sure { get; private set; }

    public void Add(double score, double threshold, long line, Func<string> text)
    {
        Count++;
        (Lowest, Highest) = (Math.Min(Lowest, score), Math.Max(Highest, score));
        if (score >= threshold) Sure++;
        if (score < 0) Negative++;
        if (score is >= 0 and <= 1) return;
        if (Outside.IsOpen) Outside.Add(line, text());
        else Outside.Add();
    }
}
