using System.Text.Json;
using MlAva.Annotations;
using MlAva.TestSupport;

namespace MlAva.Evaluation.Tests;

/// <summary>The figures of the Python evaluators for real and adversarial files (reference data, <c>ava/eval_cases</c>).</summary>
public class OfficialFiguresTests
{
    const string Cases = "ava/eval_cases";
    const double Tolerance = 1e-12;

    [SharedTheory(Cases)]
    [InlineData("adversarial_a", "head2020", MatchingProtocol.Official2020)]
    [InlineData("adversarial_a", "v2019_capacity50_no_exclusions", MatchingProtocol.Official2019)]
    [InlineData("adversarial_a", "v2019_capacity50_with_exclusions", MatchingProtocol.Official2019)]
    [InlineData("adversarial_a", "v2018_nocapacity_no_exclusions", MatchingProtocol.Official2018)]
    [InlineData("adversarial_a", "v2018_nocapacity_with_exclusions", MatchingProtocol.Official2018)]
    [InlineData("mmaction2_eval_detection", "head2020", MatchingProtocol.Official2020)]
    [InlineData("mmaction2_eval_detection", "v2019_capacity50_no_exclusions", MatchingProtocol.Official2019)]
    [InlineData("mmaction2_eval_detection", "v2018_nocapacity_no_exclusions", MatchingProtocol.Official2018)]
    [InlineData("real_v22_slowfast_koish11", "head2020", MatchingProtocol.Official2020)]
    [InlineData("real_v22_slowfast_koish11", "v2019_capacity50_no_exclusions", MatchingProtocol.Official2019)]
    [InlineData("real_v22_slowfast_koish11", "v2019_capacity50_with_exclusions", MatchingProtocol.Official2019)]
    [InlineData("real_v22_slowfast_koish11", "v2018_nocapacity_no_exclusions", MatchingProtocol.Official2018)]
    [InlineData("real_v22_slowfast_koish11", "v2018_nocapacity_with_exclusions", MatchingProtocol.Official2018)]
    [InlineData("ties_1_to_40", "head2020", MatchingProtocol.Official2020)]
    [InlineData("v21_first8_derived", "head2020", MatchingProtocol.Official2020)]
    [InlineData("v21_first8_derived", "v2019_capacity50_no_exclusions", MatchingProtocol.Official2019)]
    [InlineData("v21_first8_derived", "v2019_capacity50_with_exclusions", MatchingProtocol.Official2019)]
    [InlineData("v21_first8_derived", "v2018_nocapacity_no_exclusions", MatchingProtocol.Official2018)]
    [InlineData("v21_first8_derived", "v2018_nocapacity_with_exclusions", MatchingProtocol.Official2018)]
    [InlineData("v21_first8_kineticsstyle_derived", "head2020", MatchingProtocol.Official2020)]
    public void The_official_evaluators_are_reproduced_class_by_class(string name, string run, MatchingProtocol protocol)
    {
        JsonElement expected = Expected(name).GetProperty(run);
        bool exclude = expected.GetProperty("exclusions_used").GetBoolean();
        FrameMapResult numpy = Evaluate(name, new() { Protocol = protocol, Ties = TieOrder.NumPy }, exclude);
        FrameMapResult stable = Evaluate(name, new() { Protocol = protocol }, exclude);

        AssertClasses(expected.GetProperty("per_class"), numpy, stable);
        Assert.Equal(expected.GetProperty("mAP").GetDouble(), numpy.MeanAveragePrecision, Tolerance);
        Assert.Equal(expected.GetProperty("mAP_stable").GetDouble(), stable.MeanAveragePrecision, Tolerance);
        Assert.Equal(expected.GetProperty("mAP_tie_min").GetDouble(), stable.MeanAveragePrecisionBounds.Lowest, Tolerance);
        Assert.Equal(expected.GetProperty("mAP_tie_max").GetDouble(), stable.MeanAveragePrecisionBounds.Highest, Tolerance);
        Assert.Equal(numpy.MeanAveragePrecisionBounds.Lowest, stable.MeanAveragePrecisionBounds.Lowest, Tolerance);
        Assert.Equal(numpy.MeanAveragePrecisionBounds.Highest, stable.MeanAveragePrecisionBounds.Highest, Tolerance);
        Assert.Equal(expected.GetProperty("classes_with_gt").GetInt32(), stable.NumClassesAveraged);
    }

    [SharedTheory(Cases)]
    [InlineData("mmaction2_eval_detection")]
    [InlineData("real_v22_slowfast_koish11")]
    [InlineData("v21_first8_derived")]
    [InlineData("adversarial_a")]
    public void The_mAP_of_MMAction2_is_reproduced(string name)
    {
        JsonElement expected = Expected(name).GetProperty("mmaction2_0.24.1");
        FrameMapResult result = Evaluate(name, new() { Ties = TieOrder.NumPy }, expected.GetProperty("exclusions_used").GetBoolean());

        Assert.Equal(expected.GetProperty("mAP").GetDouble(), result.MeanAveragePrecision, Tolerance);
    }

