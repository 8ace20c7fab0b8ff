using MlAva.Annotations;
using MlAva.Configs;
using MlAva.Preparation;
using MlAva.TestSupport;
using MlAva.Video;

namespace MlAva.Tests.Preparation;

public sealed class DataSetPreparationTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly List<string> _files = [];

    string Cvat(string id, string action) => _folder.Write(id + ".xml", $"""
        <annotations><meta><task><id>1</id><name>{id}</name><original_size><width>{Clips.Width}</width><height>{Clips.Height}</height></original_size><source>{id}.avi</source></task></meta>
        <track id="0" label="{action}"><box frame="0" outside="0" xtl="8" ytl="16" xbr="40" ybr="48"/><box frame="10" outside="0" xtl="18" ytl="16" xbr="50" ybr="48"/></track></annotations>
        """);

    void Add(string id, string action, int frames = 12)
    {
        Clips.Write(_folder.File($"videos/{id}.avi"), frames);
        _files.Add(Cvat(id, action));
    }

    DataSetPreparationOptions Options => new() { Videos = _folder.File("videos"), Annotations = _files, Output = _folder.File("set"), ShortSide = null };

    [FfmpegFact]
    public void Files_are_those_that_a_data_set_loads_from()
    {
        Add("first", "walk");
        Add("second", "sit");

        PreparedDataSet set = DataSetPreparation.Run(Options with { Validation = ["second"] });

        DetectionConfig config = DetectionConfig.Load(set.Config);
        Assert.Equal((5.0, 3), (config.Clip.Sampling.Fps, config.Model.Head.NumClasses));
        foreach ((DataSplitOptions split, string id, int action) in new[] { (config.Data.Train, "first", 1), (config.Data.Val, "second", 2) })
        {
            AvaDataset loaded = AvaDataset.Load(new()
            {
                AnnotationPath = config.Data.Resolve(split.AnnotationPath!), ProposalPath = config.Data.Resolve(split.ProposalPath!),
                LabelMapPath = config.Data.Resolve(config.Data.LabelMapPath!), NumClasses = config.Model.Head.NumClasses,
            });
            Assert.Equal([(id, 0.0), (id, 1.0), (id, 2.0)], loaded.Keyframes.Select(k => (k.VideoId, k.Timestamp)));
            Assert.All(loaded.Keyframes, k => Assert.Equal(action, Assert.Single(k.Classes[0])));
            Assert.Equal(0, loaded.KeyframesWithoutProposals);
            using IFrameStore frames = FrameStore.Open(Path.Combine(config.Data.Resolve(config.Data.FramesPath), id));
            Assert.Equal(12, frames.FrameCount);
        }
        Assert.Contains("--val-annotations", set.TrainingArguments);
    }

    [FfmpegFact]
    public void Videos_of_several_rates_get_one()
    {
        Add("first", "walk");
        Add("second", "sit");
        VideoClip clip = new(24, new(Clips.Width, Clips.Height));
        MotionJpegAviWriter.WriteClip(clip, _folder.File("videos/second.avi"), 2 * Clips.Fps);

        PreparedDataSet set = DataSetPreparation.Run(Options);

        Assert.All(set.Extraction.Videos, v => Assert.Equal(30, v.Fps));
        Assert.All(set.Extraction.Videos, v => Assert.InRange(v.Frames, 66, 74));
        // Frame 10 is at 2 s of the first, at 1 s of the second.
        Assert.Equal([0, 1, 2, 0, 1], set.Imported.Rows.Select(r => r.Timestamp));
    }

    [FfmpegFact]
    public void Broken_and_missing_videos_are_errors_or_left_out()
    {
        Add("first", "walk");
        Add("broken", "walk");
        _files.Add(Cvat("missing", "sit"));
        File.WriteAllText(_folder.File("videos/broken.avi"), "");

        Assert.ThrowsAny<Exception>(() => DataSetPreparation.Run(Options));
        PreparedDataSet set = DataSetPreparation.Run(Options with { OnError = OnError.Skip });

        Assert.Equal("first", Assert.Single(set.Extraction.Videos).Id);
        Assert.Equal(2, set.Imported.Report.Skipped);
        Assert.All(AnnotationFile.Read(_folder.File("set/annotations/train.csv")).Rows, r => Assert.Equal("first", r.VideoId));
    }

    [FfmpegFact]
    public void Validation_must_leave_something_to_train_on()
    {
        Add("first", "walk");

        Assert.Contains("names all videos", Assert.Throws<ArgumentException>(() => DataSetPreparation.Run(Options with { Validation = ["first"] })).Message, StringComparison.Ordinal);
        Assert.Contains("names 'other'", Assert.Throws<ArgumentException>(() => DataSetPreparation.Run(Options with { Validation = ["other"] })).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
