using System.Text.Json;
using MlAva.Annotations;
using MlAva.TestSupport;

namespace MlAva.Evaluation.Tests;

/// <summary>
/// Broken files, and what the official evaluators make of them (reference data, <c>ava/eval_cases/malformed</c>): the same figure, or an
/// error that names file, row and cause.
/// </summary>
public sealed class MalformedFilesTests : IDisposable
{
    const string Cases = "ava/eval_cases/malformed/malformed.json";

    /// <summary>What a file means that the official evaluators only stumble over: blank lines, and label maps in other layouts.</summary>
    static readonly Dictionary<string, double> Meant = new()
    {
        ["det_trailing_blank_line"] = .5, ["excl_blank_line"] = 1, ["labelmap_tab_indent"] = 1, ["labelmap_single_quotes"] = 1,
    };

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Names() => SharedData.Root is null || !File.Exists(SharedData.Path(Cases))
        ? ["none"] : [.. All().Select(c => c.GetProperty("name").GetString()!)];

    [SharedTheory(Cases)]
    [MemberData(nameof(Names))]
    public void Every_broken_file_gives_the_official_figure_or_an_error_that_explains_itself(string name)
    {
        JsonElement one = All().Single(c => c.GetProperty("name").GetString() == name);
        foreach ((string run, MatchingProtocol protocol) in new[]
            { ("head2020", MatchingProtocol.Official2020), ("v2019", MatchingProtocol.Official2019) })
        {
            JsonElement expected = one.GetProperty("outcome").GetProperty(run);
            try
            {
                FrameMapResult result = Evaluate(one, new() { Protocol = protocol });
                AssertFigures(name, expected, result);
            }
            catch (AnnotationFormatException e)
            {
                // Undefined figures must come out as such, not as an error.
                Assert.False(expected.TryGetProperty("mAP", out JsonElement map) && map.ValueKind == JsonValueKind.Null, e.Message);
                Assert.StartsWith(_folder.Path, e.File, StringComparison.Ordinal);
                Assert.True(e.Row > 0, e.Message);
                Assert.All([e.Found, e.Expected, e.Mend], text => Assert.NotEmpty(text));
            }
        }
    }

    [SharedTheory(Cases)]
    [InlineData("det_6_columns", "det.csv", 1, "6 columns")]
    [InlineData("det_2_columns_row", "det.csv", 3, "2 columns")]
    [InlineData("det_score_text", "det.csv", 1, "'abc' in column 8")]
    [InlineData("det_box_nan", "det.csv", 1, "'nan' in column 3")]
    [InlineData("det_action_name", "det.csv", 1, "'stand' in column 7")]
    [InlineData("det_action_underscore_1_2", "det.csv", 1, "'1_2' in column 7")]
    [InlineData("det_semicolon_separated", "det.csv", 1, "1 column ")]
    [InlineData("det_unterminated_quote", "det.csv", 1, "a quote that is never closed")]
    [InlineData("gt_8_columns_empty_fields_for_empty_frame", "gt.csv", 4, "'' in column")]
    [InlineData("gt_inverted_box_with_det_of_class_in_frame", "gt.csv", 1, "the inverted box (0.714, 0.118, 0.002, 0.977)")]
    [InlineData("gt_utf8_bom", "gt.csv", 1, "a byte order mark")]
    public void The_error_names_file_row_and_cause(string name, string file, int row, string cause)
    {
        JsonElement one = All().Single(c => c.GetProperty("name").GetString() == name);

        AnnotationFormatException error = Assert.Throws<AnnotationFormatException>(
            () => Evaluate(one, new() { Protocol = MatchingProtocol.Official2019 }));

        Assert.Equal((file, row), (Path.GetFileName(error.File), error.Row));
        Assert.Contains(cause, error.Found, StringComparison.Ordinal);
    }

    static void AssertFigures(string name, JsonElement expected, FrameMapResult result)
    {
        if (!expected.TryGetProperty("mAP", out JsonElement map))
        {
            Assert.True(Meant.TryGetValue(name, out double meant), $"{name}: the official evaluator fails, here mAP is {result.MeanAveragePrecision}.");
            Assert.Equal(meant, result.MeanAveragePrecision, 1e-12);
            return;
        }

        if (map.ValueKind == JsonValueKind.Null)
        {
            Assert.True(double.IsNaN(result.MeanAveragePrecision));
            Assert.NotEmpty(result.UndefinedReason!);
            return;
        }

        Assert.Equal(map.GetDouble(), result.MeanAveragePrecision, 1e-12);
        // Where names are not unique the official evaluator shows the last figure for all of a name.
        if (result.Classes.DistinctBy(c => c.Name).Count() < result.Classes.Count) return;
        foreach (JsonProperty figure in expected.GetProperty("per_class").EnumerateObject())
            Assert.Equal(figure.Value.GetDouble(), result.Class(int.Parse(figure.Name)).AveragePrecision, 1e-12);
    }

    FrameMapResult Evaluate(JsonElement one, FrameMapOptions options)
    {
        string? Given(string key) => one.GetProperty(key).GetString();
        FrameMapFiles files = new()
        {
            Annotations = _folder.Write("gt.csv", Given("gt")!),
            Detections = _folder.Write("det.csv", Given("det")!),
            Exclude = Given("excluded") is { } excluded ? _folder.Write("excluded.csv", excluded) : null,
        };
        string map = Given("labelmap") is { } labels ? _folder.Write("map.pbtxt", labels)
            : SharedData.Path("ava/eval_cases/adversarial_a/labelmap.pbtxt");
        return FrameMap.EvaluateFiles(files, LabelMap.Read(map), options);
    }

    static List<JsonElement> All()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(SharedData.Path(Cases)));
        return [.. document.RootElement.Clone().EnumerateArray()];
    }
}
