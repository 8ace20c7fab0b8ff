using Microsoft.ML;
using Microsoft.ML.Data;
using MlAva.Annotations;
using MlAva.TestSupport;
using MlAva.Transforms;

namespace MlAva.Tests.Pipelines;

/// <summary>
/// Every transform says in words which column is missing or of another type, and comes back from model.zip as it was saved.
/// </summary>
[Collection(TorchTests.Name)]
public sealed class TransformSchemaTests(SmallSet set) : IClassFixture<SmallSet>
{
    readonly MLContext _context = new(1);

    ActionDetectionTransforms Transforms => _context.ActionDetection().Transforms;

    public static TheoryData<string, string, string> Needed => new()
    {
        { nameof(ActionDetectionTransforms.SampleFrames), AvaColumns.Timestamp, "Single" },
        { "Jitter", AvaColumns.VideoId, "Text" },
        { nameof(ActionDetectionTransforms.LoadClip), AvaColumns.Source, "Text" },
        { nameof(ActionDetectionTransforms.ResizeClip), AvaColumns.Clip, "VideoClip" },
        { nameof(ActionDetectionTransforms.ResizeClipTo), AvaColumns.Clip, "VideoClip" },
        { nameof(ActionDetectionTransforms.RandomRescaleClip), AvaColumns.Clip, "VideoClip" },
        { nameof(ActionDetectionTransforms.RandomCropClip), AvaColumns.VideoId, "Text" },
        { nameof(ActionDetectionTransforms.RandomFlipClip), AvaColumns.Timestamp, "Single" },
        { nameof(ActionDetectionTransforms.NormalizeClip), AvaColumns.Clip, "VideoClip" },
        { nameof(ActionDetectionTransforms.MapBoxes), AvaColumns.Boxes, "a vector of Single" },
        { nameof(ActionDetectionTransforms.AssignBoxes), AvaColumns.Labels, "a vector of Single" },
        { nameof(ActionDetectionTransforms.ExtractRoIFeatures), AvaColumns.Proposals, "a vector of Single" },
        { nameof(ActionDetectionTransforms.ExplodeBoxes), AvaColumns.RoIFeatures, "a vector of Single" },
        { nameof(ActionDetectionTransforms.DetectPersons), AvaColumns.Source, "Text" },
    };

