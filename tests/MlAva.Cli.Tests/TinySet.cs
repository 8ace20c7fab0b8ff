using System.Globalization;
using MlAva.Annotations;
using MlAva.TestSupport;
using MlAva.Video;

namespace MlAva.Cli.Tests;

/// <summary>
/// A data set that trains in a second: two videos of 48×48 pixels, four frames a second, with a red or a blue block; AVA's files on disk.
/// </summary>
public sealed class TinySet : IDisposable
{
    const int Side = 48, FramesPerSecond = 4, Seconds = 5;
    static readonly string[] Videos = ["first", "second"];
    readonly TemporaryFolder _folder = new();

    public TinySet()
    {
        List<AnnotationRow> rows = [];
        List<KeyValuePair<KeyframeKey, KeyframeProposals>> proposals = [];
        foreach ((int video, string id) in Videos.Index())
        {
            Directory.CreateDirectory(Path.Combine(Frames, id));
            for (int frame = 1; frame <= Seconds * FramesPerSecond; frame++) File.WriteAllBytes(FrameFile(id, frame), Draw(video));
            for (int second = 1; second < Seconds; second++)
            {
                rows.Add(new(id, second, BlockOf(video), video + 1, 0));
                proposals.Add(new(new(id, second), new([BlockOf(video)], [0.99])));
            }
        }
        AnnotationFile.Write(Annotations, rows);
        ProposalFile.Write(Proposals, new(proposals));
        LabelMap.FromEntries([new(1, "be red", ActionGroup.PersonMovement), new(2, "be blue [cold]", ActionGroup.ObjectManipulation)])
            .Write(Labels);
    }

    public string Root => _folder.Path;

    public string Frames => _folder.File("frames");

    public string Annotations => _folder.File("annotations.csv");

    public string Proposals => _folder.File("proposals.pkl");

    public string Labels => _folder.File("labels.pbtxt");

    public string WorkDirectory => _folder.File("work");

    public string FrameFile(string video, int frame) =>
        Path.Combine(Frames, video, string.Create(CultureInfo.InvariantCulture, $"img_{frame:00000}.jpg"));

    public string Write(string name, string text) => _folder.Write(name, text);

    public string In(string name) => _folder.File(name);

    /// <summary>The arguments of a training with a tiny network. Options in <paramref name="more"/> take the place of those here.</summary>
    public string[] Train(int epochs, string? workDirectory = null, string? annotations = null, string? proposals = null,
        bool validate = true, params string[] more)
    {
        string[] usual =
        [
            "--annotations", annotations ?? Annotations, "--frames", Frames, "--label-map", Labels, "--proposals", proposals ?? Proposals,
            .. validate ? (string[])["--val-annotations", Annotations, "--val-proposals", Proposals] : [],
            "--work-dir", workDirectory ?? WorkDirectory, "--epochs", epochs.ToString(CultureInfo.InvariantCulture), "--batch-size", "3",
                "--lr", "0.002", "--warmup-epochs", "0",
            "--clip-len", "2", "--frame-interval", "1", "--fps", "4", "--short-side", "48", "--rescale", "48,56", "--crop", "48",
            "--base-channels", "4", "--stage-blocks", "1,1,1,1", "--inflate", "0,0,1,1", "--seed", "7",
        ];
        return ["train", .. usual.Chunk(2).Where(o => !more.Contains(o[0])).SelectMany(o => o), .. more];
    }

    public string[] Test(string model, params string[] more) =>
        ["test", "--model", model, "--annotations", Annotations, "--frames", Frames, "--label-map", Labels, "--proposals", Proposals,
            .. more];

    static Box BlockOf(int video) => video == 0 ? new(0.125, 0.25, 0.5, 0.75) : new(0.5, 0.25, 0.875, 0.75);

    static byte[] Draw(int video)
    {
        byte[] pixels = new byte[Side * Side * 3];
        Array.Fill(pixels, (byte)60);
        Box box = BlockOf(video).Scale(Side, Side);
        for (int y = (int)box.Y1; y < box.Y2; y++)
        {
            for (int x = (int)box.X1; x < box.X2; x++) pixels[(y * Side + x) * 3 + video * 2] = 230;
        }
        return ImageCodec.EncodeJpeg(pixels, new(Side, Side));
    }

    public void Dispose() => _folder.Dispose();
}
