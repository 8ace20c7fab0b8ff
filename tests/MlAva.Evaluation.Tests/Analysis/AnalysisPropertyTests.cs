using CsCheck;
using MlAva.Evaluation.Analysis;
using static MlAva.Evaluation.Tests.Analysis.AnalysisCases;

namespace MlAva.Evaluation.Tests.Analysis;

/// <summary>What must hold for any input.</summary>
public class AnalysisPropertyTests
{
    [Fact]
    public void Kinds_part_the_false_positives_and_gains_are_not_negative() => Inputs.Select(Rules).Sample((input, rules) =>
    {
        AnalysisResult result = DetectionAnalysis.Run(input.Truth, input.Detections, Classes, options: new() { Rules = rules });
        foreach ((ClassErrors errors, ClassResult c) in result.Errors.Classes.Zip(result.Result.Classes))
        {
            Assert.Equal(c.NumFalsePositives, errors.Kinds.Where(k => k.Kind != ErrorKind.Missed).Sum(k => k.Count));
            Assert.InRange(errors[ErrorKind.Missed].Count, 0, c.NumGroundTruth - c.NumTruePositives);
            Assert.Equal(
                Math.Min(c.NumGroundTruth, c.NumDetections),
                errors.TopTruePositives + errors.Kinds.Where(k => k.Kind != ErrorKind.Missed).Sum(k => k.TopCount));
            foreach (ErrorFigure kind in errors.Kinds)
            {
                if (c.NumGroundTruth == 0) Assert.True(double.IsNaN(kind.Gain));
                else Assert.InRange(kind.Gain, 0, 1 - c.AveragePrecision + 1e-9);
            }
        }
    });

    [Fact]
    public void Stricter_overlap_never_raises_AP() => Inputs.Sample(input =>
    {
        AnalysisResult result = DetectionAnalysis.Run(input.Truth, input.Detections, Classes);
        foreach ((IoUResult loose, IoUResult strict) in result.ByIoU.Zip(result.ByIoU.Skip(1)))
        {
            foreach ((double a, double b) in loose.AveragePrecisions.Zip(strict.AveragePrecisions)) Assert.False(b > a + 1e-12);
        }
    });

    [Fact]
    public void The_matching_is_that_of_FrameMap_at_every_overlap() => Inputs.Select(Rules).Sample((input, rules) =>
    {
        AnalysisResult result = DetectionAnalysis.Run(input.Truth, input.Detections, Classes, options: new() { Rules = rules });
        foreach (IoUResult one in result.ByIoU)
        {
            FrameMapOptions own = rules with { IouThreshold = one.Threshold };
            FrameMapResult expected = FrameMap.Evaluate(input.Truth, input.Detections, Classes, options: own);
            Assert.Equal(expected.Classes.Select(c => c.AveragePrecision), one.AveragePrecisions);
        }
    });

    [Fact]
    public void Slices_hold_every_box_once_and_a_video_s_is_its_evaluation() => Inputs.Sample(input =>
    {
        AnalysisResult result = DetectionAnalysis.Run(input.Truth, input.Detections, Classes);
        foreach (IReadOnlyList<SliceResult> slices in new[] { result.BySize, result.ByPersons, result.ByVideo })
        {
            Assert.Equal(result.Result.Counts.GroundTruth, slices.Sum(s => (long)s.NumGroundTruth));
            Assert.Equal(result.Result.Counts.Detections, slices.Sum(s => (long)s.NumDetections));
        }
        foreach (SliceResult video in result.ByVideo)
        {
            FrameMapResult alone = FrameMap.Evaluate(
                input.Truth.Where(t => t.VideoId == video.Name), input.Detections.Where(d => d.VideoId == video.Name), Classes);
            Assert.Equal(alone.MeanAveragePrecision, video.MeanAveragePrecision);
        }
    });

    [Fact]
    public void The_number_of_workers_is_of_no_matter() => Inputs.Sample(input =>
    {
        AnalysisResult many = DetectionAnalysis.Run(input.Truth, input.Detections, Classes);
        AnalysisResult one = DetectionAnalysis.Run(
            input.Truth, input.Detections, Classes, options: new() { Rules = new() { MaxDegreeOfParallelism = 1 } });
        Assert.Equal(many.Errors.Overall, one.Errors.Overall);
        Assert.Equal(many.ByIoU.Select(r => r.MeanAveragePrecision), one.ByIoU.Select(r => r.MeanAveragePrecision));
    });

    [Fact]
    public void Calibration_errors_lie_between_zero_and_one() => Inputs.Sample(input =>
    {
        Calibration calibration = DetectionAnalysis.Run(input.Truth, input.Detections, Classes).Calibration;
        if (calibration.Count == 0) Assert.True(double.IsNaN(calibration.ExpectedError));
        else Assert.InRange(calibration.ExpectedError, 0, calibration.LargestError + 1e-12);
    });
}