    [Theory]
    [MemberData(nameof(Needed))]
    public void A_column_that_is_missing_or_of_another_type_is_named(string step, string column, string expected)
    {
        IEstimator<ITransformer> estimator = Estimators()[step];
        ArgumentException missing = Assert.Throws<ArgumentException>(() => estimator.Fit(Rows(without: column)));
        Assert.Contains($"Column '{column}' ({expected}) is missing", missing.Message, StringComparison.Ordinal);
        ArgumentException wrong = Assert.Throws<ArgumentException>(() => estimator.Fit(Rows(wrong: column)));
        Assert.Contains($"Column '{column}' is ", wrong.Message, StringComparison.Ordinal);
        Assert.Contains($"expected {expected}", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_transform_is_in_that_list() => Assert.Equal(
        typeof(ActionDetectionTransforms).GetMethods().Where(m => m.DeclaringType == typeof(ActionDetectionTransforms)).Select(m => m.Name)
            .Distinct()
            .Except(["ChangeClip"]).Order(),
        Estimators().Keys.Except(["Jitter"]).Order());

    [Fact]
    public void Options_that_make_no_sense_are_named()
    {
        Illegal(() => Transforms.SampleFrames(new SampleFramesOptions { Jitter = true, RepeatKeyframe = true }), "Jitter is true");
        Illegal(() => Transforms.SampleFrames(clipLength: 0), "ClipLength is 0");
        Illegal(() => Transforms.LoadClip(new LoadClipOptions { CacheMegabytes = -1 }), "CacheMegabytes is -1; expected 0 or more");
        Illegal(() => Transforms.LoadClip((OnError)9), "OnError is 9");
        Illegal(() => Transforms.ResizeClip(0), "Size is 0");
        Illegal(() => Transforms.ResizeClipTo(0, 3), "Width is 0");
        Illegal(() => Transforms.ResizeClipTo(3, 0), "Height is 0");
        Illegal(() => Transforms.RandomRescaleClip(9, 8), "MaximumSize is 8");
        Illegal(() => Transforms.RandomFlipClip(1.5), "Probability is 1.5");
        Illegal(() => Transforms.ChangeClip(new() { Step = (ClipStep)77 }), "Step is 77");
        Illegal(() => Transforms.NormalizeClip(new NormalizeClipOptions { Mean = [1, 2] }), "Mean is (1, 2)");
        Illegal(() => Transforms.NormalizeClip(new NormalizeClipOptions { StandardDeviation = [1, 0, 1] }),
            "StandardDeviation is (1, 0, 1)");
        Illegal(() => Transforms.NormalizeClip(shape: [4, 0, 3]), "Shape is (4, 0, 3)");
        Illegal(() => Transforms.MapBoxes(boxes: false, proposals: false), "Boxes is false");
        Illegal(() => Transforms.ExplodeBoxes(0), "FeatureCount is 0");
        Illegal(() => Transforms.ExplodeBoxes(new ExplodeBoxesOptions { ClassNames = ["x"] }), "ClassNames holds 1 name");

        static void Illegal(Func<object> make, string words) =>
            Assert.Contains(words, Assert.Throws<ArgumentException>(make).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_option_comes_back_from_a_model()
    {
        AvaDataView data = set.Load(_context);
        SampleFramesOptions sampling =
            new() { Jitter = true, Seed = 8, Compatibility = Compatibility.MMAction2Demo, Sampling = set.Clip.Sampling };
        ITransformer chain = Transforms.SampleFrames(sampling)
            .Append(Transforms.LoadClip(new LoadClipOptions { OnError = OnError.Skip, CacheMegabytes = 3, Frames = new() { Fps = 7 } }))
            .Append(Transforms.ResizeClipTo(40, 30))
            .Append(Transforms.RandomFlipClip(0.25, seed: 4))
            .Append(Transforms.MapBoxes(boxes: false))
            .Append(Transforms.NormalizeClip(
                new NormalizeClipOptions { Mean = [1, 2, 3], StandardDeviation = [4, 5, 6], ToBgr = true, Shape = [4, 30, 40] }))
            .Append(Transforms.AssignBoxes(new AssignBoxesOptions { Seed = 2, PositivesOnly = false, DropCroppedBoxes = true }))
            .Append(Transforms.ExtractRoIFeatures(
                new ExtractRoIFeaturesOptions { Network = set.Network, Compatibility = Compatibility.MMAction2 }))
            .Append(Transforms.ExplodeBoxes())
            .Fit(data);
        using TemporaryFolder folder = new();
        _context.Model.Save(chain, data.Schema, folder.File("model.zip"));
        ITransformer back = _context.Model.Load(folder.File("model.zip"), out _);
        Assert.Equal(Settings(chain), Settings(back));
        Assert.Equal(9, Settings(back).Length);
        Assert.Equal(((IEnumerable<ITransformer>)chain).Select(t => t.GetType()),
            ((IEnumerable<ITransformer>)back).Select(t => t.GetType()));

        static string[] Settings(ITransformer model) => [.. ((IEnumerable<ITransformer>)model)
            .Select(t => System.Text.Json.JsonSerializer.Serialize(t.GetType().GetProperty("Options")!.GetValue(t)))];
    }

    Dictionary<string, IEstimator<ITransformer>> Estimators() => new()
    {
        [nameof(ActionDetectionTransforms.SampleFrames)] = Transforms.SampleFrames(),
        ["Jitter"] = Transforms.SampleFrames(jitter: true),
        [nameof(ActionDetectionTransforms.LoadClip)] = Transforms.LoadClip(),
        [nameof(ActionDetectionTransforms.ResizeClip)] = Transforms.ResizeClip(),
        [nameof(ActionDetectionTransforms.ResizeClipTo)] = Transforms.ResizeClipTo(8, 8),
        [nameof(ActionDetectionTransforms.RandomRescaleClip)] = Transforms.RandomRescaleClip(),
        [nameof(ActionDetectionTransforms.RandomCropClip)] = Transforms.RandomCropClip(),
        [nameof(ActionDetectionTransforms.RandomFlipClip)] = Transforms.RandomFlipClip(),
        [nameof(ActionDetectionTransforms.NormalizeClip)] = Transforms.NormalizeClip(),
        [nameof(ActionDetectionTransforms.MapBoxes)] = Transforms.MapBoxes(),
        [nameof(ActionDetectionTransforms.AssignBoxes)] = Transforms.AssignBoxes(),
        [nameof(ActionDetectionTransforms.ExtractRoIFeatures)] =
            Transforms.ExtractRoIFeatures(new ExtractRoIFeaturesOptions { Network = set.Network }),
        [nameof(ActionDetectionTransforms.ExplodeBoxes)] = Transforms.ExplodeBoxes(),
        [nameof(ActionDetectionTransforms.DetectPersons)] = Transforms.DetectPersons(),
    };

    /// <summary>An empty view with every column that a transform reads, one of them left out or of another type.</summary>
    static EmptyView Rows(string? without = null, string? wrong = null)
    {
        (string Name, DataViewType Type)[] all =
        [
            (AvaColumns.VideoId, TextDataViewType.Instance), (AvaColumns.Timestamp, NumberDataViewType.Single),
            (AvaColumns.Source, TextDataViewType.Instance),
            (AvaColumns.FrameIndices, new VectorDataViewType(NumberDataViewType.Int32, 4)),
            (AvaColumns.Clip, VideoClipDataViewType.Instance),
            .. new[] { AvaColumns.Boxes, AvaColumns.Labels, AvaColumns.Proposals, AvaColumns.RoIFeatures, AvaColumns.PredictedBoxes }
                .Select(name => (name, (DataViewType)new VectorDataViewType(NumberDataViewType.Single))),
        ];
        DataViewSchema.Builder schema = new();
        foreach ((string name, DataViewType type) in all.Where(c => c.Name != without))
            schema.AddColumn(name, name == wrong ? NumberDataViewType.Double : type);
        return new(schema.ToSchema());
    }

    sealed class EmptyView(DataViewSchema schema) : IDataView
    {
        public bool CanShuffle => false;

        public DataViewSchema Schema => schema;

        public long? GetRowCount() => 0;

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
            throw new NotSupportedException();

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
            throw new NotSupportedException();
    }
}
