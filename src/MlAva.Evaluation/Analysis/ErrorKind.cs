namespace MlAva.Evaluation.Analysis;

/// <summary>
/// Why a detection is a false positive, or a ground-truth box not found; after Hoiem et al. (2012) and TIDE (2020), for AVA's matching.
/// Each false positive has the first kind that fits, in the order of <see cref="Duplicate"/>, <see cref="Localisation"/>,
/// <see cref="WrongClass"/>, <see cref="Background"/>.
/// </summary>
public enum ErrorKind
{
    /// <summary>
    /// Right class, poor box: the best overlap with ground truth of the class is at least <see cref="AnalysisOptions.LooseIoU"/> and
    /// too small for a match.
    /// </summary>
    Localisation,

    /// <summary>Right box, wrong class: it overlaps ground truth enough for a match, but of other classes only.</summary>
    WrongClass,

    /// <summary>Right class and box, but another detection took the ground truth already.</summary>
    Duplicate,

    /// <summary>None of these: nobody is there, or not near enough.</summary>
    Background,

    /// <summary>
    /// Ground truth that no detection took and that no mended <see cref="Localisation"/> or <see cref="WrongClass"/> error would take.
    /// </summary>
    Missed,
}
