using System.Text.Json;
using MlAva.Annotations;
using MlAva.TestSupport;

namespace MlAva.Evaluation.Tests;

/// <summary>
/// Broken files, and what the official evaluators make of them (reference data, <c>ava/eval_cases/malformed</c>), by every protocol and in both
/// orders of ties: the same figures, or an error that names file, row and cause. Which are refused, and why, is said here case by case.
/// </summary>
public sealed class MalformedFilesTests : IDisposable
{
    const string Cases = "ava/eval_cases/malformed/malformed.json";

    const string FailsToo = "the official evaluators fail too, without naming file or row";
    const string Loses = "the official evaluators lose a row in silence, and the figure is wrong";

    static readonly MatchingProtocol[] Official =
        [MatchingProtocol.Official2018, MatchingProtocol.Official2019, MatchingProtocol.Official2020];

    /// <summary>All that may be refused. A case that is not here must give a figure.</summary>
    static readonly Refusal[] Refused =
    [
        new("det_6_columns", "det.csv", 1, "6 columns", FailsToo),
        new("det_3_columns", "det.csv", 1, "3 columns", FailsToo),
        new("gt_8_columns_empty_fields_for_empty_frame", "gt.csv", 4, "'' in column", FailsToo),
        new("det_score_text", "det.csv", 1, "'abc' in column 8", FailsToo),
        new("det_box_text", "det.csv", 1, "'x' in column 3", FailsToo),
        new("det_action_name", "det.csv", 1, "'stand' in column 7", FailsToo),
        new("det_timestamp_empty", "det.csv", 1, "'' in column 2", FailsToo),
        new("det_semicolon_separated", "det.csv", 1, "1 column ", FailsToo),
        new("det_unterminated_quote", "det.csv", 1, "a quote that is never closed", FailsToo),
        new("gt_inverted_box_with_det_of_class_in_frame", "gt.csv", 1, "the inverted box (0.714, 0.118, 0.002, 0.977)", FailsToo),
        new("det_2_columns_row", "det.csv", 3, "2 columns", FailsToo + "; that of 2020 passes over the row, yet only truth has such rows"),
        new("det_box_nan", "det.csv", 1, "'nan' in column 3", Loses + ": NaN comes of a network that has diverged"),
        new("det_action_underscore_1_2", "det.csv", 1, "'1_2' in column 7", "12 to Python alone: far likelier a slip of the pen for 1 or 2"),
        new("gt_utf8_bom", "gt.csv", 1, "a byte order mark", Loses, Official),
    ];

    /// <summary>
    /// What a file means that evaluators stumble over: blank lines, label maps in other layouts, and the byte order mark, of which MMAction2's
    /// protocols make a remark.
    /// </summary>
    static readonly Dictionary<string, double> Meant = new()
    {
        ["det_trailing_blank_line"] = .5, ["excl_blank_line"] = 1, ["labelmap_tab_indent"] = 1, ["labelmap_single_quotes"] = 1,
        ["gt_utf8_bom"] = .5,
    };

    /// <summary>
    /// Where MMAction2 1.x's rules differ from the others': a class that is never detected (17, mostly) is not averaged, detections on keyframes
    /// without truth are not looked at, and truth of excluded keyframes counts as missed. NaN: nothing is averaged.
    /// </summary>
    static readonly Dictionary<string, double> MeantByMMAction2V1 = new()
    {
        ["baseline"] = 1, ["det_only_nonwhitelisted"] = double.NaN, ["det_trailing_blank_line"] = 1, ["det_on_frame_whose_gt_is_not_whitelisted"] = 1,
        ["det_score_inf"] = 1, ["det_timestamp_unpadded"] = 1, ["det_cr_only"] = 1, ["gt_zero_area_box"] = .25, ["gt_duplicate_rows"] = .5,
        ["labelmap_label_form"] = 1, ["labelmap_duplicate_name"] = 1, ["excl_all"] = double.NaN, ["excl_empty_file"] = 1, ["gt_utf8_bom"] = 1,
        ["excl_blank_line"] = .5,
    };

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, MatchingProtocol> Runs()
    {
        bool isThere = SharedData.Root is not null && File.Exists(SharedData.Path(Cases));
        TheoryData<string, MatchingProtocol> runs = [];
        foreach (string name in isThere ? All().Select(c => c.GetProperty("name").GetString()!) : ["none"])
        {
            foreach (MatchingProtocol protocol in Enum.GetValues<MatchingProtocol>()) runs.Add(name, protocol);
        }

        return runs;
    }

