using CsCheck;
using MlAva.Annotations;
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
                if (!c.IsAveraged) Assert.True(double.IsNaN(kind.Gain));
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
    public void The_ranking_of_a_whole_is_FrameMap_s() => Inputs.Select(Rules).Sample((input, rules) =>
    {
        AnnotationRow[] truth = [.. input.Truth.Select(t => t with { VideoId = "v", Timestamp = t.Timestamp + 10 * (t.VideoId[1] - '0') })];
        DetectionRow[] found =
            [.. input.Detections.Select(d => d with { VideoId = "v", Timestamp = d.Timestamp + 10 * (d.VideoId[1] - '0') })];
        AnalysisResult result = DetectionAnalysis.Run(truth, found, Classes, options: new() { Rules = rules });
        if (result.ByVideo.Count == 0) return;
        Assert.Equal(result.Result.Classes.Select(c => c.AveragePrecision), result.ByVideo.Single().Classes.Select(c => c.AveragePrecision));
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
