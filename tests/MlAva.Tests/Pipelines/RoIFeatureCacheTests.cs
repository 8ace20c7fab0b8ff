using Microsoft.ML;
using Microsoft.ML.Data;
using MlAva.Networks;
using MlAva.RoIFeatureCaches;
using MlAva.TestSupport;
using MlAva.Transforms;

namespace MlAva.Tests.Pipelines;

[Collection(TorchTests.Name)]
public sealed class RoIFeatureCacheTests(SmallSet set) : IClassFixture<SmallSet>, IDisposable
{
    readonly MLContext _context = new(1);
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    ActionDetectionCatalog Catalog => _context.ActionDetection();

    TransformerChain<ExtractRoIFeaturesTransformer> Model(IDataView data, int seed = 2, int shortSide = 48) =>
        Catalog.Transforms.SampleFrames(clipLength: 4, frameInterval: 1, fps: SmallSet.Fps)
            .Append(Catalog.Transforms.LoadClip())
            .Append(Catalog.Transforms.ResizeClip(shortSide))
            .Append(Catalog.Transforms.AssignBoxes())
            .Append(Catalog.Transforms.ExtractRoIFeatures(new() { Network = set.Network }, seed: seed)).Fit(data);

    [Fact]
    public void The_file_holds_what_the_model_gives_and_is_computed_once()
    {
        AvaDataView data = set.Load(_context);
        ITransformer model = Model(data);
        IDataView direct = model.Transform(data);
        RoIFeatureDataView cached = Catalog.CacheRoIFeatures(model, data, _folder.File("a.rois"));
        Assert.False(cached.IsReused);
        Assert.Equal(10, cached.GetRowCount());
        foreach (string column in (string[])[AvaColumns.Boxes, AvaColumns.Labels, AvaColumns.Proposals, AvaColumns.RoIs,
            AvaColumns.RoILabels, AvaColumns.PredictedBoxes,
            AvaColumns.RoIFeatures])
            Assert.Equal(direct.GetColumn<float[]>(column), cached.GetColumn<float[]>(column));
        Assert.Equal(direct.GetColumn<string>(AvaColumns.VideoId), cached.GetColumn<string>(AvaColumns.VideoId));
        Assert.Equal(direct.GetColumn<float>(AvaColumns.Timestamp), cached.GetColumn<float>(AvaColumns.Timestamp));
        Assert.Equal(["", "red", "blue", "move"], Catalog.ClassNames(cached.Schema));
        Assert.Equal([_folder.File("a.rois")], Directory.GetFiles(_folder.Path));

        List<RoIFeatureCacheProgress> again = [];
        Assert.True(Catalog.CacheRoIFeatures(model, data, _folder.File("a.rois"),
            new RoIFeatureCacheOptions { Progress = new Told(again.Add) }).IsReused);
        Assert.Empty(again);
        Assert.Equal(cached.GetColumn<float[]>(AvaColumns.RoIFeatures),
            Catalog.LoadRoIFeatures(_folder.File("a.rois")).GetColumn<float[]>(AvaColumns.RoIFeatures));

        // A head trained on the file is the head trained on the frames.
        float[] onFile = TrainerTests.Scores(Head().Fit(cached).Transform(direct)),
            onFrames = TrainerTests.Scores(Head().Fit(direct).Transform(direct));
        Assert.Equal(onFrames, onFile);

        IEstimator<ScoreActionsTransformer> Head() => new MLContext(1).ActionDetection().Trainers.ActionHead(epochs: 2, batchSize: 4);
    }

    [Fact]
    public void Half_precision_takes_half_the_space_and_rounds_to_eleven_bits()
    {
        AvaDataView data = set.Load(_context);
        ITransformer model = Model(data);
        RoIFeatureDataView whole = Catalog.CacheRoIFeatures(model, data, _folder.File("whole.rois"));
        RoIFeatureDataView half = Catalog.CacheRoIFeatures(model, data, _folder.File("half.rois"), halfPrecision: true);
        Assert.True(half.IsHalfPrecision);
        float[] exact = [.. whole.GetColumn<float[]>(AvaColumns.RoIFeatures).SelectMany(f => f)];
        Assert.Equal(exact.Select(f => (float)(Half)f), half.GetColumn<float[]>(AvaColumns.RoIFeatures).SelectMany(f => f));
        Assert.NotEqual(exact, half.GetColumn<float[]>(AvaColumns.RoIFeatures).SelectMany(f => f));
        long saved = new FileInfo(_folder.File("whole.rois")).Length - new FileInfo(_folder.File("half.rois")).Length;
        Assert.InRange(saved, exact.Length * 2 - 16, exact.Length * 2 + 16);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(9)]
    public void A_run_that_was_stopped_goes_on_and_gives_the_same_file(int after)
    {
        AvaDataView data = set.Load(_context);
        ITransformer model = Model(data);
        Catalog.CacheRoIFeatures(model, data, _folder.File("whole.rois"));
        using CancellationTokenSource stop = new();
        RoIFeatureCacheOptions options = new()
        {
            CancellationToken = stop.Token,
            Progress = new Told(p =>
            {
                if (p.Keyframes == after) stop.Cancel();
            }),
        };
        Assert.ThrowsAny<OperationCanceledException>(() => Catalog.CacheRoIFeatures(model, data, _folder.File("a.rois"), options));
        Assert.False(File.Exists(_folder.File("a.rois")));
        // What a killed process leaves of its last row is no row.
        using (FileStream part = File.OpenWrite(_folder.File("a.rois.part"))) part.SetLength(part.Length - 3);

        List<RoIFeatureCacheProgress> told = [];
        Catalog.CacheRoIFeatures(model, data, _folder.File("a.rois"), new RoIFeatureCacheOptions { Progress = new Told(told.Add) });
        Assert.Equal(10 - (after - 1), told.Count);
        Assert.All(told, p => Assert.Equal((after - 1, 10), (p.Resumed, p.Total)));
        Assert.Equal(File.ReadAllBytes(_folder.File("whole.rois")), File.ReadAllBytes(_folder.File("a.rois")));
        Assert.False(File.Exists(_folder.File("a.rois.part")));
    }

