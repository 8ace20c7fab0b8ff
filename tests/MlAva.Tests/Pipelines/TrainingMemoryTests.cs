using Microsoft.ML;
using MlAva.TestSupport;
using MlAva.Training;
using MlAva.Video;

namespace MlAva.Tests.Pipelines;

/// <summary>Decoded frames lie in memory that is used again.</summary>
[Collection(TorchTests.Name)]
public sealed class TrainingMemoryTests(SmallSet set) : IClassFixture<SmallSet>
{
    [Fact]
    public void Clips_leave_no_garbage_of_their_size()
    {
        using TemporaryFolder folder = new();
        // Decoded, a clip is far larger than its crop and than all that a step of this network leaves behind.
        FrameSize size = new(1280, 960);
        foreach (string video in (string[])["video0", "video1"])
        {
            string frames = Directory.CreateDirectory(folder.File(video)).FullName;
            RgbImage image = new(size);
            for (int frame = 1; frame <= 30; frame++)
            {
                new FramePainter(image.Pixels, size).Fill(frame * 32, 160, 240, 480, new(200, (byte)frame, 30));
                image.Save(Path.Combine(frames, $"img_{frame:00000}.jpg"));
            }
        }
        MLContext context = new(1);
        AvaDataView data = context.ActionDetection().LoadAva(set.Annotations, folder.Path, set.Labels, set.Proposals);
        List<long> allocated = [];
        ActionDetectorOptions options = set.Options with
        {
            Epochs = 5, LoaderThreads = 1,
            Clip = set.Clip with
            {
                ShortSide = 224, Augmentation = new() { ShortEdgeMinimum = 224, ShortEdgeMaximum = 240, CropSize = 224 },
            },
            Progress = new Epochs(() => allocated.Add(GC.GetTotalAllocatedBytes(precise: true))),
        };
        context.ActionDetection().Trainers.ActionDetector(options).Fit(data).Dispose();

        int clip = 4 * size.ByteCount;
        long perClip = (allocated[^1] - allocated[1]) / (3 * 10);
        Assert.InRange(perClip, 0, clip / 4);
    }

    sealed class Epochs(Action ended) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.EpochFinished) ended();
        }
    }
}
