using MlAva.Annotations;
using MlAva.Evaluation.Analysis;
using static MlAva.Evaluation.Tests.Analysis.AnalysisCases;

namespace MlAva.Evaluation.Tests.Analysis;

/// <summary>Kinds of errors and what mending them gains, by hand.</summary>
public class ErrorBreakdownTests
{
    /// <summary>A third of its union with <see cref="Left"/>.</summary>
    static readonly Box Beside = new(.2, 0, .6, 1);

    static readonly AnnotationRow[] Annotated =
    [
        Truth("v", 1, Left), Truth("v", 1, Right, 2), Truth("v", 2, Left), Truth("v", 4, Left), Truth("v", 5, Left),
    ];

    /// <summary>In order of rank: hit, duplicate, wrong class, localisation, background, hit. The box at 4 is missed.</summary>
    static readonly DetectionRow[] Detected =
    [
        Found("v", 1, Left, .9), Found("v", 1, Left, .8), Found("v", 1, Right, .7), Found("v", 2, Beside, .6), Found("v", 3, Left, .5),
        Found("v", 5, Left, .4),
    ];

    [Fact]
    public void Every_false_positive_has_its_kind()
    {
        ClassErrors a = Run().Classes[0], b = Run().Classes[1];
        Assert.Equal((2, 1), (a.NumTruePositives, a.TopTruePositives));
        foreach (ErrorKind kind in Enum.GetValues<ErrorKind>()) Assert.Equal((kind, 1), (a[kind].Kind, a[kind].Count));
        // Class a has 4 instances; of its first 4 detections none is background.
        Assert.Equal([1, 1, 1, 0, 1], a.Kinds.Select(k => k.TopCount));
        Assert.All(b.Kinds, k => Assert.Equal(0, k.Count));
        Assert.Equal([1, 1, 1, 1, 1], Run().Overall.Select(k => k.Count));
    }

    [Fact]
    public void Mending_a_kind_gains_what_the_ranking_without_it_is_worth()
    {
        ErrorBreakdown errors = Run();
        const double Before = .25 * 1 + .25 * 2 / 6;
        AssertGain(ErrorKind.Localisation, .25 * 1 + .5 * .5, 0); // hit, miss, miss, hit, miss, hit
        AssertGain(ErrorKind.WrongClass, .25 * 1 + .25 * 2 / 5, 1); // the detection becomes class b's only one
        AssertGain(ErrorKind.Duplicate, .25 * 1 + .25 * 2 / 5, 0);
        AssertGain(ErrorKind.Background, .25 * 1 + .25 * 2 / 5, 0);
        AssertGain(ErrorKind.Missed, Before * 4 / 3, 0); // one instance fewer to find

        void AssertGain(ErrorKind kind, double after, double ofOther)
        {
            Assert.Equal(after - Before, errors.Classes[0][kind].Gain, 1e-12);
            Assert.Equal(ofOther, errors.Classes[1][kind].Gain, 1e-12);
            Assert.True(double.IsNaN(errors.Classes[2][kind].Gain));
            Assert.Equal((after - Before + ofOther) / 2, errors[kind].Gain, 1e-12);
        }
    }

    [Fact]
    public void Only_the_best_of_several_poor_boxes_takes_the_ground_truth()
    {
        DetectionRow[] detected = [Found("v", 1, Beside, .9), Found("v", 1, Beside, .8), Found("v", 2, Right, .7)];
        ClassErrors a = DetectionAnalysis.Run([Truth("v", 1, Left), Truth("v", 2, Right)], detected, Classes).Errors.Classes[0];
        // Before: miss, miss, hit. After: hit, hit.
        Assert.Equal((2, 1 - .5 / 3), (a[ErrorKind.Localisation].Count, Math.Round(a[ErrorKind.Localisation].Gain, 12)), new Nearly());
        Assert.Equal(0, a[ErrorKind.Missed].Count);
    }

    [Fact]
    public void A_class_that_missed_everything_has_all_to_gain_and_one_that_found_all_nothing()
    {
        AnnotationRow[] truth = [Truth("v", 1, Left), Truth("v", 1, Left, 2)];
        ErrorBreakdown errors = DetectionAnalysis.Run(truth, [Found("v", 1, Left, .9)], Classes).Errors;
        Assert.Equal((0, 0.0), (errors.Classes[0][ErrorKind.Missed].Count, errors.Classes[0][ErrorKind.Missed].Gain));
        Assert.Equal((1, 1.0), (errors.Classes[1][ErrorKind.Missed].Count, errors.Classes[1][ErrorKind.Missed].Gain));
    }

    [Fact]
    public void A_wrong_class_goes_to_the_ground_truth_that_is_still_free()
    {
        // Class c is wrong twice on a box that has a and b; a is found already, b is not: only one of the two can be mended.
        AnnotationRow[] truth = [Truth("v", 1, Left), Truth("v", 1, Left, 2), Truth("v", 2, Right, 4)];
        DetectionRow[] detected =
            [Found("v", 1, Left, .9), Found("v", 1, Left, .8, 4), Found("v", 1, Left, .7, 4), Found("v", 2, Right, .6, 4)];
        ErrorBreakdown errors = DetectionAnalysis.Run(truth, detected, Classes).Errors;
        Assert.Equal(2, errors[ErrorKind.WrongClass].Count);
        Assert.Equal([0, 1, 2.0 / 3], errors.Classes.Select(c => c[ErrorKind.WrongClass].Gain), (x, y) => Math.Abs(x - y) < 1e-9);
        Assert.Equal(0, errors[ErrorKind.Missed].Count);
    }

    [Fact]
    public void Overlap_below_the_loosest_is_background()
    {
        AnalysisOptions strict = new() { LooseIoU = .4 };
        ErrorBreakdown errors = DetectionAnalysis.Run(Annotated, Detected, Classes, options: strict).Errors;
        Assert.Equal((0, 2, 2), (errors[ErrorKind.Localisation].Count, errors[ErrorKind.Background].Count, errors[ErrorKind.Missed].Count));
    }

    static ErrorBreakdown Run() => DetectionAnalysis.Run(Annotated, Detected, Classes).Errors;

    sealed class Nearly : IEqualityComparer<(int, double)>
    {
        public bool Equals((int, double) x, (int, double) y) => x.Item1 == y.Item1 && Math.Abs(x.Item2 - y.Item2) < 1e-9;

        public int GetHashCode((int, double) obj) => obj.Item1;
    }
}
