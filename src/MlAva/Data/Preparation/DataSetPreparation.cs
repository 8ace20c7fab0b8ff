using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MlAva.Annotations;
using MlAva.Annotations.Formats;
using MlAva.Configs;
using MlAva.Diagnostics;
using MlAva.Persons;
using MlAva.Video;

namespace MlAva.Preparation;

/// <summary>
/// Makes a data set from a folder of videos and another tool's annotations: frames, AVA's files, a configuration. A second run does again only
/// what is missing or changed.
/// </summary>
public static class DataSetPreparation
{
    const double UsualFps = 30;
    static readonly int[] UsualTopK = [3, 5];
    static readonly JsonSerializerOptions Json = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Writes <c>rawframes/</c>, <c>annotations/</c> (<c>train.csv</c>, <c>train.pkl</c>, <c>labels.pbtxt</c>, with validation <c>val.csv</c> and <c>val.pkl</c>, with a detector <c>persons.csv</c>),
    /// <c>config.json</c> and <c>train.rsp</c>.
    /// </summary>
    /// <param name="options">From what, and where to.</param>
    /// <param name="cancellation">Stops the work; the videos that are done stay.</param>
    /// <exception cref="ArgumentException">An option is out of range, or does not fit the annotations.</exception>
    /// <exception cref="AnnotationFormatException">The annotations cannot be used.</exception>
    /// <exception cref="FrameStoreException">A video is missing or cannot be used, or there is no FFmpeg.</exception>
    /// <exception cref="FrameDecodeException">A video is damaged.</exception>
    public static PreparedDataSet Run(DataSetPreparationOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        SourceVideos videos = new(options.Videos);
        ImportedSet imported = AnnotationImport.Read(options.Format, options.Annotations,
            options.Import with { Videos = options.Import.Videos ?? (id => Look(videos, id, options)), OnError = options.OnError }, cancellation);
        if (imported.Rows.Count == 0)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"The annotations hold no box with an action at a keyframe ({imported.Report.BetweenKeyframes} boxes between keyframes, {imported.Report.WithoutAction} without action); expected at least one."));
        }
        ILookup<bool, string> known = imported.Videos.Keys.ToLookup(id => Look(videos, id, options) is not null);
        string[] ids = [.. known[true]];
        if (ids.Length == 0 || (known[false].Any() && options.OnError == OnError.Fail)) throw Missing(options.Videos, known[false]);
        if (options.Validation.FirstOrDefault(v => !imported.Videos.ContainsKey(v)) is { } odd)
            throw new ArgumentException($"{nameof(options.Validation)} names '{odd}'; expected a video of the annotations: {string.Join(", ", imported.Videos.Keys.Take(8))}.");
        double[] rates = [.. ids.Select(id => imported.Videos[id].Fps ?? UsualFps).Distinct()];
        double rate = options.Fps ?? (rates.Length == 1 ? rates[0] : UsualFps);
        ExtractionReport frames = FrameExtraction.Run(options.Extraction(ids, rates is [var own] && own == rate ? null : rate), cancellation);
        HashSet<string> have = [.. frames.Videos.Select(v => v.Id)], validation = [.. options.Validation];
        if (have.All(validation.Contains))
            throw new ArgumentException($"{nameof(options.Validation)} names all videos that can be used; expected one that is left to train on.");

        string folder = Path.Combine(options.Output, "annotations");
        PersonDetectionResult? detected = options.Detector is null ? null : Detect();
        Proposals proposals = detected?.Proposals ?? (options.Proposals is { } path ? ProposalFile.Read(path, cancellation) : imported.Proposals);
        bool validates = have.Any(validation.Contains);
        WriteSplit("train", id => have.Contains(id) && !validation.Contains(id));
        if (validates) WriteSplit("val", id => have.Contains(id) && validation.Contains(id));
        // The boxes as a table, too, in which they are linked over time.
        if (detected is not null) ProposalFile.Write(Path.Combine(folder, "persons.csv"), proposals);
        imported.LabelMap.Write(Path.Combine(folder, "labels.pbtxt"));
        string config = WriteConfig(options, imported, rate, validates);
        string[] arguments = Arguments(options, rate, validates);
        string response = Path.Combine(options.Output, "train.rsp");
        AtomicFile.WriteAllText(response, string.Concat(arguments.Chunk(2).Select(o => $"{o[0]} \"{o[1]}\"\n")));
        ProposalOverlap overlap = ProposalOverlap.Of(imported.Rows.Where(r => have.Contains(r.VideoId)), proposals);
        return new(config, arguments, response, imported, frames, overlap, detected?.Failures ?? []);

        PersonDetectionResult Detect() => PersonDetection.Run(options.Detector, new()
        {
            Source = Path.Combine(options.Output, "rawframes"), Keyframes = [.. imported.Rows.Select(r => r.Key).Where(k => have.Contains(k.VideoId)).Distinct()],
            TimestampStart = options.Import.TimestampStart, Fps = rate, Workers = options.Workers, OnError = options.OnError, Progress = options.DetectionProgress,
        }, cancellation);

        void WriteSplit(string name, Func<string, bool> isOfSplit)
        {
            AnnotationFile.Write(Path.Combine(folder, name + ".csv"), imported.Rows.Where(r => isOfSplit(r.VideoId)));
            ProposalFile.Write(Path.Combine(folder, name + ".pkl"), new(proposals.Entries.Where(e => isOfSplit(e.Key.VideoId))));
        }
    }

    /// <summary>A video that cannot be opened is, where that is asked for, as if it were not there: what needs it is counted.</summary>
    static SourceVideo? Look(SourceVideos videos, string id, DataSetPreparationOptions options)
    {
        try
        {
            return videos.Find(id);
        }
        catch (Exception e) when (options.OnError == OnError.Skip && e is FrameStoreException or FrameDecodeException)
        {
            return null;
        }
    }

    static FrameStoreException Missing(string folder, IEnumerable<string> ids) => new(folder, null, $"no video '{string.Join("', '", ids.Take(4))}'",
        "a video file for each video of the annotations", $"name the files as the annotations do; here are {string.Join(", ", SourceVideos.Files(folder).Take(4).Select(Path.GetFileName))}");

    static string[] Arguments(DataSetPreparationOptions options, double rate, bool validates)
    {
        string folder = Path.Combine(options.Output, "annotations");
        string[] validation = validates ? ["--val-annotations", Path.Combine(folder, "val.csv"), "--val-proposals", Path.Combine(folder, "val.pkl")] : [];
        return
        [
            "--annotations", Path.Combine(folder, "train.csv"), "--proposals", Path.Combine(folder, "train.pkl"), "--label-map", Path.Combine(folder, "labels.pbtxt"), .. validation,
            "--frames", Path.Combine(options.Output, "rawframes"), "--work-dir", Path.Combine(options.Output, "work"),
            "--fps", rate.ToString("R", CultureInfo.InvariantCulture), "--timestamp-start", options.Import.TimestampStart.ToString("R", CultureInfo.InvariantCulture),
        ];
    }

    static string WriteConfig(DataSetPreparationOptions options, ImportedSet imported, double rate, bool validates)
    {
        string split = validates ? "val" : "train";
        int classes = imported.LabelMap.MaxId;
        TimeAxis axis = TimeAxis.Of(imported.Rows.Select(r => r.Timestamp), options.Import.TimestampStart);
        JsonObject config = new()
        {
            ["extends"] = options.Extends,
            ["clip"] = new JsonObject { ["sampling"] = new JsonObject { ["fps"] = rate, ["timestampStart"] = axis.Start, ["timestampEnd"] = axis.End } },
            ["data"] = new JsonObject
            {
                ["version"] = null, ["root"] = options.Output.Replace('\\', '/'), ["framesPath"] = "rawframes", ["labelMapPath"] = "annotations/labels.pbtxt", ["customClasses"] = null,
                ["train"] = Split("train"), ["val"] = Split(split),
            },
            ["model"] = new JsonObject
            {
                ["head"] = new JsonObject
                {
                    ["numClasses"] = classes + 1,
                    ["topK"] = new JsonArray([.. UsualTopK.Select(k => Math.Min(k, classes)).Distinct().Select(k => (JsonNode)k)]),
                },
            },
            ["training"] = new JsonObject { ["workDirectory"] = Path.Combine(options.Output, "work").Replace('\\', '/') },
            ["published"] = null,
        };
        string path = Path.Combine(options.Output, "config.json");
        AtomicFile.WriteAllText(path, config.ToJsonString(Json) + "\n");
        // Read back at once: what the set's own numbers spoil is told now.
        DetectionConfig.Load(path);
        return path;

        static JsonObject Split(string name) =>
            new() { ["annotationPath"] = $"annotations/{name}.csv", ["proposalPath"] = $"annotations/{name}.pkl", ["excludePath"] = null };
    }
}
