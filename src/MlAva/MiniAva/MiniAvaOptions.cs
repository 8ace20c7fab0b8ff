using System.Text.Json.Serialization;

namespace MlAva.MiniAva;

/// <summary>How large a mini-AVA to make, and from which seed. Two data sets with equal options are equal byte for byte on one machine.</summary>
public sealed record MiniAvaOptions
{
    /// <summary>The second of AVA's 15-minute clips at which frame 1 lies.</summary>
    public const int FirstSecond = 900;

    /// <summary>The first keyframe's second.</summary>
    public const int FirstKeyframe = 902;

    /// <summary>Everything derives from this number.</summary>
    public ulong Seed { get; init; } = 20;

    /// <summary>Videos to train on: 1 to 999.</summary>
    public int TrainVideos { get; init; } = 32;

    /// <summary>Videos to validate on: 1 to 999.</summary>
    public int ValVideos { get; init; } = 12;

    /// <summary>Keyframes of each video, one a second from second 902: 1 to 896. A video lasts two seconds longer.</summary>
    public int KeyframesPerVideo { get; init; } = 12;

    /// <summary>Frame width in pixels: 64 to 4096.</summary>
    public int Width { get; init; } = 160;

    /// <summary>Frame height in pixels: 48 to 4096.</summary>
    public int Height { get; init; } = 120;

    /// <summary>Frames a second: 4 to 60. Second <c>t</c> lies at frame <c>Fps·(t − 900) + 1</c>.</summary>
    public int Fps { get; init; } = 15;

    /// <summary>JPEG quality of the frames: 1 to 100.</summary>
    public int JpegQuality { get; init; } = 85;

    /// <summary>Keyframes of each split listed as excluded: 0 to 1000, and at most a tenth of all.</summary>
    public int ExcludedKeyframes { get; init; } = 4;

    /// <summary>Videos drawn at the same time; 0 takes one for each processor. Has no influence on what is drawn.</summary>
    [JsonIgnore]
    public int MaxDegreeOfParallelism { get; init; }

    /// <summary>Frames of each video: from second 900 to one second past the last keyframe, both ends included.</summary>
    [JsonIgnore]
    public int FramesPerVideo => (KeyframesPerVideo + 2) * Fps + 1;

    /// <summary>The second at which a video ends: what AVA's <c>timestamp_end</c> must be for this set.</summary>
    [JsonIgnore]
    public int LastSecond => FirstKeyframe + KeyframesPerVideo;

    /// <summary>Pixels for each pixel of a 160×120 frame.</summary>
    internal double Unit => Math.Min(Height / 120.0, Width / 160.0);

    /// <summary>The number of videos in a split.</summary>
    public int VideosIn(MiniAvaSplit split) => split == MiniAvaSplit.Train ? TrainVideos : ValVideos;

    /// <summary>The 1-based number of the frame at second <paramref name="timestamp"/>.</summary>
    public int FrameAt(int timestamp) => Fps * (timestamp - FirstSecond) + 1;

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentException">An option lies outside its range; the message names it, its value and the range.</exception>
    public void Validate()
    {
        Check(TrainVideos, 1, 999, nameof(TrainVideos));
        Check(ValVideos, 1, 999, nameof(ValVideos));
        Check(KeyframesPerVideo, 1, 896, nameof(KeyframesPerVideo));
        Check(Width, 64, 4096, nameof(Width));
        Check(Height, 48, 4096, nameof(Height));
        Check(Fps, 4, 60, nameof(Fps));
        Check(JpegQuality, 1, 100, nameof(JpegQuality));
        Check(ExcludedKeyframes, 0, 1000, nameof(ExcludedKeyframes));
        Check(MaxDegreeOfParallelism, 0, 1024, nameof(MaxDegreeOfParallelism));
    }

    static void Check(int value, int least, int most, string name)
    {
        if (value < least || value > most) throw new ArgumentException($"{name} is {value}; it must lie between {least} and {most}.", name);
    }
}
