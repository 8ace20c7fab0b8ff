using System.Globalization;
using MlAva.Annotations;
using MlAva.Networks;
using MlAva.TestSupport;
using MlAva.Training;
using MlAva.Video;

namespace MlAva.Tests;

/// <summary>
/// A data set small enough to train on within seconds: two videos of bright blocks on noise; class 1 is a red block, class 2 a blue one, class 3 one
/// that moves. AVA's own files on disk.
/// </summary>
public sealed class SmallSet : IDisposable
{
    const int Width = 64, Height = 48, Seconds = 6;
    public const double Fps = 5;
    readonly TemporaryFolder _folder = new();

    public SmallSet()
    {
        List<AnnotationRow> rows = [];
        List<KeyValuePair<KeyframeKey, KeyframeProposals>> proposals = [];
        foreach (int video in (int[])[0, 1])
        {
            string id = $"video{video}";
            Directory.CreateDirectory(Path.Combine(Frames, id));
            for (int frame = 1; frame <= Seconds * Fps; frame++) Draw(id, video, frame);
            for (int second = 1; second < Seconds; second++)
            {
                Box[] boxes = [BlockAt(0, video, Frame(second)), BlockAt(1, video, Frame(second))];
                rows.Add(new(id, 900 + second, boxes[0], 1, 0));
                if (Moves(0, video)) rows.Add(new(id, 900 + second, boxes[0], 3, 0));
                rows.Add(new(id, 900 + second, boxes[1], 2, 1));
                if (Moves(1, video)) rows.Add(new(id, 900 + second, boxes[1], 3, 1));
                proposals.Add(new(new(id, 900 + second), new(boxes, [0.99, 0.95])));
            }
        }
        AnnotationFile.Write(Annotations, rows);
        ProposalFile.Write(Proposals, new(proposals));
        LabelMap.FromEntries([new(1, "red", ActionGroup.PersonMovement), new(2, "blue", ActionGroup.ObjectManipulation), new(3, "move", ActionGroup.PersonInteraction)]).Write(Labels);
    }

    public string Root => _folder.Path;

    public string Frames => Path.Combine(_folder.Path, "frames");

    public string Annotations => Path.Combine(_folder.Path, "annotations.csv");

    public string Proposals => Path.Combine(_folder.Path, "proposals.pkl");

    public string Labels => Path.Combine(_folder.Path, "labels.pbtxt");

    public ClipOptions Clip { get; } = new()
    {
        Sampling = new() { ClipLength = 4, FrameInterval = 1, Fps = Fps },
        ShortSide = 48,
        Augmentation = new() { ShortEdgeMinimum = 48, ShortEdgeMaximum = 52, CropSize = 48 },
    };

    public DetectorOptions Network { get; } = new() { Backbone = new SlowOnlyOptions { Pathway = new() { BaseChannels = 4, StageBlocks = [1, 1, 1, 1] } } };

    public ActionDetectorOptions Options => new()
    {
        Clip = Clip,
        Network = Network,
        Epochs = 2,
        BatchSize = 4,
        Seed = 5,
        Schedule = new() { LearningRate = 0.05, Policy = SchedulePolicy.Cosine, Warmup = 0 },
    };

    public AvaDataView Load(Microsoft.ML.MLContext context, bool testMode = false) => context.ActionDetection().LoadAva(Annotations, Frames, Labels, Proposals, testMode: testMode);

    public string Source(int video) => Path.Combine(Frames, string.Create(CultureInfo.InvariantCulture, $"video{video}"));

    static int Frame(int second) => (int)(second * Fps) + 1;

    static bool Moves(int block, int video) => block == video;

    static Box BlockAt(int block, int video, int frame)
    {
        int shift = Moves(block, video) ? frame % 4 * 3 : 0;
        return new((4 + block * 30 + shift) / (double)Width, 8 / (double)Height, (20 + block * 30 + shift) / (double)Width, 40 / (double)Height);
    }

    void Draw(string id, int video, int frame)
    {
        RgbImage image = new(new(Width, Height));
        Random noise = new(video * 1000 + frame);
        noise.NextBytes(image.Pixels);
        for (int i = 0; i < image.Pixels.Length; i++) image.Pixels[i] /= 3;
        for (int block = 0; block < 2; block++)
        {
            Box box = BlockAt(block, video, frame).Scale(Width, Height);
            for (int y = (int)box.Y1; y < box.Y2; y++)
            {
                for (int x = (int)box.X1; x < box.X2; x++) image.Pixels[(y * Width + x) * 3 + (block == 0 ? 0 : 2)] = 230;
            }
        }
        image.Save(Path.Combine(Frames, id, string.Create(CultureInfo.InvariantCulture, $"img_{frame:00000}.jpg")));
    }

    public void Dispose() => _folder.Dispose();
}
