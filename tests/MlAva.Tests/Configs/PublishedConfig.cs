using MlAva.Configs;

namespace MlAva.Tests.Configs;

/// <summary>
/// What the reference specification's tables (§1.2 to §1.7) say of one configuration, taken from there and not from the configuration's
/// file.
/// </summary>
public sealed record PublishedConfig(string Id, string Folder, string Name)
{
    public string Backbone { get; init; } = "SlowOnly";
    public int Depth { get; init; } = 50;
    public bool NonLocal { get; init; }
    public int ResampleRate { get; init; }
    public int FusionKernel { get; init; }
    public bool WithGlobal { get; init; }
    public string TemporalPooling { get; init; } = "Average";
    public double FocalAlpha { get; init; } = 1;
    public double FocalGamma { get; init; }
    public string? SharedHead { get; init; }
    public int HeadChannels { get; init; }
    public int Classes { get; init; } = 81;
    public int ClipLength { get; init; }
    public int FrameInterval { get; init; }
    public int Batch { get; init; }
    public int? Gpus { get; init; }
    public double LearningRate { get; init; }
    public double WeightDecay { get; init; } = 1e-5;
    public bool Nesterov { get; init; }
    public string Schedule { get; init; } = "Step";
    public int Epochs { get; init; } = 20;
    public int[] Steps { get; init; } = [10, 15];
    public int Warmup { get; init; } = 5;
    public string WarmupUnit { get; init; } = "Epochs";
    public double WarmupRatio { get; init; } = 0.1;
    public string Version { get; init; } = "2.1";
    public string LabelMap { get; init; } = "ava_action_list_v2.1_for_activitynet_2018.pbtxt";
    public string? WarmStart { get; init; }
    public decimal? Map { get; init; }
    public string? Suffix { get; init; }
    public long Parameters { get; init; }

    /// <summary>The listing of the network's parameters in <c>reference/keys</c>, where there is one.</summary>
    public string? Listing { get; init; }

    public override string ToString() => Id;

    static PublishedConfig SlowOnly(string id, string name, int frames, int interval) => new(id, "ava", name)
    {
        HeadChannels = 2048, ClipLength = frames, FrameInterval = interval, Parameters = 31_800_465, Listing = "slowonly_r50",
    };

    static PublishedConfig SlowFast(string id, string name, int rate, int kernel, string folder = "ava") => new(id, folder, name)
    {
        Backbone = "SlowFast", ResampleRate = rate, FusionKernel = kernel, HeadChannels = 2304, ClipLength = 32, FrameInterval = 2,
        Parameters = rate == 8 ? 33_743_993 : 33_830_265, Listing = rate == 8 ? "slowfast_r50_4x16_fk5" : "slowfast_r50_8x8_fk7",
        WarmStart = rate == 8
            ? "slowfast/slowfast_r50_4x16x1_256e_kinetics400_rgb/slowfast_r50_4x16x1_256e_kinetics400_rgb_20200704-bcde7ed7.pth"
            : "slowfast/slowfast_r50_8x8x1_256e_kinetics400_rgb/slowfast_r50_8x8x1_256e_kinetics400_rgb_20200716-73547d2b.pth",
    };

    static PublishedConfig Cosine(PublishedConfig config) => config with
    {
        Batch = 6, Gpus = 8, LearningRate = 0.075, Schedule = "Cosine", Epochs = 10, Steps = [], Warmup = 2,
    };

    static PublishedConfig Ava22(PublishedConfig config) =>
        Cosine(config) with { Version = "2.2", LabelMap = "ava_action_list_v2.2_for_activitynet_2019.pbtxt" };

    const string Slow4x16 =
        "slowonly/slowonly_r50_4x16x1_256e_kinetics400_rgb/slowonly_r50_4x16x1_256e_kinetics400_rgb_20200704-a69556c6.pth";
    const string NonLocal4x16 = "slowonly/slowonly_nl_embedded_gaussian_r50_4x16x1_150e_kinetics400_rgb/"
        + "slowonly_nl_embedded_gaussian_r50_4x16x1_150e_kinetics400_rgb_20210308-0d6e5a69.pth";
    const string NonLocal8x8 = "slowonly/slowonly_nl_embedded_gaussian_r50_8x8x1_150e_kinetics400_rgb/"
        + "slowonly_nl_embedded_gaussian_r50_8x8x1_150e_kinetics400_rgb_20210308-e8dd9e82.pth";