    [Fact]
    public void Another_model_other_settings_and_other_data_are_computed_anew()
    {
        AvaDataView data = set.Load(_context);
        string path = _folder.File("a.rois");
        TransformerChain<ExtractRoIFeaturesTransformer> first = Model(data), same = Model(data);
        Assert.False(Catalog.CacheRoIFeatures(first, data, path).IsReused);
        Assert.True(Catalog.CacheRoIFeatures(same, data, path).IsReused);
        Assert.False(Catalog.CacheRoIFeatures(Model(data, seed: 3), data, path).IsReused);
        Assert.False(Catalog.CacheRoIFeatures(first, data, path).IsReused);
        Assert.False(Catalog.CacheRoIFeatures(Model(data, shortSide: 40), data, path).IsReused);
        AvaDataView fewer = data.Where(k => k.Timestamp != 903);
        Assert.Equal(8, Catalog.CacheRoIFeatures(first, fewer, path).GetRowCount());
        Assert.True(Catalog.CacheRoIFeatures(first, fewer, path).IsReused);
        Assert.False(Catalog.CacheRoIFeatures(first, fewer, path, halfPrecision: true).IsReused);

        File.SetLastWriteTimeUtc(set.Source(0), DateTime.UtcNow.AddMinutes(-3)); // the frames were extracted again
        Assert.False(Catalog.CacheRoIFeatures(first, fewer, path, halfPrecision: true).IsReused);
    }

    [Fact]
    public void A_damaged_file_is_refused_and_written_anew()
    {
        AvaDataView data = set.Load(_context);
        ITransformer model = Model(data);
        string path = _folder.File("a.rois");
        Catalog.CacheRoIFeatures(model, data, path);
        byte[] whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..(whole.Length / 2)]);
        Assert.Contains("ends early", Assert.Throws<CheckpointFormatException>(() => Catalog.LoadRoIFeatures(path)).Message,
            StringComparison.Ordinal);
        Assert.False(Catalog.CacheRoIFeatures(model, data, path).IsReused);
        Assert.Equal(whole, File.ReadAllBytes(path));

        whole[whole.Length / 2] ^= 1;
        File.WriteAllBytes(path, whole);
        RoIFeatureDataView damaged = Catalog.LoadRoIFeatures(path);
        Assert.Throws<CheckpointFormatException>(() => damaged.GetColumn<float[]>(AvaColumns.RoIFeatures).Count());
        File.WriteAllText(path, "something else");
        Assert.Contains("no file of RoI features", Assert.Throws<CheckpointFormatException>(() => Catalog.LoadRoIFeatures(path)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Catalog.CacheRoIFeatures(Catalog.Transforms.SampleFrames().Fit(data), data, path));
    }

    [Fact]
    public void Rows_can_be_shuffled_and_shared_out()
    {
        AvaDataView data = set.Load(_context);
        RoIFeatureDataView cached = Catalog.CacheRoIFeatures(Model(data), data, _folder.File("a.rois"));
        DataViewSchema.Column features = cached.Schema[AvaColumns.RoIFeatures];
        SortedDictionary<long, float[]> rows = [];
        foreach (DataViewRowCursor cursor in cached.GetRowCursorSet([features], 4)) Read(cursor, (batch, row) => rows.Add(batch, row));
        Assert.Equal(cached.GetColumn<float[]>(AvaColumns.RoIFeatures), rows.Values);
        List<float[]> shuffled = [];
        Read(cached.GetRowCursor([features], new Random(3)), (_, row) => shuffled.Add(row));
        Assert.NotEqual(rows.Values, shuffled);
        Assert.Equal(rows.Values.Select(r => r.Sum()).Order(), shuffled.Select(r => r.Sum()).Order());

        void Read(DataViewRowCursor cursor, Action<long, float[]> row)
        {
            using DataViewRowCursor own = cursor;
            ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(features);
            VBuffer<float> value = default;
            while (cursor.MoveNext())
            {
                getter(ref value);
                row(cursor.Batch, [.. value.DenseValues()]);
            }
        }
    }

    sealed class Told(Action<RoIFeatureCacheProgress> told) : IProgress<RoIFeatureCacheProgress>
    {
        public void Report(RoIFeatureCacheProgress value) => told(value);
    }
}
