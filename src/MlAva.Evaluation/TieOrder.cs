namespace MlAva.Evaluation;

/// <summary>
/// The order of equal scores in a class's ranking. AVA's files carry three or four decimals, so ties are massive and the order
/// decides digits of the mAP (reference specification §8, "Ties").
/// </summary>
public enum TieOrder
{
    /// <summary>Among equal scores the later processed comes first: a stable ascending sort, reversed. The same on every machine.</summary>
    Stable,

    /// <summary>
    /// The order of NumPy's default <c>argsort</c> before version 1.25 (introsort, unstable), then reversed: what the Python evaluators
    /// print. It depends on the order of the rows in the detection file.
    /// </summary>
    NumPy,
}