    public static IReadOnlyList<PublishedConfig> All { get; } =
    [
        SlowOnly("SO50", "slowonly_kinetics_pretrained_r50_4x16x1_20e_ava_rgb", 4, 16) with
            { Batch = 16, Gpus = 8, LearningRate = 0.2, Map = 20.1m, Suffix = "_20201217-40061d5f", WarmStart = Slow4x16 },
        SlowOnly("SO50-omni", "slowonly_omnisource_pretrained_r50_4x16x1_20e_ava_rgb", 4, 16) with
        {
            Batch = 16, Gpus = 8, LearningRate = 0.2, Map = 21.8m, Suffix = "_20201217-0c6d2e98",
            WarmStart = "slowonly/omni/slowonly_r50_omni_4x16x1_kinetics400_rgb_20200926-51b1f7ea.pth",
        },
        SlowOnly("SO50-NL4", "slowonly_nl_kinetics_pretrained_r50_4x16x1_10e_ava_rgb", 4, 16) with
        {
            NonLocal = true, Batch = 12, Gpus = 8, LearningRate = 0.3, WeightDecay = 1e-6, Nesterov = true, Epochs = 10, Steps = [4, 6, 8],
            Warmup = 800,
            WarmupUnit = "Iterations", WarmupRatio = 0.01, Map = 21.75m, Suffix = "_20210316-959829ec", Parameters = 39_154_833,
            Listing = "slowonly_nl_r50",
            WarmStart = NonLocal4x16,
        },
        SlowOnly("SO50-NL8", "slowonly_nl_kinetics_pretrained_r50_8x8x1_10e_ava_rgb", 8, 8) with
        {
            NonLocal = true, Batch = 6, Gpus = 16, LearningRate = 0.15, WeightDecay = 1e-6, Nesterov = true, Epochs = 10, Steps = [4, 6, 8],
            Warmup = 1600,
            WarmupUnit = "Iterations", WarmupRatio = 0.01, Map = 23.79m, Suffix = "_20210316-5742e4dd", Parameters = 39_154_833,
            Listing = "slowonly_nl_r50",
            WarmStart = NonLocal8x8,
        },
        SlowOnly("SO101", "slowonly_kinetics_pretrained_r101_8x8x1_20e_ava_rgb", 8, 8) with
        {
            Depth = 101, Batch = 6, Gpus = 16, LearningRate = 0.075, Map = 24.6m, Suffix = "_20201217-1c9b4117", Parameters = 59_705_489,
            Listing = "slowonly_r101",
            WarmStart = "slowonly/omni/slowonly_r101_without_omni_8x8x1_kinetics400_rgb_20200926-0c730aef.pth",
        },
        SlowOnly("SO101-omni", "slowonly_omnisource_pretrained_r101_8x8x1_20e_ava_rgb", 8, 8) with
        {
            Depth = 101, Batch = 6, Gpus = 16, LearningRate = 0.075, Map = 25.9m, Suffix = "_20201217-16378594", Parameters = 59_705_489,
            Listing = "slowonly_r101",
            WarmStart = "slowonly/omni/slowonly_r101_omni_8x8x1_kinetics400_rgb_20200926-b5dbb701.pth",
        },
        SlowFast("SF4", "slowfast_kinetics_pretrained_r50_4x16x1_20e_ava_rgb", 8, 5) with
            { Batch = 9, Gpus = 16, LearningRate = 0.1125, Map = 24.4m, Suffix = "_20201217-6e7c704d" },
        SlowFast("SF4-ctx", "slowfast_context_kinetics_pretrained_r50_4x16x1_20e_ava_rgb", 8, 5) with
        {
            WithGlobal = true, HeadChannels = 4608, Batch = 9, Gpus = 16, LearningRate = 0.1125, Map = 25.4m, Suffix = "_20201222-f4d209c9",
            Parameters = 33_930_617, Listing = "slowfast_context_r50_4x16_fk5",
        },
        // The specification's G15: the date in the original is a slip, 20200716 is the published one.
        SlowFast("SF8", "slowfast_kinetics_pretrained_r50_8x8x1_20e_ava_rgb", 4, 7) with
            { Batch = 5, Gpus = 16, LearningRate = 0.075, Map = 25.5m, Suffix = "_20201217-ae225e97" },
        Ava22(SlowFast("SF8-22", "slowfast_kinetics_pretrained_r50_8x8x1_cosine_10e_ava22_rgb", 4, 7)) with
            { Map = 26.1m, Suffix = "-b987b516" },
        Ava22(SlowFast("SF8-22-max", "slowfast_temporal_max_kinetics_pretrained_r50_8x8x1_cosine_10e_ava22_rgb", 4, 7)) with
            { TemporalPooling = "Max", Map = 26.4m, Suffix = "-874e0845" },
        Ava22(SlowFast(
            "SF8-22-focal", "slowfast_temporal_max_focal_alpha3_gamma1_kinetics_pretrained_r50_8x8x1_cosine_10e_ava22_rgb", 4, 7)) with
            { TemporalPooling = "Max", FocalAlpha = 3, FocalGamma = 1, Map = 26.8m, Suffix = "-345618cd" },
        SlowOnly("SO50-cc", "slowonly_kinetics_pretrained_r50_4x16x1_20e_ava_rgb_custom_classes", 4, 16) with
        {
            Classes = 17, LabelMap = "ava_action_list_v2.1.pbtxt", Batch = 16, LearningRate = 0.2, Map = 33.11m, Suffix = "-4ab80419",
            WarmStart = Slow4x16,
            Parameters = 31_669_329, Listing = "slowonly_r50_custom17",
        },
        SlowFast("SF4-cc", "slowfast_kinetics_pretrained_r50_4x16x1_20e_ava_rgb_custom_classes", 8, 5) with
        {
            Classes = 17, LabelMap = "ava_action_list_v2.1.pbtxt", Batch = 9, LearningRate = 0.1125, WarmupRatio = 0.05, Map = 37.85m,
            Suffix = "_20210305-c6225546",
            Parameters = 33_596_473, Listing = "slowfast_r50_4x16_custom17",
        },
        Cosine(SlowFast("ACRN-21", "slowfast_acrn_kinetics_pretrained_r50_8x8x1_cosine_10e_ava_rgb", 4, 7, "acrn")) with
        {
            TemporalPooling = "Max", SharedHead = "ActorRelation", Map = 27.1m, Suffix = "-49b07bf2", Parameters = 92_232_057,
            Listing = "slowfast_acrn_r50_8x8_fk7",
        },
        Ava22(SlowFast("ACRN-22", "slowfast_acrn_kinetics_pretrained_r50_8x8x1_cosine_10e_ava22_rgb", 4, 7, "acrn")) with
        {
            TemporalPooling = "Max", SharedHead = "ActorRelation", Map = 27.8m, Suffix = "-2be32625", Parameters = 92_232_057,
            Listing = "slowfast_acrn_r50_8x8_fk7",
        },
        FeatureBank("nl", "NonLocal", 2560, 24.11m, "_20210224-2ae136d9"),
        FeatureBank("avg", "Average", 4096, 20.17m, "_20210301-19c330b7"),
        FeatureBank("max", "Max", 4096, 22.15m, "_20210301-37efcd15"),
        SlowOnly("LFB-infer", "lfb_slowonly_r50_ava_infer", 4, 16) with { Folder = "lfb", Schedule = "" },
    ];

