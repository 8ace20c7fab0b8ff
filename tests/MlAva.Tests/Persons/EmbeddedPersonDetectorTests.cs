using MlAva.Annotations;
using MlAva.Persons;
using MlAva.TestSupport;
using MlAva.Video;

namespace MlAva.Tests.Persons;

public sealed class EmbeddedPersonDetectorTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_person_is_found_walking_and_standing_and_nobody_where_nobody_is()
    {
        Scene.Write(_folder.File("room.avi"));
        using IFrameStore store = FrameStore.Open(_folder.File("room.avi"));
        using EmbeddedPersonDetector detector = new();

        for (int frame = 0; frame < Scene.Frames; frame += 5)
        {
            KeyframeProposals found = detector.Detect(store, store.FirstIndex + frame);
            if (Scene.Person(frame) is not { } person)
            {
                Assert.DoesNotContain(found.Scores!, s => s >= 0.9);
                continue;
            }
            Assert.True(Box.IoU(person, found.Boxes[0]) > 0.75, $"frame {frame}: {person} against {found.Boxes[0]}");
            Assert.True(found.Scores![0] >= 0.9, $"frame {frame}: {found.Scores[0]}");
        }
    }

    /// <summary>Persons of the video by eye: a second, and the box in shares of the frame.</summary>
    public static TheoryData<double, double, double, double, double> RealPersons => new()
    {
        { 12, 0.50, 0.03, 0.66, 0.92 }, { 17, 0.50, 0.03, 0.66, 0.92 }, { 32, 0.49, 0.01, 0.71, 0.88 }, { 42, 0.50, 0.01, 0.71, 0.88 }, { 57, 0.53, 0.00, 0.70, 0.90 },
        { 67, 0.55, 0.00, 0.75, 0.92 }, { 77, 0.47, 0.08, 0.65, 0.88 }, { 102, 0.51, 0.01, 0.68, 0.88 }, { 117, 0.51, 0.01, 0.68, 0.88 }, { 132, 0.48, 0.00, 0.67, 0.92 },
    };

    [SharedFact("ava/videos/one-by-one-person-detection.mp4")]
    public void People_of_a_real_video_are_found()
    {
        string path = SharedData.Path("ava/videos/one-by-one-person-detection.mp4");
        if (LibavMissing(path)) return;
        using IFrameStore store = FrameStore.Open(path);
        using EmbeddedPersonDetector detector = new();
        foreach (object[] row in RealPersons)
        {
            (double second, Box person) = ((double)row[0], new((double)row[1], (double)row[2], (double)row[3], (double)row[4]));
            KeyframeProposals found = detector.Detect(store, store.FirstIndex + (int)(second * store.Fps!.Value));
            Assert.True(found.Count > 0 && Box.IoU(person, found.Boxes[0]) > 0.75 && found.Scores![0] > 0.9, $"{second} s: {person} against {string.Join(", ", found.Boxes)}");
        }
        // Nobody is before the table at 47 s.
        Assert.DoesNotContain(detector.Detect(store, store.FirstIndex + (int)(47 * store.Fps!.Value)).Scores!, s => s >= 0.9);
    }

    static bool LibavMissing(string path)
    {
        try
        {
            FrameStore.Open(path).Dispose();
            return false;
        }
        catch (FrameStoreException)
        {
            return true;
        }
    }

    [Fact]
    public void A_cut_begins_a_new_background()
    {
        const int Frames = 60;
        VideoClip clip = new(Frames, new(160, 120));
        for (int f = 0; f < Frames; f++)
        {
            FramePainter painter = new(clip.Frame(f), clip.Size);
            painter.Fill(0, 0, 160, 120, f < 30 ? new(30, 30, 40) : new(200, 190, 180));
            if (f >= 40) painter.Fill(2 * f - 60, 30, 24, 70, new(60, 20, 20));
        }
        MotionJpegAviWriter.WriteClip(clip, _folder.File("cut.avi"), 10);
        using IFrameStore store = FrameStore.Open(_folder.File("cut.avi"));
        using EmbeddedPersonDetector detector = new();

        Assert.Equal(0, detector.Detect(store, store.FirstIndex + 15).Count);
        Assert.Equal(0, detector.Detect(store, store.FirstIndex + 32).Count);
        Box found = detector.Detect(store, store.FirstIndex + 50).Boxes[0];
        Assert.True(Box.IoU(found, new Box(40, 30, 64, 100).Scale(1 / 160.0, 1 / 120.0)) > 0.7, found.ToString());
    }

    [Fact]
    public void Options_out_of_range_name_themselves()
    {
        Assert.Contains("MaxBoxes is 0", Assert.Throws<ArgumentException>(() => new EmbeddedPersonDetector(new() { MaxBoxes = 0 })).Message, StringComparison.Ordinal);
        Assert.Contains("BackgroundSeconds is 0.5", Assert.Throws<ArgumentException>(() => new EmbeddedPersonDetector(new() { BackgroundSeconds = 0.5 })).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
