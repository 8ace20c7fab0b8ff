using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;
using MlAva.TestSupport;
using MlAva.Transforms;

namespace MlAva.Tests.Pipelines;

/// <summary>One row a person, and ML.NET's own trainers on it.</summary>
[Collection(TorchTests.Name)]
public sealed class PersonRowsTests(SmallSet set) : IClassFixture<SmallSet>
{
    readonly MLContext _context = new(1);

    ActionDetectionTransforms Transforms => _context.ActionDetection().Transforms;

    /// <summary>
    /// Up to features of two truth boxes and two proposals a keyframe; of proposals alone in scoring, where boxes are assigned for training.
    /// </summary>
    EstimatorChain<ExtractRoIFeaturesTransformer> Features(TransformerScope assigning = TransformerScope.Everything) => Transforms.SampleFrames(clipLength: 4, frameInterval: 1, fps: SmallSet.Fps)
        .Append(Transforms.LoadClip())
        .Append(Transforms.ResizeClip(48))
        .Append(Transforms.AssignBoxes(), assigning)
        .Append(Transforms.ExtractRoIFeatures(new() { Network = set.Network }, seed: 2));

    [Fact]
    public void Every_box_becomes_a_row_with_its_features_and_labels()
    {
        AvaDataView data = set.Load(_context);
        IDataView features = Features().Fit(data).Transform(data), persons = Transforms.ExplodeBoxes().Fit(features).Transform(features);

        float[][] whole = [.. features.GetColumn<float[]>(AvaColumns.RoIFeatures)];
        int width = whole[0].Length / 4;
        Assert.Equal(width, ((VectorDataViewType)persons.Schema[AvaColumns.RoIFeatures].Type).Size);
        Assert.Equal(whole.SelectMany(f => f), persons.GetColumn<float[]>(AvaColumns.RoIFeatures).SelectMany(f => f));
        Assert.Equal(features.GetColumn<float[]>(AvaColumns.PredictedBoxes).SelectMany(f => f),
            persons.GetColumn<float[]>(AvaColumns.Box).SelectMany(f => f));
        Assert.Equal(features.GetColumn<float[]>(AvaColumns.RoILabels).SelectMany(f => f),
            persons.GetColumn<float[]>(AvaColumns.Labels).SelectMany(f => f));
        Assert.Equal(Enumerable.Repeat(new[] { 0, 1, 2, 3 }, 10).SelectMany(i => i), persons.GetColumn<int>(AvaColumns.BoxIndex));
        Assert.Equal(features.GetColumn<float>(AvaColumns.Timestamp).SelectMany(t => new[] { t, t, t, t }),
            persons.GetColumn<float>(AvaColumns.Timestamp));

        // red 1, blue 2, move 3: the red block moves in the first video, the blue one in the second.
        uint[] keys = [.. persons.GetColumn<uint>(AvaColumns.Label)];
        Assert.Equal(Enumerable.Repeat(new uint[] { 1, 2 }, 20).SelectMany(i => i), keys);
        Assert.Equal(Enumerable.Repeat(new[] { true, false }, 20).SelectMany(i => i), persons.GetColumn<bool>(AvaColumns.LabelOf(1)));
        Assert.Equal(Enumerable.Range(0, 40).Select(i => i < 20 == (i % 2 == 0)), persons.GetColumn<bool>(AvaColumns.LabelOf(3)));
        VBuffer<ReadOnlyMemory<char>> names = default;
        persons.Schema[AvaColumns.Label].Annotations.GetValue("KeyValues", ref names);
        Assert.Equal(["red", "blue", "move"], names.DenseValues().Select(n => n.ToString()));
    }

    [Fact]
    public void Cursors_that_share_the_rows_give_the_same_rows_in_the_same_order()
    {
        AvaDataView data = set.Load(_context);
        IDataView features = Features().Fit(data).Transform(data), persons = Transforms.ExplodeBoxes().Fit(features).Transform(features);
        DataViewSchema.Column index = persons.Schema[AvaColumns.BoxIndex], time = persons.Schema[AvaColumns.Timestamp];
        SortedDictionary<long, List<string>> batches = [];
        HashSet<DataViewRowId> ids = [];
        foreach (DataViewRowCursor cursor in persons.GetRowCursorSet([index, time], 3))
        {
            using (cursor)
            {
                ValueGetter<int> readIndex = cursor.GetGetter<int>(index);
                ValueGetter<float> readTime = cursor.GetGetter<float>(time);
                ValueGetter<DataViewRowId> readId = cursor.GetIdGetter();
                (int i, float t) = (0, 0);
                DataViewRowId id = default;
                while (cursor.MoveNext())
                {
                    readIndex(ref i);
                    readTime(ref t);
                    readId(ref id);
                    Assert.True(ids.Add(id));
                    if (!batches.TryGetValue(cursor.Batch, out List<string>? rows)) batches[cursor.Batch] = rows = [];
                    rows.Add($"{t} {i}");
                }
            }
        }
        Assert.Equal(persons.GetColumn<float>(AvaColumns.Timestamp).Zip(persons.GetColumn<int>(AvaColumns.BoxIndex), (t, i) => $"{t} {i}"),
            batches.Values.SelectMany(r => r));
    }

