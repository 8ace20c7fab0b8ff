using CsCheck;
using MlAva.Annotations;
using MlAva.Evaluation.Analysis;
using static MlAva.Evaluation.Tests.Analysis.AnalysisCases;

namespace MlAva.Evaluation.Tests.Analysis;

/// <summary>The paired bootstrap over videos, against distributions that are known.</summary>
public class DetectionComparisonTests
{
    static readonly AnnotationRow[] TwoVideos = [Truth("v", 1, Left), Truth("w", 1, Left)];
    static readonly DetectionRow[] Half = [Found("v", 1, Left, .9)], All = [Found("w", 1, Left, .9), Found("v", 1, Left, .9)];

    [Fact]
    public void Two_videos_give_the_binomial_distribution()
    {
        ComparisonResult result = Compare(Half, All, new() { Samples = 4000 });

        Assert.Equal(2, result.NumVideos);
        Assert.Equal([.5, 1], result.Runs.Select(r => r.Result.MeanAveragePrecision));
        // Both videos the found one, one of each, both the other: 1/4, 1/2, 1/4; four standard deviations are 0.03.
        IReadOnlyList<double> samples = result.Runs[0].Samples;
        Assert.All(samples, s => Assert.Contains(s, new[] { 0, .5, 1 }));
        Assert.Equal(.25, samples.Count(s => s == 0) / 4000.0, .03);
        Assert.Equal(.5, samples.Count(s => s == .5) / 4000.0, .035);
        Assert.All(result.Runs[1].Samples, s => Assert.Equal(1, s));
        Assert.Equal((new(0, 1), new Interval(1, 1)), (result.Runs[0].Interval, result.Runs[1].Interval));

        RunDifference difference = Assert.Single(result.Differences);
        Assert.Equal((.5, new(0, 1)), (difference.Difference, difference.Interval));
        // Equal in a quarter of the draws: that counts half.
        Assert.Equal(.875, difference.ShareBetter, .02);
        ClassDifference a = difference.Classes[0];
        Assert.Equal((.5, 1.0, .5, new(0, 1)), (a.Before, a.After, a.Difference, a.Interval));
        Assert.True(double.IsNaN(difference.Classes[1].Interval.Low));
        Assert.Equal(["a"], difference.Gained.Select(c => c.Name));
        Assert.Empty(difference.Lost);
    }

    [Fact]
    public void Every_sample_is_the_evaluation_of_some_draw_with_videos_repeated() => Inputs.Sample(input =>
    {
        AnnotationRow[] truth = [.. input.Truth.Where(t => Classes.Any(c => c.Id == t.ActionId))];
        DetectionRow[] found = [.. input.Detections.Where(d => Classes.Any(c => c.Id == d.ActionId))];
        string[] videos = [.. truth.Select(t => t.VideoId).Concat(found.Select(d => d.VideoId)).Distinct()];
        if (videos.Length == 0) return;
        List<double> possible = [];
        foreach (int[] draw in Draws(videos.Length))
        {
            possible.Add(FrameMap.Evaluate(
                draw.SelectMany((v, copy) => truth.Where(t => t.VideoId == videos[v]).Select(t => t with { VideoId = $"{v}-{copy}" })),
                draw.SelectMany((v, copy) => found.Where(d => d.VideoId == videos[v]).Select(d => d with { VideoId = $"{v}-{copy}" })),
                Classes).MeanAveragePrecision);
        }
        ComparisonResult result = DetectionComparison.Run([new("a", found), new("b", [])], truth, Classes, options: new() { Samples = 20 });
        Assert.All(result.Runs[0].Samples, s => Assert.Contains(possible, p => double.IsNaN(p) ? double.IsNaN(s) : Math.Abs(p - s) < 1e-9));
    }, iter: 200);

    [Fact]
    public void Equal_runs_do_not_differ_in_any_draw()
    {
        RunDifference difference = Compare(Half, [.. Half], new()).Differences[0];
        Assert.Equal((0.0, new Interval(0, 0), .5), (difference.Difference, difference.Interval, difference.ShareBetter));
        Assert.False(difference.Interval.ExcludesZero);
    }

    [Fact]
    public void The_seed_alone_decides() => Inputs.Sample(input =>
    {
        DetectionRow[] worse = [.. input.Detections.Skip(1)];
        IReadOnlyList<double> Samples(int workers) => DetectionComparison.Run(
            [new("a", input.Detections), new("b", worse)], input.Truth, Classes,
            options: new() { Samples = 50, Seed = 7, Rules = new() { MaxDegreeOfParallelism = workers } }).Runs[0].Samples;
        Assert.Equal(Samples(1), Samples(4));
    }, iter: 50);

    [Fact]
    public void Another_seed_draws_others() =>
        Assert.NotEqual(Compare(Half, All, new() { Seed = 1 }).Runs[0].Samples, Compare(Half, All, new() { Seed = 2 }).Runs[0].Samples);

    [Fact]
    public void The_order_of_rows_does_not_change_the_draws() => Assert.Equal(
        Compare(Half, All, new()).Runs[0].Samples,
        DetectionComparison.Run([new("a", Half), new("b", All.Reverse())], [.. TwoVideos.Reverse()], Classes).Runs[0].Samples);

    [Theory]
    [InlineData(.5, 25, 75)]
    [InlineData(.95, 2.5, 97.5)]
    public void An_interval_holds_the_middle_share(double share, double low, double high)
    {
        Interval interval = Interval.Of([double.NaN, .. Enumerable.Range(0, 101).Reverse().Select(i => (double)i)], share);
        Assert.Equal(low, interval.Low, 1e-9);
        Assert.Equal(high, interval.High, 1e-9);
    }

    [Fact]
    public void A_single_run_and_illegal_options_are_refused()
    {
        AssertRefused("A comparison needs at least two", () => DetectionComparison.Run([new("a", Half)], TwoVideos, Classes));
        AssertRefused("Samples is 0; it must be 1 to", () => Compare(Half, All, new() { Samples = 0 }));
        AssertRefused("Confidence is 1; it must be above 0", () => Compare(Half, All, new() { Confidence = 1 }));
    }

    static void AssertRefused(string message, Func<ComparisonResult> compare) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(compare).Message, StringComparison.Ordinal);

    static ComparisonResult Compare(DetectionRow[] a, DetectionRow[] b, ComparisonOptions options) =>
        DetectionComparison.Run([new("first", a), new("second", b)], TwoVideos, Classes, options: options);

    static IEnumerable<int[]> Draws(int videos)
    {
        int total = (int)Math.Pow(videos, videos);
        for (int n = 0; n < total; n++) yield return [.. Enumerable.Range(0, videos).Select(i => n / (int)Math.Pow(videos, i) % videos)];
    }
}
