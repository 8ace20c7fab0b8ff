using MlAva.Annotations;
using MlAva.Persons;
using MlAva.Preparation;
using MlAva.TestSupport;
using MlAva.Video;

namespace MlAva.Tests.Persons;

public sealed class PersonDetectionTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly EmbeddedPersonDetector _detector = new();

    [Fact]
    public void A_person_keeps_one_number_and_the_truth_is_recalled()
    {
        Scene.Write(_folder.File("videos/room.avi"));
        PersonDetectionOptions options = new() { Source = _folder.File("videos"), TimestampStart = 900 };

        PersonDetectionResult result = PersonDetection.Run(_detector, options);

        Assert.Equal(Enumerable.Range(900, 30), result.Proposals.Keys.Select(k => (int)k.Timestamp));
        AnnotationRow[] truth = [.. result.Proposals.Keys.Select(k => (k, Box: Scene.Person((int)((k.Timestamp - 900) * Scene.Fps))))
            .Where(k => k.Box is not null).Select(k => new AnnotationRow("room", k.k.Timestamp, k.Box!.Value, 1, 0))];
        ProposalOverlap overlap = ProposalOverlap.Of(truth, result.Proposals);
        Assert.Equal((truth.Length, 0, 1.0), (overlap.Keyframes, overlap.KeyframesWithout, overlap.RecallAt(0.75)));
        int[] numbers = [.. truth.Select(t => result.Proposals[t.Key]).Select(p => p.PersonIds![0])];
        Assert.Single(numbers.Distinct());

        // The same keyframes of the video file itself, and of one worker.
        PersonDetectionResult named = PersonDetection.Run(_detector, options with { Source = _folder.File("videos/room.avi"), Keyframes = [.. truth.Select(t => t.Key)], Workers = 1 });
        Assert.Equal(truth.Select(t => t.Key), named.Proposals.Keys);
        Assert.All(truth, t => Assert.Equal(result.Proposals[t.Key].Boxes, named.Proposals[t.Key].Boxes));
    }

    [Fact]
    public void What_cannot_be_read_is_an_error_or_counted()
    {
        Scene.Write(_folder.File("videos/room.avi"));
        File.WriteAllBytes(_folder.File("videos/empty.avi"), []);
        PersonDetectionOptions options = new() { Source = _folder.File("videos"), Keyframes = [new("room", 1), new("room", 99), new("empty", 1), new("gone", 1)] };

        Assert.ThrowsAny<Exception>(() => PersonDetection.Run(_detector, options));
        PersonDetectionResult result = PersonDetection.Run(_detector, options with { OnError = OnError.Skip });

        Assert.Equal([new KeyframeKey("room", 1)], result.Proposals.Keys);
        Assert.Equal(3, result.Failures.Count);
        Assert.Contains(result.Failures, f => f.Contains("no frame at 99 s", StringComparison.Ordinal));
        Assert.Contains("no video", Assert.Throws<FrameStoreException>(() => PersonDetection.Run(_detector, new() { Source = Directory.CreateDirectory(_folder.File("none")).FullName })).Message, StringComparison.Ordinal);
        Assert.Contains("KeyframeStep is 0", Assert.Throws<ArgumentException>(() => PersonDetection.Run(_detector, options with { KeyframeStep = 0 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cancelled_search_stops()
    {
        Scene.Write(_folder.File("videos/room.avi"));
        using CancellationTokenSource stop = new();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => PersonDetection.Run(_detector, new() { Source = _folder.File("videos") }, stop.Token));
    }

    public void Dispose()
    {
        _detector.Dispose();
        _folder.Dispose();
    }
}
