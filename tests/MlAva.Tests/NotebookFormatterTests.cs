using Microsoft.DotNet.Interactive.Formatting;
using MlAva.Annotations;
using MlAva.Evaluation;
using MlAva.Interactive;
using MlAva.Video;

namespace MlAva.Tests;

public sealed class NotebookFormatterTests
{
    [Fact]
    public void Clips_and_metrics_are_shown_as_pictures_and_tables()
    {
        NotebookFormatters.Register();
        string clip = new VideoClip(3, new(8, 6)).ToDisplayString("text/html");
        Assert.StartsWith("<img", clip, StringComparison.Ordinal);
        Assert.Contains("data:image/png;base64,", clip, StringComparison.Ordinal);

        Box box = new(0.1, 0.1, 0.5, 0.9);
        FrameMapResult result = FrameMap.Evaluate([new("v", 902, box, 1, 0)], [new("v", 902, box, 1, 0.8)], [new(1, "a <b>", ActionGroup.PersonMovement)]);
        string table = new ActionDetectionMetrics(result).ToDisplayString("text/html");
        Assert.Contains("<table", table, StringComparison.Ordinal);
        Assert.Contains("a &lt;b&gt;", table, StringComparison.Ordinal);
        Assert.Equal(table, result.ToDisplayString("text/html"));
    }
}
