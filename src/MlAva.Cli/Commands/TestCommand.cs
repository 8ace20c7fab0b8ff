using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using MlAva.Annotations;
using MlAva.Evaluation;
using MlAva.Networks;

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
        Choice<TieOrder> ties = Flags.Ties();
        Choice<MatchingProtocol> protocol = Flags.Protocol();
        Option<int?> numClasses = Flags.NumClasses();
        Option<int?> gpu = Flags.Gpu();
        Choice<InferencePrecision> precision = Flags.Precision();
        Choice<BeyondEnd> beyondEnd = Coverage.Option();
        Choice<OnError> onError = Flags.OnError();
        return new Verb("test", "Scores a data set with a trained model and evaluates it.",
            "mlava test --model model.zip --annotations val.csv --frames rawframes --label-map labels.pbtxt --proposals val.pkl",
            "mlava test --model model.zip --annotations val.csv --frames rawframes --label-map labels.pbtxt --out det.csv --json map.json")
        {
            model, annotations, frames, labelMap, proposals, exclude, output, json, personScore, iou, ties, protocol, numClasses, gpu,
            beyondEnd, onError, precision,
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
                    OnError = onError.Of(parsed),
                },
            });
            if (view.Dataset.Skipped.Count > 0) Terminal.Note($"test: {view.Dataset.Skipped.Describe("rows and boxes")}");
            ITransformer loaded = ModelFile.Load(context, parsed.GetRequiredValue(model));
            using IDisposable? native = loaded as IDisposable;
            ITransformer transformer = ModelFile.InPrecision(loaded, precision.Given(parsed), onCpu: parsed.GetValue(gpu) is null);
            if (onError.Of(parsed) == OnError.Skip) transformer = ModelFile.WithOnError(transformer, OnError.Skip);
            ModelFile.CheckScores(transformer, view.Schema, parsed.GetRequiredValue(model));
            CheckClasses(classes, parsed.GetRequiredValue(labelMap), catalog.ClassNames(transformer.GetOutputSchema(view.Schema)));
            if (ModelFile.ClipOf(transformer) is { } clip)
            {
                view = Coverage.Apply(view, "test", clip, beyondEnd.Of(parsed), onError.Of(parsed), "; their labels count as missed", Mend,
                    token);
            }
            ModelFile.CheckFeatureBank(transformer, view);
            FrameMapFiles files = new() { Annotations = parsed.GetRequiredValue(annotations), Exclude = parsed.GetValue(exclude) };
            FrameMapResult result = Scoring.WriteAndEvaluate(
                terminal, catalog, transformer, view, parsed.GetValue(output), files, classes, options, token);
            Scoring.NoteSkipped(transformer);
            return EvaluationReport.Show(terminal, result, parsed.GetValue(json));
        });
    }

    static string Mend(double? fps) => fps is { } fits
        ? string.Create(CultureInfo.InvariantCulture, $"The model holds rate and time axis; where the rate is wrong, train with --fps {fits}")
        : "The model holds rate and time axis; where they are not those of these videos, train with --fps and --timestamp-start";

    /// <summary>A detection of class 5 must mean what row 5 of the annotations means.</summary>
    static void CheckClasses(LabelMap map, string file, IReadOnlyList<string> names)
    {
        if (names.Count == 0) return; // the model was trained without a label map
        const string Mend = "give the label map that the model was trained with";
        foreach (LabelMapEntry entry in map)
        {
            string known = entry.Id < names.Count ? names[entry.Id] : "";
            if (known != entry.Name)
            {
                throw new AnnotationFormatException(file, 0, $"class {entry.Id} '{entry.Name}'",
                    known.Length == 0 ? $"ids that the model knows; it has no class {entry.Id}" : $"the model's name for it, '{known}'", Mend);
            }
        }
        int[] left = [.. Enumerable.Range(1, names.Count - 1).Where(id => names[id].Length > 0 && !map.Contains(id))];
        if (left.Length > 0)
            Terminal.Note($"remark: the model knows {left.Length} classes that are not in {file} and are not evaluated "
                + $"(such as {left[0]} '{names[left[0]]}')");
    }
}
