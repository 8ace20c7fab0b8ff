using System.CommandLine;
using MlAva.Annotations;
using MlAva.Evaluation;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava evaluate</c>: frame-mAP of a detections file.</summary>
static class EvaluateCommand
{
    public static Command Create()
    {
        Option<string> annotations = Flags.Annotations(), labelMap = Flags.LabelMap();
        Option<string> detections = Flags.Required("--detections",
            "Detections csv: video, seconds, x1, y1, x2, y2, action, score (.csv or .csv.gz)", "FILE");
        Option<string?> exclude = Flags.Exclude();
        Option<string?> json = Flags.Optional("--json", "Write all figures, in full precision, to this file", "FILE");
        Option<double> iou = Flags.Iou();
        Choice<TieOrder> ties = Flags.Ties();
        Choice<MatchingProtocol> protocol = Flags.Protocol();
        Option<bool> avaGroups = new("--ava-groups")
        {
            Description = "Give classes without a group those of AVA's own ids (1-14, 15-63, 64-80)",
        };
        return new Verb("evaluate", "Computes frame-mAP of a detections file against ground truth, as AVA's evaluators do.",
            "mlava evaluate --annotations ava_val_v2.2.csv --detections results.csv --label-map ava_action_list_v2.2.pbtxt",
            "mlava evaluate --annotations gt.csv.gz --detections det.csv.gz --label-map labels.pbtxt --json figures.json",
            "mlava evaluate --annotations gt.csv --detections det.csv --label-map labels.pbtxt --protocol activitynet2019 --ties numpy")
        {
            annotations, detections, labelMap, exclude, json, iou, ties, protocol, avaGroups,
        }.Does((parsed, terminal, token) =>
        {
            FrameMapOptions options = Flags.Rules(parsed, iou, ties, protocol);
            string file = parsed.GetRequiredValue(detections);
            LabelMap classes = LabelMap.Read(parsed.GetRequiredValue(labelMap));
            if (parsed.GetValue(avaGroups)) classes = classes.WithAvaGroups();
            EvaluationFiles files = new(parsed.GetRequiredValue(annotations), classes, parsed.GetValue(exclude));
            FrameMapResult result = ConsoleProgress.Run(terminal, "evaluate", progress =>
                files.Evaluate(progress.Count(DetectionFile.Enumerate(file, token), "detections"), file, options, token));
            return EvaluationReport.Show(terminal, result, parsed.GetValue(json));
        });
    }
}