    /// <summary>
    /// The specification has no totals for these: SO50 without its classifier, the classifier, and for the non-local operator two
    /// projections of 2048 to 512 and
    /// two layers of four projections of 512 to 512 and a layer normalisation, all with biases.
    /// </summary>
    static PublishedConfig FeatureBank(string id, string operation, int channels, decimal map, string suffix)
    {
        long backbone = 31_800_465 - (2048 * 81 + 81), classifier = channels * 81 + 81;
        long attention = 2 * (2048 * 512 + 512) + 2 * (4 * (512 * 512 + 512) + 2 * 512);
        return SlowOnly($"LFB-{id}", $"lfb_{id}_kinetics_pretrained_slowonly_r50_4x16x1_20e_ava_rgb", 4, 16) with
        {
            Folder = "lfb", SharedHead = operation, HeadChannels = channels, Batch = 12, Gpus = 8, LearningRate = 0.15, Map = map,
            Suffix = suffix, WarmStart = Slow4x16,
            Parameters = backbone + classifier + (operation == "NonLocal" ? attention : 0), Listing = null,
        };
    }

    /// <summary>One at a time: a detector of full size takes some hundred megabytes.</summary>
    public static TheoryData<string> Ids => [.. All.Select(c => c.Id)];

    public static PublishedConfig Of(string id) => All.Single(c => c.Id == id);

    public DetectionConfig Load() => DetectionConfig.Load(Name);
}