    [Fact]
    public void Logistic_regression_trees_and_one_versus_all_learn_who_is_red()
    {
        AvaDataView data = set.Load(_context);
        using TemporaryFolder folder = new();
        // Features once, to a file; then trainers in seconds.
        IDataView features = _context.ActionDetection().CacheRoIFeatures(Features().Fit(data), data, folder.File("train.rois"));
        IDataView persons = _context.Data.Cache(Transforms.ExplodeBoxes().Fit(features).Transform(features));
        string red = AvaColumns.LabelOf(1);

        ITransformer linear =
            _context.BinaryClassification.Trainers.SdcaLogisticRegression(red, AvaColumns.RoIFeatures, maximumNumberOfIterations: 50)
            .Fit(persons);
        Assert.True(_context.BinaryClassification.Evaluate(linear.Transform(persons), red).AreaUnderRocCurve > 0.95);

        ITransformer trees = _context.BinaryClassification.Trainers.FastTree(new FastTreeBinaryTrainer.Options
        {
            LabelColumnName = red, FeatureColumnName = AvaColumns.RoIFeatures, NumberOfTrees = 10, NumberOfLeaves = 4,
            MinimumExampleCountPerLeaf = 1,
        }).Fit(persons);
        Assert.True(_context.BinaryClassification.Evaluate(trees.Transform(persons), red).AreaUnderRocCurve > 0.95);

        ITransformer several = _context.MulticlassClassification.Trainers.OneVersusAll(
            _context.BinaryClassification.Trainers.SdcaLogisticRegression(featureColumnName: AvaColumns.RoIFeatures,
            maximumNumberOfIterations: 50),
            AvaColumns.Label).Fit(persons);
        Assert.True(_context.MulticlassClassification.Evaluate(several.Transform(persons), AvaColumns.Label).MicroAccuracy > 0.9);
    }

    [Fact]
    public void A_pipeline_with_a_stock_trainer_is_fitted_saved_and_scores_proposals()
    {
        AvaDataView data = set.Load(_context);
        using TemporaryFolder folder = new();
        var chain = Features(TransformerScope.TrainTest).Append(Transforms.ExplodeBoxes())
            .Append(_context.BinaryClassification.Trainers.SdcaLogisticRegression(AvaColumns.LabelOf(2), AvaColumns.RoIFeatures,
            maximumNumberOfIterations: 20))
            .Fit(data);
        ITransformer scoring = chain.GetModelFor(TransformerScope.Scoring);
        _context.Model.Save(scoring, data.Schema, folder.File("model.zip"));
        ITransformer back = new MLContext(1).Model.Load(folder.File("model.zip"), out _);

        IDataView scored = back.Transform(data);
        Assert.Null(scored.Schema.GetColumnOrNull(AvaColumns.Label));
        float[] here = [.. scoring.Transform(data).GetColumn<float>("Probability")], there = [.. scored.GetColumn<float>("Probability")];
        Assert.Equal(20, here.Length);
        Assert.Equal(here, there);
        Assert.True(Enumerable.Range(0, 10).Count(i => here[2 * i + 1] > here[2 * i]) >= 9); // the second of each keyframe's boxes is blue
    }

    [Fact]
    public void Labels_that_do_not_belong_to_the_boxes_are_refused_with_the_mend()
    {
        IDataView rows = _context.Data.LoadFromEnumerable(
            [new Person { RoiFeatures = [1, 2, 3, 4], PredictedBoxes = [0, 0, 1, 1, 0, 0, 1, 1], RoiLabels = [0, 1] }]);
        IDataView persons = Transforms.ExplodeBoxes(new ExplodeBoxesOptions { FeatureCount = 2, ClassNames = ["", "a"] }).Fit(rows)
            .Transform(rows);
        ArgumentException error = Assert.Throws<ArgumentException>(() => persons.GetColumn<bool>(AvaColumns.LabelOf(1)).Count());
        Assert.Contains("'RoiLabels' holds 2 numbers for the 2 boxes", error.Message, StringComparison.Ordinal);
        Assert.Contains("add AssignBoxes", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentException>(() => Transforms.ExplodeBoxes().Fit(rows));
        Assert.Contains("'RoiLabels' holds 2 numbers for the 2 boxes", error.Message, StringComparison.Ordinal);
        IDataView odd = Transforms.ExplodeBoxes(new ExplodeBoxesOptions { FeatureCount = 3, ClassNames = [] }).Fit(rows).Transform(rows);
        Assert.Contains("expected 3 a box", Assert.Throws<ArgumentException>(() => odd.GetColumn<int>(AvaColumns.BoxIndex).Count()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_are_found_in_the_data_where_columns_do_not_say_and_keyframes_without_boxes_leave_no_row()
    {
        IDataView rows = _context.Data.LoadFromEnumerable(
        [
            new Person(),
            new Person { RoiFeatures = [1, 2, 3, 4], PredictedBoxes = [0, 0, 1, 1, 0, 0, 1, 1], RoiLabels = [0, 0, 0, 0, 1, 1] },
            new Person(),
        ]);
        ExplodeBoxesTransformer explode = Transforms.ExplodeBoxes().Fit(rows);
        Assert.Equal((2, 3), (explode.FeatureCount, explode.ClassCount));
        IDataView persons = explode.Transform(rows);
        Assert.Equal([0, 1], persons.GetColumn<int>(AvaColumns.BoxIndex));
        Assert.Equal([0u, 1u], persons.GetColumn<uint>(AvaColumns.Label));
        Assert.Throws<ArgumentException>(() => Transforms.ExplodeBoxes().Fit(_context.Data.LoadFromEnumerable([new Person()])));
    }

    sealed class Person
    {
        public float[] RoiFeatures { get; set; } = [];

        public float[] PredictedBoxes { get; set; } = [];

        public float[] RoiLabels { get; set; } = [];
    }
}
