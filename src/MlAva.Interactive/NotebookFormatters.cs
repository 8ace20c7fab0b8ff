using Microsoft.DotNet.Interactive.Formatting;
using MlAva.Evaluation;
using MlAva.Reporting;
using MlAva.Video;

namespace MlAva.Interactive;

/// <summary>
/// Shows MlAva's values in .NET Interactive notebooks: metrics and evaluations as tables, clips as filmstrips, pictures as pictures. Everything shown
/// comes from members that any host can call (<see cref="MetricsHtml"/>, <see cref="ContactSheet"/>); this only registers them.
/// </summary>
public static class NotebookFormatters
{
    const string Html = "text/html";

    /// <summary>Registers the formatters; calling it again changes nothing. In a notebook: <c>MlAva.Interactive.NotebookFormatters.Register();</c>.</summary>
    public static void Register()
    {
        Formatter.Register<ActionDetectionMetrics>((metrics, writer) => writer.Write(metrics.ToHtml()), Html);
        Formatter.Register<FrameMapResult>((result, writer) => writer.Write(MetricsHtml.Table(result)), Html);
        Formatter.Register<VideoClip>((clip, writer) => writer.Write(Picture(ContactSheet.Filmstrip(clip), clip.ToString())), Html);
        Formatter.Register<RgbImage>((image, writer) => writer.Write(Picture(image, image.Size.ToString())), Html);
    }

    static string Picture(RgbImage image, string description) =>
        $"<img alt=\"{System.Net.WebUtility.HtmlEncode(description)}\" src=\"data:image/png;base64,{Convert.ToBase64String(image.ToPng())}\"/>";
}
