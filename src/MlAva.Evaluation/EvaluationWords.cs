using MlAva.Annotations;

namespace MlAva.Evaluation;

/// <summary>How choices are spelt on command lines, in JSON and in reports.</summary>
public static class EvaluationWords
{
    /// <summary>For example <c>official-2019</c>.</summary>
    /// <param name="protocol">The protocol.</param>
    public static string Word(this MatchingProtocol protocol) => protocol switch
    {
        MatchingProtocol.MMAction2V0 => "mmaction2-0.x",
        MatchingProtocol.MMAction2V1 => "mmaction2-1.x",
        MatchingProtocol.Official2018 => "official-2018",
        MatchingProtocol.Official2019 => "official-2019",
        MatchingProtocol.Official2020 => "official-2020",
        _ => protocol.ToString(),
    };

    /// <summary><c>stable</c> or <c>numpy</c>.</summary>
    /// <param name="ties">The order.</param>
    public static string Word(this TieOrder ties) => ties switch
    {
        TieOrder.Stable => "stable",
        TieOrder.NumPy => "numpy",
        _ => ties.ToString(),
    };

    /// <summary>For example <c>ground-truth</c>.</summary>
    /// <param name="set">The set.</param>
    public static string Word(this EvaluationSet set) => set switch
    {
        EvaluationSet.Protocol => "protocol",
        EvaluationSet.All => "all",
        EvaluationSet.Named => "named",
        EvaluationSet.GroundTruth => "ground-truth",
        EvaluationSet.Listed => "listed",
        EvaluationSet.Proposals => "proposals",
        _ => set.ToString(),
    };

    /// <summary>For example <c>person_movement</c>, as MMAction2 1.x has it.</summary>
    /// <param name="group">The group.</param>
    public static string Word(this ActionGroup group) => group switch
    {
        ActionGroup.PersonMovement => "person_movement",
        ActionGroup.ObjectManipulation => "object_manipulation",
        ActionGroup.PersonInteraction => "person_interaction",
        _ => "unknown",
    };
}
