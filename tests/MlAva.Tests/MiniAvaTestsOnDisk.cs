using MlAva.Annotations;
using MlAva.MiniAva;
using MlAva.TestSupport;
using SkiaSharp;

namespace MlAva.Tests;

/// <summary>The files of mini-AVA.</summary>
public sealed class MiniAvaTestsOnDisk : IDisposable
{
    static readonly MiniAvaOptions Small = new() { TrainVideos = 2, ValVideos = 1, KeyframesPerVideo = 10, Fps = 6, Width = 96, Height = 72, ExcludedKeyframes = 1 };

    readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void All_files_are_there_and_read_back_as_the_truth_in_memory()
    {
        MiniAvaDataSet set = MiniAvaGenerator.Generate(_temporary.File("set"), Small);
        Assert.False(set.IsReused);
        LabelMap map = LabelMap.Read(set.LabelMap);
        Assert.Equal(MiniAvaClass.All.Select(c => new LabelMapEntry(c.Id, c.Name, c.Group)), map);
        foreach (MiniAvaSplit split in Enum.GetValues<MiniAvaSplit>())
        {
            IReadOnlyList<MiniAvaVideo> videos = MiniAvaVideo.Plan(Small, split);
            MiniAvaPerson[] persons = [.. videos.SelectMany(v => v.Persons)];
            Assert.Equal(
                persons.SelectMany(p => p.Actions.Select(a => new AnnotationRow(p.Key.VideoId, p.Key.Timestamp, p.Box, (int)a, p.PersonId))),
                AnnotationFile.Read(set.Annotations(split)).Rows);
            ExcludedTimestamps excluded = ExcludedTimestamps.Read(set.ExcludedTimestamps(split));
            Assert.Equal(1, excluded.Count);
            Assert.All(excluded.Keys, key => Assert.Contains(persons, p => p.Key == key));
            Proposals proposals = ProposalFile.Read(set.Proposals(split));
            Assert.Equal(persons.Select(p => p.Key).Distinct().Order(ByName), proposals.Keys.Order(ByName));
            foreach (MiniAvaVideo video in videos)
            {
                Assert.Equal(Small.FramesPerVideo, Directory.GetFiles(Path.Combine(set.FramesFolder, video.Id)).Length);
                Assert.All([1, Small.FramesPerVideo], frame =>
                {
                    using SKBitmap picture = SKBitmap.Decode(set.Frame(video.Id, frame));
                    Assert.Equal((96, 72), (picture.Width, picture.Height));
                });
            }
        }
    }

    [Fact]
    public void Files_have_the_form_of_ava_s_own()
    {
        MiniAvaDataSet set = MiniAvaGenerator.Generate(_temporary.File("set"), Small);
        Assert.Matches(@"^mini-train-001,0902,[01]\.\d{3},[01]\.\d{3},[01]\.\d{3},[01]\.\d{3},\d+,\d+$", File.ReadLines(set.Annotations(MiniAvaSplit.Train)).First());
        Assert.Matches(@"^mini-val-001,09\d\d$", File.ReadLines(set.ExcludedTimestamps(MiniAvaSplit.Val)).Single());
        Assert.Equal(["label {", "  name: \"stand\"", "  label_id: 1", "  label_type: PERSON_MOVEMENT", "}"], File.ReadLines(set.LabelMap).Take(5));
        Assert.True(File.Exists(Path.Combine(set.Folder, "rawframes", "mini-val-001", "img_00001.jpg")));
    }

