using Microsoft.Data.Analysis;
using MlAva.Annotations;
using MlAva.Evaluation.Analysis;

namespace MlAva.Tests;

/// <summary>Frames: the figures in them, and that they group and join.</summary>
public sealed class AnalysisFramesTests
{
    static readonly LabelMapEntry[] Classes = [new(1, "stand", ActionGroup.PersonMovement), new(20, "carry", ActionGroup.ObjectManipulation)];

    static readonly Box Left = new(0, 0, .4, 1), Right = new(.6, 0, 1, 1);

    static readonly AnnotationRow[] Truth = [new("v", 1, Left, 1, 3), new("w", 1, Left, 1, 4), new("w", 1, Right, 20, 5)];

    static readonly DetectionRow[] Found = [new("v", 1, Left, 1, .9), new("v", 1, Right, 1, .8), new("w", 1, Left, 1, .7), new("w", 1, Right, 20, .6)];

    [Fact]
    public void Rows_become_frames_column_by_column()
    {
        DataFrame found = Found.ToDataFrame(), truth = Truth.ToDataFrame();
        Assert.Equal(["Video", "Seconds", "X1", "Y1", "X2", "Y2", "Id", "Score"], found.Columns.Select(c => c.Name));
        Assert.Equal(["v", 1.0, .6, 0.0, 1.0, 1.0, 1, .8], found.Rows[1]);
        Assert.Equal(["Video", "Seconds", "X1", "Y1", "X2", "Y2", "Id", "Person"], truth.Columns.Select(c => c.Name));
        Assert.Equal(["w", 1.0, .6, 0.0, 1.0, 1.0, 20, 5], truth.Rows[2]);
        Assert.Empty(Array.Empty<DetectionRow>().ToDataFrame().Rows);
    }

    [Fact]
    public void All_columns_are_string_int_or_double()
    {
        AnalysisResult a = Analysis();
        ComparisonResult c = DetectionComparison.Run([new("a", Found), new("b", Found[..2])], Truth, Classes, options: new() { Samples = 10 });
        DataFrame[] frames =
        [
            Found.ToDataFrame(), Truth.ToDataFrame(), a.Result.PerClass(), a.Result.PerGroup(), a.Result.Curves(), a.OperatingPoints.ToDataFrame(),
            a.BySize.ToDataFrame(), a.ByVideo.PerClass(), a.ByIoU.ToDataFrame(), a.Calibration.ToDataFrame(), a.CoOccurrence.ToDataFrame(),
            a.Errors.ToDataFrame(), c.ToDataFrame(), c.PerClass(), new ActionDetectionMetrics(a.Result).ToDataFrame(),
        ];
        Assert.All(frames.SelectMany(f => f.Columns), column => Assert.Contains(column.DataType, new[] { typeof(string), typeof(int), typeof(double) }));
        Assert.All(frames, f => Assert.NotEmpty(f.Rows));
    }

    [Fact]
    public void Figures_stand_where_their_names_say()
    {
        AnalysisResult a = Analysis();
        // stand: hit, miss, hit of two.
        double ap = .5 + .5 * 2 / 3;
        DataFrame perClass = new ActionDetectionMetrics(a.Result).PerClass();
        Assert.Equal(["stand", "PersonMovement"], [perClass["Name"][0], perClass["Group"][0]]);
        Assert.Equal(ap, (double)perClass["AP"][0], 1e-12);
        Assert.Equal([2.0 / 3, 1.0, .7, .8], ((string[])["Precision", "Recall", "BestThreshold", "BestF1"]).Select(n => Math.Round((double)perClass[n][0], 12)), (x, y) => Math.Abs(x - y) < 1e-9);
        Assert.Equal([2, 3, 2], ((string[])["GroundTruth", "Detections", "TruePositives"]).Select(n => (int)perClass[n][0]));
        Assert.Equal([ap, 1], a.Result.PerGroup()["MeanAP"].Cast<double>(), (x, y) => Math.Abs(x - y) < 1e-12);
        DataFrame curves = new ActionDetectionMetrics(a.Result).Curves();
        Assert.Equal([1, .5, 2.0 / 3, 1], curves["Precision"].Cast<double>());
        Assert.Equal([1, 2, 3, 1], curves["Rank"].Cast<int>());
        Assert.Equal([1, 2.0 / 3, 2.0 / 3, 1], curves["Interpolated"].Cast<double>());
        Assert.Equal(a.Errors.Classes.SelectMany(c => c.Kinds).Select(k => k.Gain), a.Errors.ToDataFrame()["Gain"].Cast<double>());
        Assert.Equal(a.ByIoU.Select(r => r.MeanAveragePrecision), a.ByIoU.ToDataFrame()["MeanAP"].Cast<double>());
        Assert.Equal([1, 0, 0, 1], a.CoOccurrence.ToDataFrame()["Annotated"].Cast<int>().Select(n => Math.Min(n, 1)));
        Assert.Equal(["v", "v", "w", "w"], a.ByVideo.PerClass()["Slice"].Cast<string>());
    }

    [Fact]
    public void Frames_group_and_join()
    {
        AnalysisResult a = Analysis();
        DataFrame means = a.Result.PerClass().GroupBy("Group").Mean("AP");
        Assert.Equal(2, means.Rows.Count);
        DataFrame joined = a.ByVideo.PerClass().Merge<int>(a.Result.PerClass(), "Id", "Id");
        Assert.Equal(4, joined.Rows.Count);
        Assert.Equal(["stand", "carry", "stand", "carry"], joined["Name"].Cast<string>());
    }

    static AnalysisResult Analysis() => DetectionAnalysis.Run(Truth, Found, Classes);
}
