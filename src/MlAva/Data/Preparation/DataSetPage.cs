using MlAva.Annotations;
using MlAva.Diagnostics;
using MlAva.Reporting;
using MlAva.Video;

namespace MlAva.Preparation;

/// <summary>A data set as a page of pictures: keyframes with their boxes, actions and proposals. One HTML file, with all that it needs.</summary>
public static class DataSetPage
{
    const double UsualFps = 30;
    static readonly RgbColor ProposalColor = new(255, 255, 255);

    /// <summary>Writes the page.</summary>
    /// <param name="path">The file to write or replace.</param>
    /// <param name="dataset">The set, loaded with or without proposals.</param>
    /// <param name="options">Which keyframes, and their frames.</param>
    /// <param name="progress">Told how many keyframes are drawn, of how many.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The number of keyframes shown, and of those whose frame could not be read (the page says why).</returns>
    /// <exception cref="ArgumentException">An option is out of range, or no keyframe is left.</exception>
    public static (int Shown, int Unreadable) Write(string path, AvaDataset dataset, DataSetPageOptions options, IProgress<(int Done, int Total)>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        AvaKeyframe[] all = [.. dataset.Keyframes.Where(k => options.Videos?.Contains(k.VideoId) != false
            && (options.Actions is not { } actions || k.Classes.Any(l => l.Any(c => actions.Contains(dataset.ActionIds[c])))))];
        if (all.Length == 0) throw new ArgumentException("No keyframe is left; expected at least one of the videos and actions asked for.", nameof(options));
        int count = Math.Min(all.Length, options.MaxKeyframes);
        AvaKeyframe[] shown = [.. Enumerable.Range(0, count).Select(i => all[(int)((long)i * all.Length / count)])];
        double start = TimeAxis.Of(dataset.Keyframes.Select(k => k.Timestamp), options.TimestampStart).Start;
        using FrameStoreCache stores = new(options.Store);
        List<Markup> cards = [];
        int unreadable = 0;
        foreach (AvaKeyframe keyframe in shown)
        {
            cancellation.ThrowIfCancellationRequested();
            Markup card = new();
            try
            {
                string jpeg = Convert.ToBase64String(Picture(dataset, keyframe, stores, start, options, cancellation));
                card.Add($"""<img alt="{keyframe.VideoId} at {keyframe.Timestamp}" src="data:image/jpeg;base64,{jpeg}"/>""");
            }
            catch (Exception e) when (e is FrameStoreException or FrameDecodeException)
            {
                unreadable++;
                card.Add($"""<p class="gone">{e.Message}</p>""");
            }
            Caption(card, dataset, keyframe);
            cards.Add(card);
            progress?.Report((cards.Count, count));
        }
        AtomicFile.WriteAllText(path, Page(dataset, all.Length, cards));
        return (count, unreadable);
    }

    static byte[] Picture(AvaDataset dataset, AvaKeyframe keyframe, FrameStoreCache stores, double start, DataSetPageOptions options, CancellationToken cancellation)
    {
        string source = AvaDataView.SourceOf(options.Frames, keyframe.VideoId);
        IFrameStore store = stores.Open(source);
        double fps = options.Fps ?? store.Fps ?? FrameExtraction.RateOf(source) ?? UsualFps;
        int index = (int)Math.Clamp(Math.Floor((keyframe.Timestamp - start) * fps + 0.5), int.MinValue / 2, int.MaxValue / 2) + store.FirstIndex;
        RgbImage picture = Pictures.OfWidth(store.ReadImage(index, cancellation), options.Width);
        FramePainter painter = picture.Painter;
        foreach (Box proposal in Offered(keyframe)?.Boxes ?? []) Draw(painter, proposal, "", ProposalColor, 1);
        for (int i = 0; i < keyframe.Boxes.Length; i++)
            Draw(painter, keyframe.Boxes[i], string.Join('\n', keyframe.Classes[i].Select(c => NameOf(dataset, c))), PersonColors.Of(i), 2);
        return picture.ToJpeg(85);

        void Draw(FramePainter on, Box box, string text, RgbColor color, int thickness)
        {
            Box pixels = box.Scale(picture.Width, picture.Height);
            on.LabelledBox((float)pixels.X1, (float)pixels.Y1, (float)pixels.X2, (float)pixels.Y2, text, color, thickness, scale: 1);
        }
    }

    static KeyframeProposals? Offered(AvaKeyframe keyframe) => keyframe.Proposals == KeyframeProposals.WholeFrame ? null : keyframe.Proposals;

    static void Caption(Markup card, AvaDataset dataset, AvaKeyframe keyframe)
    {
        card.Add($"""<figcaption><b>{keyframe.VideoId}</b> <span class="soft">{keyframe.Timestamp} s""");
        int count = Offered(keyframe)?.Count ?? 0;
        if (keyframe.Proposals is not null) card.Add($" · {count} {(count == 1 ? "proposal" : "proposals")}");
        card.Add($"</span><ul>");
        for (int i = 0; i < keyframe.Boxes.Length; i++)
        {
            string names = string.Join(", ", keyframe.Classes[i].Select(c => NameOf(dataset, c)));
            card.Add($"""<li><i style="background:{PersonColors.Css(i)}"></i>{names}""");
            if (Offered(keyframe) is { } offered)
                card.Add($""" <span class="soft">best IoU {Markup.Number(offered.Boxes.Select(p => Box.IoU(keyframe.Boxes[i], p)).Where(v => v >= 0).DefaultIfEmpty(0).Max(), "F2")}</span>""");
            card.Add($"</li>");
        }
        card.Add($"</ul></figcaption>");
    }

    static string NameOf(AvaDataset dataset, int label) =>
        dataset.LabelMap?.TryGetName(dataset.ActionIds[label], out string? name) == true ? name : FormattableString.Invariant($"action {dataset.ActionIds[label]}");

    static string Page(AvaDataset dataset, int matching, List<Markup> cards)
    {
        const string Style = """
            .mlava{margin:0;padding:24px}.sheet{display:grid;gap:20px;grid-template-columns:repeat(auto-fill,minmax(280px,1fr))}figure{margin:0}
            figure img{width:100%;display:block}figcaption{padding-top:6px;font-size:13px}figcaption ul{list-style:none;margin:2px 0 0;padding:0}
            figcaption i{display:inline-block;width:10px;height:10px;margin-right:6px}.gone{min-height:120px;margin:0;padding:12px;background:var(--faint)}
            """;
        DataSetStatistics counts = DataSetStatistics.Of(dataset);
        Markup page = new();
        page.Add($"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"/><title>Data set</title><meta name="viewport" content="width=device-width"/><style>{Markup.Raw(ReportStyle.Pieces)}{Markup.Raw(Style)}</style></head>
            <body class="mlava"><h1>{dataset.Options.AnnotationPath}</h1><p>{counts.ToString()}. {cards.Count} of {matching} keyframes are shown.
            """);
        if (counts.Proposals is { } overlap) page.Add($" Proposals (thin white boxes) reach {Markup.Number(overlap.Recall[0] * 100, "F1")} % of the boxes at IoU 0.5.");
        page.Add($"""</p><div class="sheet">""").Each(cards, (m, card) => m.Add($"<figure>{card}</figure>")).Add($"</div></body></html>\n");
        return page.ToString();
    }
}