    [Fact]
    public void A_written_frame_shows_what_was_drawn()
    {
        MiniAvaDataSet set = MiniAvaGenerator.Generate(_temporary.File("set"), Small);
        using SKBitmap picture = SKBitmap.Decode(set.Frame("mini-val-001", 20));
        byte[] drawn = MiniAvaVideo.Plan(Small, MiniAvaSplit.Val)[0].Render(20);
        double difference = 0;
        for (int y = 0; y < 72; y++)
        {
            for (int x = 0; x < 96; x++)
            {
                SKColor color = picture.GetPixel(x, y);
                int at = 3 * (y * 96 + x);
                difference += Math.Abs(color.Red - drawn[at]) + Math.Abs(color.Green - drawn[at + 1]) + Math.Abs(color.Blue - drawn[at + 2]);
            }
        }
        Assert.True(difference / drawn.Length < 8, $"{difference / drawn.Length}");
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_whatever_the_parallelism()
    {
        Dictionary<string, byte[]> Files(string name, MiniAvaOptions options)
        {
            string folder = MiniAvaGenerator.Generate(_temporary.File(name), options).Folder;
            return Directory.GetFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(f => Path.GetRelativePath(folder, f), File.ReadAllBytes);
        }
        Dictionary<string, byte[]> one = Files("one", Small with { MaxDegreeOfParallelism = 1 }), three = Files("three", Small with { MaxDegreeOfParallelism = 3 });
        Assert.Equal(one.Keys.Order(), three.Keys.Order());
        Assert.All(one, file => Assert.True(file.Value.AsSpan().SequenceEqual(three[file.Key]), file.Key));
        Dictionary<string, byte[]> other = Files("other", Small with { Seed = 99 });
        Assert.NotEqual(one[Path.Combine("annotations", "mini_ava_val.csv")], other[Path.Combine("annotations", "mini_ava_val.csv")]);
    }

    [Fact]
    public void Proposals_are_mostly_tight_and_sure_with_some_false_and_some_missing()
    {
        MiniAvaOptions options = new() { TrainVideos = 40, ValVideos = 1, Width = 64, Height = 48, Fps = 4 };
        MiniAvaDataSet set = MiniAvaGenerator.Generate(_temporary.File("set"), options);
        Proposals proposals = ProposalFile.Read(set.Proposals(MiniAvaSplit.Train));
        double persons = 0, tight = 0, missing = 0, sureAndFalse = 0, unsureAndFalse = 0;
        foreach (IGrouping<KeyframeKey, MiniAvaPerson> keyframe in MiniAvaVideo.Plan(options, MiniAvaSplit.Train).SelectMany(v => v.Persons).GroupBy(p => p.Key))
        {
            KeyframeProposals found = proposals[keyframe.Key];
            Assert.All(found.Boxes, b => Assert.True(b is { X1: >= 0, Y1: >= 0, X2: <= 1, Y2: <= 1 } && b.HasArea, $"{keyframe.Key} {b}"));
            Assert.True(found.Scores![0] >= 0.9);
            Assert.Equal(found.Scores.OrderDescending(), found.Scores);
            foreach (MiniAvaPerson person in keyframe)
            {
                double best = found.Boxes.Max(b => Box.IoU(b, person.Box));
                (persons, tight, missing) = (persons + 1, tight + (best >= 0.9 ? 1 : 0), missing + (best < 0.5 ? 1 : 0));
            }
            for (int i = 0; i < found.Count; i++)
            {
                if (keyframe.Any(p => Box.IoU(found.Boxes[i], p.Box) >= 0.5)) continue;
                if (found.Scores[i] >= 0.9) sureAndFalse++;
                else unsureAndFalse++;
            }
        }
        Assert.InRange(tight / persons, 0.8, 0.97);
        Assert.InRange(missing / persons, 0.005, 0.05);
        Assert.InRange(sureAndFalse / proposals.Count, 0.03, 0.15);
        Assert.InRange(unsureAndFalse / proposals.Count, 0.2, 0.4);
    }

    [Fact]
    public void A_finished_set_is_taken_again_and_one_with_other_options_is_replaced()
    {
        string folder = _temporary.File("set");
        MiniAvaDataSet first = MiniAvaGenerator.Generate(folder, Small);
        DateTime written = File.GetLastWriteTimeUtc(first.Manifest);
        MiniAvaDataSet second = MiniAvaGenerator.Generate(folder, Small with { MaxDegreeOfParallelism = 2 });
        Assert.True(second.IsReused);
        Assert.Equal(written, File.GetLastWriteTimeUtc(first.Manifest));
        Assert.Equal(Small, MiniAvaGenerator.TryOpen(folder)!.Options);
        MiniAvaDataSet third = MiniAvaGenerator.Generate(folder, Small with { TrainVideos = 1 });
        Assert.False(third.IsReused);
        Assert.Equal(2, Directory.GetDirectories(third.FramesFolder).Length);
        Assert.Equal([folder], Directory.GetFileSystemEntries(_temporary.Path));
    }

    [Theory]
    [InlineData("rawframes/mini-train-002/img_00003.jpg")]
    [InlineData("annotations/mini_ava_proposals_val.pkl")]
    [InlineData("annotations/mini_ava_action_list.pbtxt")]
    public void A_set_that_lost_a_file_is_made_anew(string lost)
    {
        string folder = _temporary.File("set");
        MiniAvaGenerator.Generate(folder, Small);
        File.Delete(Path.Combine(folder, lost));
        Assert.Null(MiniAvaGenerator.TryOpen(folder));
        Assert.False(MiniAvaGenerator.Generate(folder, Small).IsReused);
        Assert.True(File.Exists(Path.Combine(folder, lost)));
    }

    [Fact]
    public void A_broken_manifest_means_no_set()
    {
        _temporary.Write("set/mini_ava.json", "{ \"Kind\": ");
        Assert.Null(MiniAvaGenerator.TryOpen(_temporary.File("set")));
        Assert.Null(MiniAvaGenerator.TryOpen(_temporary.File("nothing")));
    }

    [Fact]
    public void A_folder_with_other_things_is_left_alone()
    {
        string mine = _temporary.Write("mine/thesis.txt", "years of work");
        IOException error = Assert.Throws<IOException>(() => MiniAvaGenerator.Generate(_temporary.File("mine"), Small));
        Assert.Contains(_temporary.File("mine"), error.Message, StringComparison.Ordinal);
        Assert.Equal("years of work", File.ReadAllText(mine));
        Assert.Single(Directory.GetFileSystemEntries(_temporary.Path));
    }

    [Fact]
    public void A_cancelled_run_leaves_nothing_behind_and_keeps_the_set_that_was_there()
    {
        string folder = _temporary.File("set");
        MiniAvaDataSet before = MiniAvaGenerator.Generate(folder, Small);
        using CancellationTokenSource source = new();
        Immediately stop = new(_ => source.Cancel());
        Assert.ThrowsAny<OperationCanceledException>(() => MiniAvaGenerator.Generate(folder, Small with { Seed = 5, MaxDegreeOfParallelism = 1 }, stop, source.Token));
        Assert.Equal([folder], Directory.GetFileSystemEntries(_temporary.Path));
        Assert.Equal(before.Options, MiniAvaGenerator.TryOpen(folder)!.Options);
    }

    [Fact]
    public void Progress_ends_with_all_frames()
    {
        List<MiniAvaProgress> reports = [];
        MiniAvaGenerator.Generate(_temporary.File("set"), Small, new Immediately(r => { lock (reports) reports.Add(r); }));
        Assert.Equal(3, reports.Count);
        Assert.Equal(new MiniAvaProgress(3 * Small.FramesPerVideo, 3 * Small.FramesPerVideo), reports.MaxBy(r => r.FramesDone));
    }

    static Comparer<KeyframeKey> ByName { get; } = Comparer<KeyframeKey>.Create((a, b) => string.CompareOrdinal(a.ToString(), b.ToString()));

    sealed class Immediately(Action<MiniAvaProgress> action) : IProgress<MiniAvaProgress>
    {
        public void Report(MiniAvaProgress value) => action(value);
    }
}
