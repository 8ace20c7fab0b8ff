using MlAva.Annotations;
using MlAva.Evaluation;
using MlAva.FeatureBanks;
using MlAva.Networks;
using MlAva.Video;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Training;

/// <summary>Scores keyframes with a network, in batches, for the validation after each epoch.</summary>
sealed class DetectorScorer(
    ActionDetectorOptions options, IReadOnlyList<KeyframeSample> samples, IReadOnlyList<string> classNames, int threads,
    LongTermSampler? bank) : IDisposable
{
    readonly ClipLoader _loader = new(options.Clip);

    public FrameMapResult Evaluate(Detector detector, ClipBatcher batcher, CancellationToken cancellationToken)
    {
        detector.eval();
        List<DetectionRow> detections = [];
        List<(KeyframeSample Sample, VideoClip Clip)> batch = [];
        foreach ((KeyframeSample Sample, VideoClip Clip) item in ReadAhead.Run(
            samples.Count, threads, i => (samples[i], _loader.Load(samples[i], cancellationToken: cancellationToken)), cancellationToken))
        {
            if (batch.Count > 0 && (batch.Count == options.BatchSize || item.Clip.Size != batch[0].Clip.Size)) Score(detector, batcher, batch, detections);
            batch.Add(item);
        }
        if (batch.Count > 0) Score(detector, batcher, batch, detections);
        return FrameMap.Evaluate(
            samples.SelectMany(s => DetectionRows.Truths(s.VideoId, DetectionRows.Shortest(s.Timestamp), s.Boxes, s.Labels)), detections,
            DetectionRows.Classes(classNames), cancellationToken: cancellationToken);
    }

    void Score(Detector detector, ClipBatcher batcher, List<(KeyframeSample Sample, VideoClip Clip)> batch, List<DetectionRow> detections)
    {
        using var _ = no_grad();
        using DisposeScope scope = NewDisposeScope();
        float[][] boxes = [.. batch.Select(b => b.Clip.Geometry.ToPixels(ProposalColumn.Boxes(b.Sample.Proposals)))];
        float[] rois = RoIs.Join(boxes);
        if (rois.Length > 0)
        {
            Tensor? longTerm = bank?.ToTensor(
                LongTermSampler.Join([.. batch.Select((b, i) => LongTerm(b.Sample, boxes[i]))]), batcher.Device);
            Tensor logits = detector.forward(batcher.ToTensor([.. batch.Select(b => b.Clip)]), rois, longTerm);
            float[] scores = detector.Head.Probabilities(logits).cpu().data<float>().ToArray();
            int at = 0, classes = detector.Options.Head.NumClasses;
            for (int i = 0; i < batch.Count; i++)
            {
                KeyframeSample sample = batch[i].Sample;
                int length = boxes[i].Length / 4 * classes;
                detections.AddRange(DetectionRows.Detections(
                    sample.VideoId, DetectionRows.Shortest(sample.Timestamp), batch[i].Clip.Geometry.ToNormalised(boxes[i]), scores[at..(at + length)], options.ActionThreshold));
                at += length;
            }
        }
        batch.Clear();
    }

    Half[] LongTerm(KeyframeSample sample, float[] boxes) => bank!.SampleForScoring(sample.VideoId, sample.Timestamp, boxes.Length / 4);

    public void Dispose() => _loader.Dispose();
}
