using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using MlAva.Annotations.Formats;
using MlAva.Persons;
using MlAva.Preparation;

namespace MlAva.Cli;

/// <summary>The options that say which detector finds persons.</summary>
sealed class DetectorFlags
{
    readonly Option<string?> _model = Flags.Optional("--detector", "An ONNX file: YOLOX, DETR, RT-DETR or Faster R-CNN [default: the embedded detector, for cameras that stand still]", "FILE");
    readonly Choice<DetectorOutputs> _outputs = new("--detector-outputs", DetectorOutputs.Automatic, "What its outputs are");
    readonly Option<string?> _size = Flags.Optional("--detector-size", "Size of its input where it takes any [default: 640x640, or 800x800 for DETR and Faster R-CNN]", "WxH");
    readonly Option<int?> _person = new("--detector-class") { Description = "Its class of persons [default: 0; 1 for DETR and Faster R-CNN]", HelpName = "N" };
    readonly Choice<PixelScaling> _scaling = new("--detector-pixels", null, "The range of its pixels [default: as its kind has it]");
    readonly Choice<FrameFit> _fit = new("--detector-fit", null, "How frames of another shape come in [default: as its kind has it]");
    readonly Option<bool?> _bgr = new("--detector-bgr") { Description = "Whether blue comes first [default: for YOLOX]", HelpName = "true|false" };
    readonly Option<double?> _score = Flags.Number("--score-thr", "Boxes below this score are left out [default: 0.3]", "0-1");
    readonly Option<double?> _nms = Flags.Number("--nms-iou", "The largest IoU that two boxes of a frame may have [default: 0.6; 0.65 for ONNX]", "0-1");
    readonly Option<int?> _most = new("--max-boxes") { Description = "At most so many boxes a frame, the best [default: 20; 100 for ONNX]", HelpName = "N" };

    public Option[] All => [_model, _outputs, _size, _person, _scaling, _fit, _bgr, _score, _nms, _most];

    public IPersonDetector Create(ParseResult parsed)
    {
        SourceVideo size = ImportFlags.SizeOf(parsed.GetValue(_size), _size.Name);
        if (parsed.GetValue(_model) is { } model)
        {
            OnnxPersonDetectorOptions onnx = new()
            {
                Model = model, Outputs = _outputs.Of(parsed), Width = size.Width, Height = size.Height, PersonClass = parsed.GetValue(_person), Scaling = _scaling.Given(parsed),
                Fit = _fit.Given(parsed), Bgr = parsed.GetValue(_bgr),
            };
            return new OnnxPersonDetector(onnx with
            {
                ScoreThreshold = parsed.GetValue(_score) ?? onnx.ScoreThreshold, NmsIoU = parsed.GetValue(_nms) ?? onnx.NmsIoU, MaxBoxes = parsed.GetValue(_most) ?? onnx.MaxBoxes,
            }, new MLContext());
        }
        if (All.FirstOrDefault(o => o.Name.StartsWith(_model.Name + "-", StringComparison.Ordinal) && parsed.GetResult(o) is { Implicit: false }) is { } odd)
            throw new ArgumentException($"{odd.Name} is given, but {_model.Name} is not; expected both.");
        EmbeddedPersonDetectorOptions embedded = new();
        return new EmbeddedPersonDetector(embedded with
        {
            ScoreThreshold = parsed.GetValue(_score) ?? embedded.ScoreThreshold, NmsIoU = parsed.GetValue(_nms) ?? embedded.NmsIoU, MaxBoxes = parsed.GetValue(_most) ?? embedded.MaxBoxes,
        });
    }

    public bool IsModelGiven(ParseResult parsed) => parsed.GetValue(_model) is not null;

    /// <summary>Says how proposals cover the truth.</summary>
    public static void Print(ProposalOverlap overlap) => Terminal.WriteResult(string.Create(CultureInfo.InvariantCulture,
        $"recall of the annotated boxes: {overlap.RecallAt(0.5):F3} at IoU 0.5, {overlap.RecallAt(0.75):F3} at 0.75, {overlap.RecallAt(0.9):F3} at 0.9; {overlap.BoxesPerKeyframe:F1} proposals a keyframe"));

    internal sealed class Reporter(ConsoleProgress progress) : IProgress<PersonDetectionProgress>
    {
        public void Report(PersonDetectionProgress value)
        {
            if (value.Trouble is { } trouble) progress.Line($"left out: {trouble}");
            progress.Report(value.Done, value.Total, "keyframes");
        }
    }
}
