using System.CommandLine;
using MlAva.Annotations;
using MlAva.Evaluation;

namespace MlAva.Cli;

/// <summary>The options that say how detections files are evaluated: files, keyframes, classes and rules.</summary>
sealed class EvaluationFlags
{
    readonly Option<string> _annotations = Flags.Annotations(), _labelMap = Flags.LabelMap();
    readonly Option<string?> _exclude = Flags.Exclude();
    readonly Option<string?> _keyframes = Flags.Optional("--keyframes",
        "Evaluate the keyframes of this list only: video, seconds; ground truth elsewhere is left out too", "FILE");
    readonly Option<string?> _proposals = Flags.Optional("--proposals",
        "Evaluate all keyframes of these person boxes (.pkl or .csv) and all with ground truth", "FILE");
    readonly Choice<EvaluationSet> _set = new("--evaluation-set", EvaluationSet.Protocol,
        "Keyframes to evaluate: as the protocol has it, all, those that the ground truth names, those with ground truth of a class "
            + "evaluated; listed and proposals go with --keyframes and --proposals", s => s.Word());
    readonly Option<int[]?> _customClasses = Flags.Numbers("--custom-classes", "Evaluate only these classes of the label map", "3,6,10");
    readonly Option<double> _iou = Flags.Iou();
    readonly Choice<TieOrder> _ties = Flags.Ties();
    readonly Choice<MatchingProtocol> _protocol = Flags.Protocol();
    readonly Option<bool> _avaGroups = new("--ava-groups")
    {
        Description = "Give classes without a group those of AVA's own ids (1-14, 15-63, 64-80)",
    };

    /// <summary>Gives a verb the options.</summary>
    public void AddTo(Command verb)
    {
        foreach (Option option in (Option[])[_annotations, _labelMap, _exclude, _keyframes, _proposals, _set, _customClasses, _iou, _ties,
            _protocol, _avaGroups])
        {
            verb.Add(option);
        }
    }

    /// <summary>The rules asked for, checked.</summary>
    public FrameMapOptions Rules(ParseResult parsed) =>
        Flags.Rules(parsed, _iou, _ties, _protocol) with { EvaluationSet = _set.Of(parsed), CustomClasses = parsed.Given(_customClasses) };

    /// <summary>The classes of the label map.</summary>
    public LabelMap Classes(ParseResult parsed)
    {
        LabelMap classes = LabelMap.Read(parsed.GetRequiredValue(_labelMap));
        return parsed.GetValue(_avaGroups) ? classes.WithAvaGroups() : classes;
    }

    /// <summary>The files asked for.</summary>
    public FrameMapFiles Files(ParseResult parsed, string? detections = null) => new()
    {
        Annotations = parsed.GetRequiredValue(_annotations),
        Detections = detections,
        Exclude = parsed.GetValue(_exclude),
        Keyframes = parsed.GetValue(_keyframes),
        Proposals = parsed.GetValue(_proposals),
    };
}
