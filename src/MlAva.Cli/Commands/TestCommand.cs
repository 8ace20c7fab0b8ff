using System.CommandLine;
using Microsoft.ML;
using MlAva.Annotations;
using MlAva.Evaluation;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava test</c>: scores a data set with a trained model and evaluates it.</summary>
static class TestCommand
{
    public static Command Create()
    {
        Option<string> model = Flags.Model();
        Option<string> annotations = Flags.Annotations(), frames = Flags.Frames(), labelMap = Flags.LabelMap();
        Option<string?> proposals = Flags.Proposals(), exclude = Flags.Exclude();
        Option<string?> output = Flags.Optional("--out", "Write the detections here, as MMAction2's results.csv (.csv or .csv.gz)", "FILE");
        Option<string?> json = Flags.Optional("--json", "Write all figures, in full precision, to this file", "FILE");
        Option<double> personScore = Flags.PersonScore(), iou = Flags.Iou();
        Option<TieOrder> ties = Flags.Ties();
        Option<MatchingProtocol> protocol = Flags.Protocol();
        Option<int?> numClasses = Flags.NumClasses();
        Option<int?> gpu = Flags.Gpu();
        return new Verb("test", "Scores a data set with a trained model and evaluates it.",
            "mlava test --model model.zip --annotations val.csv --frames rawframes --label-map labels.pbtxt --proposals val.pkl",
            "mlava test --model model.zip --annotations val.csv --frames rawframes --label-map labels.pbtxt --out det.csv --json map.json")
        {
            model, annotations, frames, labelMap, proposals, exclude, output, json, personScore, iou, ties, protocol, numClasses, gpu,
        }.Does((parsed, terminal, token) =>
        {
            FrameMapOptions options = Flags.Rules(parsed, iou, ties, protocol);
            MLContext context = ModelFile.Context(parsed.GetValue(gpu));
            ActionDetectionCatalog catalog = context.ActionDetection();
            LabelMap classes = LabelMap.Read(parsed.GetRequiredValue(labelMap));
            AvaDataView view = catalog.LoadAva(new AvaDataViewOptions
            {
                Frames = parsed.GetRequiredValue(frames),
                Dataset = new()
                {
                    AnnotationPath = parsed.GetRequiredValue(annotations),
                    LabelMapPath = parsed.GetRequiredValue(labelMap),
                    ProposalPath = parsed.GetValue(proposals),
                    NumClasses = parsed.GetValue(numClasses) ?? classes.MaxId + 1,
                    PersonScoreThreshold = parsed.GetValue(personScore),
                    TestMode = true,
                },
            });
            ITransformer transformer = ModelFile.Load(context, parsed.GetRequiredValue(model));
            using IDisposable? native = transformer as IDisposable;
            EvaluationFiles files = new(parsed.GetRequiredValue(annotations), classes, parsed.GetValue(exclude));
            FrameMapResult result = Scoring.WriteAndEvaluate(
                terminal, catalog, transformer, view, parsed.GetValue(output), files, options, token);
            return EvaluationReport.Show(terminal, result, parsed.GetValue(json));
        });
    }
}