    [SharedTheory(Cases)]
    [InlineData("mmaction2_eval_detection")]
    [InlineData("real_v22_slowfast_koish11")]
    [InlineData("v21_first8_derived")]
    public void The_figures_of_MMAction2_1_are_reproduced(string name)
    {
        JsonElement expected = Expected(name).GetProperty("mmaction2_1.2.0");
        FrameMapOptions options = new() { Protocol = MatchingProtocol.MMAction2V1, Ties = TieOrder.NumPy };

        FrameMapResult result = Evaluate(name, options, expected.GetProperty("exclusions_used").GetBoolean());

        Assert.Equal(expected.GetProperty("mAP").GetDouble(), result.MeanAveragePrecision, Tolerance);
        Assert.Equal(expected.GetProperty("classes_averaged").GetInt32(), result.NumClassesAveraged);
        foreach (ActionGroup group in Enum.GetValues<ActionGroup>().Where(g => g != ActionGroup.Unknown))
        {
            double mean = result.Groups.FirstOrDefault(g => g.Group == group)?.MeanAveragePrecision ?? double.NaN;
            AssertAp(expected.GetProperty("groups").GetProperty(group.Word()), mean);
        }
    }

    [SharedFact(Cases)]
    public void MMAction2_1_fails_on_inverted_detections_and_so_do_its_rules()
    {
        JsonElement expected = Expected("adversarial_a").GetProperty("mmaction2_1.2.0");
        AnnotationFormatException error = Assert.Throws<AnnotationFormatException>(
            () => Evaluate("adversarial_a", new() { Protocol = MatchingProtocol.MMAction2V1 }, exclude: true));

        Assert.Contains("Invalid box data", expected.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.EndsWith("det.csv.gz", error.File, StringComparison.Ordinal);
        Assert.True(error.Row > 0);
        Assert.Contains("inverted box", error.Found, StringComparison.Ordinal);
    }

    [SharedFact(Cases)]
    public void Naming_keyframes_in_the_ground_truth_does_what_excluding_the_others_did()
    {
        FrameMapResult named = Evaluate(
            "v21_first8_kineticsstyle_derived", new() { Protocol = MatchingProtocol.Official2020 }, exclude: false);
        FrameMapResult excluded = Evaluate("v21_first8_derived", new() { Protocol = MatchingProtocol.Official2019 }, exclude: true);

        Assert.Equal(excluded.MeanAveragePrecision, named.MeanAveragePrecision);
        Assert.Equal(excluded.Classes.Select(c => c.NumDetections), named.Classes.Select(c => c.NumDetections));
    }

    [SharedTheory(Cases)]
    [InlineData("adversarial_a")]
    [InlineData("real_v22_slowfast_koish11")]
    [InlineData("ties_1_to_40")]
    public void Files_and_rows_and_any_number_of_threads_give_the_same(string name)
    {
        string In(string file) => SharedData.Path($"{Cases}/{name}/{file}");
        EvaluationCase rows = EvaluationCase.Load(In("gt.csv.gz"), In("det.csv.gz"), In("labelmap.pbtxt"), In("excluded.csv"));
        foreach (MatchingProtocol protocol in Enum.GetValues<MatchingProtocol>())
        {
            if (protocol == MatchingProtocol.MMAction2V1 && name == "adversarial_a") continue;
            FrameMapOptions options = new() { Protocol = protocol, Ties = TieOrder.NumPy, MaxDegreeOfParallelism = 1 };
            string one = EvaluationJson.ToJson(Evaluate(name, options, exclude: true));

            Assert.Equal(one, EvaluationJson.ToJson(Evaluate(name, options with { MaxDegreeOfParallelism = 5 }, exclude: true)));
            Assert.Equal(one, EvaluationJson.ToJson(rows.Evaluate(options)));
        }
    }

    static void AssertClasses(JsonElement perClass, FrameMapResult numpy, FrameMapResult stable)
    {
        Assert.Equal(perClass.GetArrayLength(), stable.Classes.Count);
        foreach (JsonElement one in perClass.EnumerateArray())
        {
            int id = one.GetProperty("id").GetInt32();
            AssertAp(one.GetProperty("ap"), numpy.Class(id).AveragePrecision);
            if (one.GetProperty("ap").ValueKind == JsonValueKind.Null) continue;
            foreach (ClassResult actual in new[] { numpy.Class(id), stable.Class(id) })
            {
                Assert.Equal(one.GetProperty("num_gt").GetInt32(), actual.NumGroundTruth);
                Assert.Equal(one.GetProperty("num_det").GetInt32(), actual.NumDetections);
                Assert.Equal(one.GetProperty("num_tp").GetInt32(), actual.NumTruePositives);
                Assert.Equal(one.GetProperty("num_distinct_scores").GetInt32(), actual.Curve!.Scores.Distinct().Count());
                AssertAp(one.GetProperty("ap_tie_min"), actual.AveragePrecisionBounds.Lowest);
                AssertAp(one.GetProperty("ap_tie_max"), actual.AveragePrecisionBounds.Highest);
            }

            AssertAp(one.GetProperty("ap_stable"), stable.Class(id).AveragePrecision);
        }
    }

    static void AssertAp(JsonElement expected, double actual)
    {
        if (expected.ValueKind == JsonValueKind.Null) Assert.True(double.IsNaN(actual));
        else Assert.Equal(expected.GetDouble(), actual, Tolerance);
    }

    static JsonElement Expected(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(SharedData.Path($"{Cases}/{name}/expected.json")));
        return document.RootElement.GetProperty("runs").Clone();
    }

    static FrameMapResult Evaluate(string name, FrameMapOptions options, bool exclude)
    {
        string In(string file) => SharedData.Path($"{Cases}/{name}/{file}");
        FrameMapFiles files = new()
        {
            Annotations = In("gt.csv.gz"), Detections = In("det.csv.gz"), Exclude = exclude ? In("excluded.csv") : null,
        };
        return FrameMap.EvaluateFiles(files, LabelMap.Read(In("labelmap.pbtxt")), options);
    }
}
