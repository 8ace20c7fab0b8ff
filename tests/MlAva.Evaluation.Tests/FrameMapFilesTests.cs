using System.Globalization;
using System.IO.Compression;
using CsCheck;
using MlAva.Annotations;
using MlAva.TestSupport;

namespace MlAva.Evaluation.Tests;

public sealed class FrameMapFilesTests : IDisposable
{
    const string Truth = "A,0902,0.1,0.1,0.5,0.9,12,0\nA,0903\n\nA,0903,0.1,0.1,0.5,0.9,17,0\n";
    const string Detections = "A,902,0.1,0.1,0.5,0.9,12,0.9\nA,903,0.1,0.1,0.5,0.9,17,0.8\nA,904,0.1,0.1,0.5,0.9,12,0.95\n";
    static readonly LabelMapEntry[] Classes = [new(12, "stand", ActionGroup.Unknown), new(17, "carry", ActionGroup.Unknown)];

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    FrameMapFiles Files(string truth = Truth, string detections = Detections) =>
        new() { Annotations = _folder.Write("gt.csv", truth), Detections = _folder.Write("det.csv", detections) };

    [Fact]
    public void Files_give_what_their_rows_give() => SomeInput.Inputs.Select(SomeInput.Options).Sample((input, options) =>
    {
        using TemporaryFolder folder = new();
        AnnotationFile.Write(folder.File("gt.csv"), input.Truth);
        DetectionFile.Write(folder.File("det.csv"), SomeInput.Tied(input.Detections));
        FrameMapFiles files = new() { Annotations = folder.File("gt.csv"), Detections = folder.File("det.csv") };
        FrameMapOptions keep = options with { KeepMatches = true };

        FrameMapResult one = FrameMap.EvaluateFiles(files, SomeInput.Classes, keep with { MaxDegreeOfParallelism = 1 });
        FrameMapResult many = FrameMap.EvaluateFiles(files, SomeInput.Classes, keep with { MaxDegreeOfParallelism = 4 });
        FrameMapResult rows = FrameMap.Evaluate(
            AnnotationFile.Read(files.Annotations).Rows, DetectionFile.Enumerate(files.Detections), SomeInput.Classes,
            options: keep with { MaxDegreeOfParallelism = 1 });

        Assert.Equal(EvaluationJson.ToJson(one), EvaluationJson.ToJson(many));
        Assert.Equal(EvaluationJson.ToJson(one), EvaluationJson.ToJson(rows));
        Assert.Equal(one.Matches!.Rows.ToArray(), rows.Matches!.Rows.ToArray());
        Assert.Equal(one.Matches.BestTruths.ToArray(), rows.Matches.BestTruths.ToArray());
    }, iter: 60, threads: 1);

    [Fact]
    public void A_file_of_several_blocks_gives_what_its_rows_give_whatever_the_order_of_its_rows()
    {
        Random random = new(1);
        AnnotationRow[] truth = [.. Enumerable.Range(0, 3000).Select(i => new AnnotationRow(
            $"video{i % 7}", 900 + i % 250, new(i % 5 * .1, .1, i % 5 * .1 + .4, .8), i % 2 == 0 ? 12 : 17, i % 4))];
        DetectionRow[] rows = [.. Enumerable.Range(0, 90_000).Select(i => new DetectionRow(
            $"video{i / 15_000}", 900 + i / 60 % 250, new(i % 6 * .1, .1, i % 6 * .1 + .38, .8), i % 3 == 0 ? 12 : 17, random.Next(1000) / 1000.0))];
        foreach (DetectionRow[] order in new[] { rows, random.GetItems(rows, rows.Length) })
        {
            string path = _folder.File("det.csv.gz");
            DetectionFile.Write(path, order);
            AnnotationFile.Write(_folder.File("gt.csv"), truth);
            FrameMapFiles files = new() { Annotations = _folder.File("gt.csv"), Detections = path };
            foreach (MatchingProtocol protocol in Enum.GetValues<MatchingProtocol>())
            {
                FrameMapOptions options = new() { Protocol = protocol, Ties = TieOrder.NumPy };
                FrameMapResult expected = FrameMap.Evaluate(truth, order, Classes, options: options);

                Assert.Equal(EvaluationJson.ToJson(expected), EvaluationJson.ToJson(FrameMap.EvaluateFiles(files, Classes, options)));
            }
        }
    }

    [Fact]
    public void Errors_name_file_and_line_past_blank_lines_and_keyframes_without_people()
    {
        FrameMapFiles files = Files(Truth.Replace("A,0903,0.1,0.1,0.5", "A,0903,0.5,0.1,0.1", StringComparison.Ordinal));
        AnnotationFormatException error = Assert.Throws<AnnotationFormatException>(() => FrameMap.EvaluateFiles(files, Classes));
        AnnotationFormatException sixColumns = Assert.Throws<AnnotationFormatException>(
            () => FrameMap.EvaluateFiles(Files(detections: Detections + "\nA,902,0.1,0.1,0.5,0.9\n"), Classes));

        Assert.Equal((files.Annotations, 4), (error.File, error.Row));
        Assert.Equal((files.Detections, 5), (sixColumns.File, sixColumns.Row));
    }