    [SharedTheory(Cases)]
    [MemberData(nameof(Runs))]
    public void Every_broken_file_gives_the_official_figure_or_an_error_that_explains_itself(string name, MatchingProtocol protocol)
    {
        JsonElement one = All().Single(c => c.GetProperty("name").GetString() == name);
        Refusal? refusal = Refused.FirstOrDefault(r => r.Name == name && (r.Only ?? Enum.GetValues<MatchingProtocol>()).Contains(protocol));
        foreach (TieOrder ties in Enum.GetValues<TieOrder>())
        {
            FrameMapOptions options = new() { Protocol = protocol, Ties = ties };
            if (refusal is null)
            {
                AssertFigures(one, protocol, Evaluate(one, options));
                continue;
            }

            AnnotationFormatException error = Assert.Throws<AnnotationFormatException>(() => Evaluate(one, options));
            Assert.Equal((_folder.File(refusal.File), refusal.Row), (error.File, error.Row));
            Assert.Contains(refusal.Cause, error.Found, StringComparison.Ordinal);
            Assert.All([error.Expected, error.Mend], Assert.NotEmpty);
        }
    }

    [SharedFact(Cases)]
    public void Nothing_is_refused_without_a_reason()
    {
        List<JsonElement> all = All();
        Assert.All(Refused, refusal =>
        {
            JsonElement outcome = all.Single(c => c.GetProperty("name").GetString() == refusal.Name).GetProperty("outcome");
            bool fails = new[] { "v2019", "v2019 (-O)" }.All(run => outcome.GetProperty(run).TryGetProperty("error", out _));
            Assert.Equal(fails, refusal.Why.StartsWith(FailsToo, StringComparison.Ordinal));
        });
        Assert.All(Meant.Keys.Concat(MeantByMMAction2V1.Keys), name => Assert.Contains(all, c => c.GetProperty("name").GetString() == name));
    }

    static void AssertFigures(JsonElement one, MatchingProtocol protocol, FrameMapResult result)
    {
        string name = one.GetProperty("name").GetString()!;
        // The rules of 2018 and of MMAction2 0.x differ from those of 2019 in nothing that these few rows touch.
        JsonElement expected = one.GetProperty("outcome").GetProperty(protocol == MatchingProtocol.Official2020 ? "head2020" : "v2019");
        bool isOfficial = expected.TryGetProperty("mAP", out JsonElement map);
        bool differs = protocol == MatchingProtocol.MMAction2V1 && MeantByMMAction2V1.ContainsKey(name);
        bool isMeant = differs || (Meant.ContainsKey(name) && (!isOfficial || !Official.Contains(protocol)));
        Assert.True(isOfficial || isMeant, $"{name}: the official evaluator fails, here mAP is {result.MeanAveragePrecision}.");
        double mean = differs ? MeantByMMAction2V1[name] : isMeant ? Meant[name] : map.ValueKind == JsonValueKind.Null ? double.NaN : map.GetDouble();

        Assert.Equal(mean, result.MeanAveragePrecision, 1e-12);
        Assert.Equal(double.IsNaN(mean), result.UndefinedReason is not null);
        // Where names are not unique the official evaluator shows the last figure for all of a name.
        if (!isOfficial || isMeant || result.Classes.DistinctBy(c => c.Name).Count() < result.Classes.Count) return;
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

    /// <summary>A file that gives no figure.</summary>
    /// <param name="Name">The case.</param>
    /// <param name="File">The file that the error names.</param>
    /// <param name="Row">The row that it names.</param>
    /// <param name="Cause">What it found there.</param>
    /// <param name="Why">Why an error is better than a figure.</param>
    /// <param name="Only">By which protocols; null for all.</param>
    sealed record Refusal(string Name, string File, int Row, string Cause, string Why, MatchingProtocol[]? Only = null);

    static List<JsonElement> All()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(SharedData.Path(Cases)));
        return [.. document.RootElement.Clone().EnumerateArray()];
    }
}
