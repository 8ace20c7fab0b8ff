namespace MlAva.MiniAva;

/// <summary>A finished mini-AVA on disk: where its files lie, in AVA's own formats.</summary>
public sealed class MiniAvaDataSet
{
    internal MiniAvaDataSet(string folder, MiniAvaOptions options, bool isReused)
    {
        (Folder, Options, IsReused) = (folder, options, isReused);
    }

    /// <summary>The data set's folder, full path.</summary>
    public string Folder { get; }

    /// <summary>What it was made from.</summary>
    public MiniAvaOptions Options { get; }

    /// <summary>True when a finished set with the same options was found in the folder and nothing was drawn.</summary>
    public bool IsReused { get; }

    /// <summary>The classes by id.</summary>
    public IReadOnlyList<MiniAvaClass> Classes { get; } = MiniAvaClass.All;

    /// <summary>Parent of all folders of frames: <c>&lt;video id&gt;/img_00001.jpg</c> and on.</summary>
    public string FramesFolder => Path.Combine(Folder, "rawframes");

    /// <summary>The label map with AVA's three groups.</summary>
    public string LabelMap => Path.Combine(Folder, "annotations", "mini_ava_action_list.pbtxt");

    /// <summary>The options and the drawing's version as JSON; it is written last.</summary>
    public string Manifest => Path.Combine(Folder, ManifestName);

    internal const string ManifestName = "mini_ava.json";

    /// <summary>The annotation csv of a split.</summary>
    public string Annotations(MiniAvaSplit split) => Path.Combine(Folder, "annotations", $"mini_ava_{Name(split)}.csv");

    /// <summary>The excluded keyframes of a split.</summary>
    public string ExcludedTimestamps(MiniAvaSplit split) => Path.Combine(Folder, "annotations", $"mini_ava_{Name(split)}_excluded_timestamps.csv");

    /// <summary>The person boxes of a split, a pickle.</summary>
    public string Proposals(MiniAvaSplit split) => Path.Combine(Folder, "annotations", $"mini_ava_proposals_{Name(split)}.pkl");

    /// <summary>The path of a frame.</summary>
    /// <param name="videoId">The video's id.</param>
    /// <param name="frame">1-based number; see <see cref="MiniAvaOptions.FrameAt"/>.</param>
    public string Frame(string videoId, int frame) => Path.Combine(FramesFolder, videoId, $"img_{frame:00000}.jpg");

    static string Name(MiniAvaSplit split) => split == MiniAvaSplit.Train ? "train" : "val";
}
