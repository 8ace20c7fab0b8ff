using System.Text.Json;
using MlAva.Annotations;
using MlAva.TestSupport;

namespace MlAva.Evaluation.Tests;

/// <summary>What MMAction2 0.24.1's <c>ava_eval</c> returns and prints (see Golden/README.md).</summary>
public class MMAction2GoldenTests
{
    static readonly string Golden = Path.Combine(AppContext.BaseDirectory, "Golden");

    [Theory]
    [InlineData("upstream", "plain", TieOrder.NumPy)]
    [InlineData("upstream", "plain", TieOrder.Stable)]
    [InlineData("upstream", "custom_classes", TieOrder.NumPy)]
    [InlineData("upstream", "excluded", TieOrder.NumPy)]
    [InlineData("tied_scores", "plain", TieOrder.NumPy)]
    [InlineData("tied_scores", "plain_stable_sort", TieOrder.Stable)]
    [InlineData("tied_scores", "custom_classes", TieOrder.NumPy)]
    [InlineData("tied_scores", "excluded", TieOrder.NumPy)]
    public void The_committed_figures_are_reproduced(string name, string run, TieOrder ties) => AssertRun(Golden, name, run, ties);

    [SharedTheory("golden/components/ava_eval")]
    [InlineData("distinct_scores", "plain", TieOrder.NumPy)]
    [InlineData("distinct_scores", "plain", TieOrder.Stable)]
    [InlineData("distinct_scores", "custom_classes", TieOrder.Stable)]
    [InlineData("distinct_scores", "excluded", TieOrder.Stable)]
    public void The_figures_for_distinct_scores_are_reproduced_in_any_tie_order(string name, string run, TieOrder ties) =>
        AssertRun(SharedData.Path("golden/components/ava_eval"), name, run, ties);

    [Fact]
    public void Ties_within_the_heapsort_that_NumPy_falls_back_to_are_ordered_alike()
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(Golden, "heapsort.json")));
        bool[] hits = [.. golden.RootElement.GetProperty("hits").EnumerateArray().Select(h => h.GetBoolean())];
        Box box = new(0, 0, 1, 1);
        AnnotationRow[] truth = [.. hits.Index().Where(h => h.Item).Select(h => new AnnotationRow("v", h.Index, box, 1, 0))];
        IEnumerable<double> scores = golden.RootElement.GetProperty("scores").EnumerateArray().Select(s => s.GetDouble());
        DetectionRow[] detections = [.. scores.Index().Select(s => new DetectionRow("v", s.Index, box, 1, s.Item))];
        LabelMapEntry[] classes = [new(1, "a", ActionGroup.Unknown)];
        foreach ((TieOrder ties, string figure) in new[] { (TieOrder.NumPy, "ap_numpy"), (TieOrder.Stable, "ap_stable") })
        {
            FrameMapResult result = FrameMap.Evaluate(truth, detections, classes, options: new() { Ties = ties });
            Assert.Equal(golden.RootElement.GetProperty(figure).GetDouble(), result.MeanAveragePrecision, 1e-12);
        }
    }

    static void AssertRun(string folder, string name, string run, TieOrder ties)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")));
        JsonElement expected = document.RootElement.GetProperty(name).GetProperty(run);
        string In(string file) => Path.Combine(folder, name, file);
        string labelMap = File.Exists(In("labels.pbtxt")) ? In("labels.pbtxt") : In("action_list.txt");
        EvaluationCase data = EvaluationCase.Load(In("gt.csv"), In("pred.csv"), labelMap, In("exclude.csv"));
        bool isCustom = expected.TryGetProperty("classes", out JsonElement custom);
        int[] only = isCustom ? [.. custom.EnumerateArray().Select(c => c.GetInt32())] : [];

        FrameMapResult result = data.Evaluate(new() { Ties = ties }, exclude: run == "excluded", only);

        Dictionary<string, JsonElement> figures = expected.GetProperty("all").EnumerateObject().ToDictionary(p => p.Name, p => p.Value);
        Assert.Equal(figures["mAP@0.5IOU"].GetDouble(), result.MeanAveragePrecision, 1e-12);
        Assert.Equal(figures.Count - 1, result.Classes.Count);
        foreach (ClassResult one in result.Classes)
        {
            JsonElement figure = figures[$"PerformanceByCategory/AP@0.5IOU/{one.Name}"];
            if (figure.ValueKind == JsonValueKind.String) Assert.True(double.IsNaN(one.AveragePrecision));
            else Assert.Equal(figure.GetDouble(), one.AveragePrecision, 1e-12);
        }
    }
}
