using MlAva.Annotations;

namespace MlAva.Evaluation.Analysis;

/// <summary>The matches of an evaluation, class by class.</summary>
sealed class AnalysisInput
{
    AnalysisInput(FrameMapResult result, KeyframeKey[] keyframes, MatchedClass[] classes) =>
        (Result, Keyframes, Classes) = (result, keyframes, classes);

    public FrameMapResult Result { get; }

    public KeyframeKey[] Keyframes { get; }

    /// <summary>In the order of <see cref="FrameMapResult.Classes"/>.</summary>
    public MatchedClass[] Classes { get; }

    /// <summary>Takes the matches apart.</summary>
    /// <exception cref="ArgumentException">The evaluation did not keep its matches.</exception>
    public static AnalysisInput From(FrameMapResult result)
    {
        FrameMapMatches matches = result.Matches ?? throw new ArgumentException(
            "Matches is null; the evaluation must be made with KeepMatches on.", nameof(result));
        // Places of ground truth within its class.
        int[] placeOf = new int[matches.TruthCount];
        List<int>[] truthsOf = [.. result.Classes.Select(_ => new List<int>())];
        for (int t = 0; t < placeOf.Length; t++)
        {
            List<int> truths = truthsOf[matches.TruthClasses[t]];
            placeOf[t] = truths.Count;
            truths.Add(t);
        }
        return new(result, [.. matches.Keyframes], [.. truthsOf.Select((t, c) => new MatchedClass(result.Classes[c], matches, c, t, placeOf))]);
    }
}