    [Fact]
    public void Keyframes_can_be_listed_or_those_of_proposals()
    {
        FrameMapFiles files = Files();
        string list = _folder.Write("list.csv", "A,902\n"), boxes = _folder.Write("boxes.csv", "A,902,0.1,0.1,0.2,0.2,,0.9\n");
        string pickle = _folder.File("boxes.pkl");
        ProposalFile.Write(pickle, new([KeyValuePair.Create(new KeyframeKey("A", 904), KeyframeProposals.WholeFrame)]));

        Assert.Equal(.75, FrameMap.EvaluateFiles(files, Classes).MeanAveragePrecision);
        FrameMapResult listed = FrameMap.EvaluateFiles(files with { Keyframes = list }, Classes);
        Assert.Equal((1, 1, EvaluationSet.Listed), (listed.MeanAveragePrecision, listed.NumClassesAveraged, listed.EvaluationSet));
        FrameMapResult proposed = FrameMap.EvaluateFiles(files with { Proposals = boxes }, Classes);
        Assert.Equal((1, 2, EvaluationSet.Proposals), (proposed.MeanAveragePrecision, proposed.NumClassesAveraged, proposed.EvaluationSet));
        Assert.Equal(.75, FrameMap.EvaluateFiles(files with { Proposals = pickle }, Classes).MeanAveragePrecision);
        Assert.Throws<ArgumentException>(() => FrameMap.EvaluateFiles(files with { Proposals = boxes, Keyframes = list }, Classes));
    }

    [Fact]
    public void Excluded_timestamps_are_read()
    {
        FrameMapResult result = FrameMap.EvaluateFiles(Files() with { Exclude = _folder.Write("excluded.csv", "A,0904\nA,0903\n") }, Classes);

        Assert.Equal((1, 2, 2), (result.MeanAveragePrecision, result.Counts.KeyframesExcluded, result.Counts.DetectionsExcluded));
    }

    [Fact]
    public void Detections_come_as_a_file_or_as_rows()
    {
        FrameMapFiles files = Files();
        DetectionRow[] rows = [.. DetectionFile.Enumerate(files.Detections!)];

        Assert.Equal(.75, FrameMap.EvaluateFiles(files with { Detections = null }, Classes, detections: rows).MeanAveragePrecision);
        Assert.Throws<ArgumentException>(() => FrameMap.EvaluateFiles(files, Classes, detections: rows));
        Assert.Throws<ArgumentException>(() => FrameMap.EvaluateFiles(files with { Detections = null }, Classes));
    }

    [Theory]
    [InlineData(MatchingProtocol.MMAction2V0, false)]
    [InlineData(MatchingProtocol.MMAction2V1, false)]
    [InlineData(MatchingProtocol.Official2018, true)]
    [InlineData(MatchingProtocol.Official2020, true)]
    public void A_byte_order_mark_is_remarked_upon_or_refused_where_the_evaluator_would_lose_a_row(MatchingProtocol protocol, bool refused)
    {
        FrameMapFiles files = Files(detections: "\uFEFF" + Detections);
        using (GZipStream packed = new(File.Create(_folder.File("gt.csv.gz")), CompressionLevel.Fastest)) packed.Write("\uFEFF"u8);
        FrameMapOptions options = new() { Protocol = protocol };

        if (refused)
        {
            AnnotationFormatException error = Assert.Throws<AnnotationFormatException>(() => FrameMap.EvaluateFiles(files, Classes, options));
            Assert.Equal((files.Detections, 1), (error.File, error.Row));
            FrameMapFiles packedTruth = files with { Annotations = _folder.File("gt.csv.gz") };
            Assert.EndsWith("gz", Assert.Throws<AnnotationFormatException>(
                () => FrameMap.EvaluateFiles(packedTruth, Classes, options)).File, StringComparison.Ordinal);
            return;
        }

        FrameMapResult result = FrameMap.EvaluateFiles(files, Classes, options);
        Assert.Equal(2, result.Classes.Sum(c => c.NumTruePositives));
        Assert.Contains(result.Remarks, r => r.StartsWith($"{files.Detections} begins with a byte order mark", StringComparison.Ordinal));
    }

    [Fact]
    public void Progress_ends_with_all_rows_and_the_whole_file()
    {
        List<EvaluationProgress> told = [];

        FrameMap.EvaluateFiles(Files(), Classes, progress: new Listener(told));

        Assert.Equal(new EvaluationProgress(3, 1), told[^1]);
    }

    [Fact]
    public void A_cancelled_evaluation_stops()
    {
        using CancellationTokenSource source = new();
        source.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => FrameMap.EvaluateFiles(Files(), Classes, cancellationToken: source.Token));
    }

    [Theory]
    [InlineData("other classes")]
    [InlineData("other keyframes")]
    [InlineData("over the cap")]
    public void Detections_that_do_not_count_take_no_memory(string kind)
    {
        const int Few = 20_000, Many = 400_000;
        long Allocated(int count)
        {
            string rows = string.Concat(Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture,
                $"A,{(kind == "other keyframes" ? 2000 + i / 50 : 902)},0.1,0.1,0.5,0.9,{(kind == "other classes" ? 99 : 12)},0.5\n")));
            FrameMapFiles files = Files(detections: rows);
            FrameMapOptions options = new() { MaxDegreeOfParallelism = 1, Protocol = MatchingProtocol.Official2020 };
            long before = GC.GetAllocatedBytesForCurrentThread();
            FrameMapResult result = FrameMap.EvaluateFiles(files, Classes, options);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(count, result.Counts.DetectionRows);
            Assert.InRange(result.Counts.Detections, 0, 50);
            return allocated;
        }

        Allocated(Few);
        // Blocks are of a fixed size; a large file fills whole ones. A detection that counts takes at least twelve bytes.
        Assert.InRange(Allocated(Many) - Allocated(Few), 0, (Many - Few) * 12L - 1);
    }

    sealed class Listener(List<EvaluationProgress> told) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => told.Add(value);
    }
}
