using System.Text.Json;
using MlAva.TestSupport;

namespace MlAva.Evaluation.Tests;

/// <summary>The figures of the Python evaluators for real and adversarial files (reference data, <c>ava/eval_cases</c>).</summary>
public class OfficialFiguresTests
{
    const string Cases = "ava/eval_cases";

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
        EvaluationCase data = Load(name);
        FrameMapResult numpy = data.Evaluate(new() { Protocol = protocol, Ties = TieOrder.NumPy }, exclude);
        FrameMapResult stable = data.Evaluate(new() { Protocol = protocol }, exclude);

        AssertClasses(expected.GetProperty("per_class"), numpy, stable);
        Assert.Equal(expected.GetProperty("mAP").GetDouble(), numpy.MeanAveragePrecision, 1e-12);
        Assert.Equal(expected.GetProperty("mAP_stable").GetDouble(), stable.MeanAveragePrecision, 1e-12);
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
        FrameMapResult result = Load(name).Evaluate(new() { Ties = TieOrder.NumPy }, expected.GetProperty("exclusions_used").GetBoolean());

        Assert.Equal(expected.GetProperty("mAP").GetDouble(), result.MeanAveragePrecision, 1e-12);
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
            }

            AssertAp(one.GetProperty("ap_stable"), stable.Class(id).AveragePrecision);
            (double low, double high) = (one.GetProperty("ap_tie_min").GetDouble(), one.GetProperty("ap_tie_max").GetDouble());
            Assert.InRange(stable.Class(id).AveragePrecision, low - 1e-12, high + 1e-12);
        }
    }

    static void AssertAp(JsonElement expected, double actual)
    {
        if (expected.ValueKind == JsonValueKind.Null) Assert.True(double.IsNaN(actual));
        else Assert.Equal(expected.GetDouble(), actual, 1e-12);
    }

    static JsonElement Expected(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(SharedData.Path($"{Cases}/{name}/expected.json")));
        return document.RootElement.GetProperty("runs").Clone();
    }

    static EvaluationCase Load(string name)
    {
        string In(string file) => SharedData.Path($"{Cases}/{name}/{file}");
        return EvaluationCase.Load(In("gt.csv.gz"), In("det.csv.gz"), In("labelmap.pbtxt"), In("excluded.csv"));
    }
}
