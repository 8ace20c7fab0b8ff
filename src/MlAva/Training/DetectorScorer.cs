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
    LongTermSampler? bank, SkippedItems skipped) : IDisposable
{
    readonly ClipLoader _loader = new(options.Clip, options.CacheMegabytes);

    public FrameMapResult Evaluate(Detector detector, ClipBatcher batcher, CancellationToken cancellationToken)
    {
        detector.PrepareForInference(new() { Measure = false }); // as the trained transformer scores; train() drops it
        List<DetectionRow> detections = [];
        List<(KeyframeSample Sample, VideoClip Clip)> batch = [];
        foreach ((KeyframeSample sample, VideoClip? clip) in ReadAhead.Run(
            samples.Count, threads, i => (samples[i], TryLoad(samples[i], cancellationToken)), cancellationToken))
        {
            if (clip is null) continue; // nobody is found there
            if (batch.Count > 0 && (batch.Count == options.BatchSize || clip.Size != batch[0].Clip.Size))
                Score(detector, batcher, batch, detections);
            batch.Add((sample, clip));
        }
        if (batch.Count > 0) Score(detector, batcher, batch, detections);
        return FrameMap.Evaluate(
            samples.SelectMany(s => DetectionRows.Truths(s.VideoId, DetectionRows.Shortest(s.Timestamp), s.Boxes, s.Labels)), detections,
            DetectionRows.Classes(classNames), cancellationToken: cancellationToken);
    }

    VideoClip? TryLoad(KeyframeSample sample, CancellationToken cancellationToken)
    {
        try
        {
            return _loader.Load(sample, cancellationToken: cancellationToken);
        }
        catch (Exception e) when (options.OnError == OnError.Skip && UnusableFrames.Is(e))
        {
            skipped.Add($"validation {TrainingBatcher.KeyOf(sample)}", e);
            return null;
        }
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
