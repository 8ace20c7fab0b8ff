using System.Text.Json;
using MlAva.Annotations;

namespace MlAva.Evaluation.Tests;

public class EvaluationJsonTests
{
    static readonly Box Left = new(.1, .1, .5, .9);

    static FrameMapResult Result(params AnnotationRow[] truth) => FrameMap.Evaluate(
        truth, [new("A", 1, Left, 2, .9), new("A", 2, Left, 2, .8), new("A", 3, Left, 2, .7)],
        [new(2, "carry \"it\"", ActionGroup.ObjectManipulation), new(5, "sit", ActionGroup.PersonMovement)]);

    [Fact]
    public void Figures_keep_every_digit()
    {
        FrameMapResult result = Result(new("A", 3, Left, 2, 0), new("A", 2, Left, 2, 0), new("B", 1, Left, 2, 0));
        using JsonDocument json = JsonDocument.Parse(EvaluationJson.ToJson(result));
        JsonElement root = json.RootElement;
        JsonElement first = root.GetProperty("classes")[0];

        Assert.Equal(result.MeanAveragePrecision, root.GetProperty("mAP").GetDouble());
        Assert.NotEqual(0, result.MeanAveragePrecision);
        Assert.Equal(("mmaction2-0.x", "stable"), (root.GetProperty("protocol").GetString(), root.GetProperty("ties").GetString()));
        Assert.Equal(.5, root.GetProperty("iouThreshold").GetDouble());
        Assert.Equal((2, "carry \"it\""), (first.GetProperty("id").GetInt32(), first.GetProperty("name").GetString()));
        Assert.Equal("object_manipulation", first.GetProperty("group").GetString());
        string[] counts = ["numGroundTruth", "numDetections", "numTruePositives"];
        Assert.Equal([3, 3, 2], counts.Select(name => first.GetProperty(name).GetInt32()));
        Assert.Equal(4, root.GetProperty("keyframes").GetInt32());
        Assert.Equal(3, root.GetProperty("counts").GetProperty("detections").GetInt32());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("classes")[1].GetProperty("ap").ValueKind);
    }

    [Fact]
    public void An_undefined_mean_is_null_and_gives_its_reason()
    {
        using JsonDocument json = JsonDocument.Parse(EvaluationJson.ToJson(Result()));

        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("mAP").ValueKind);
        Assert.NotEqual("", json.RootElement.GetProperty("undefinedReason").GetString());
    }

    [Fact]
    public void Writing_leaves_the_stream_open()
    {
        using MemoryStream stream = new();
        EvaluationJson.Write(stream, Result());

        Assert.True(stream.CanWrite);
        Assert.StartsWith("{\n", EvaluationJson.ToJson(Result()), StringComparison.Ordinal);
    }
}
