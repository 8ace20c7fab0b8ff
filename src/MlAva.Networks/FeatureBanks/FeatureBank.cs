using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// What was seen when: the pooled features of every person in every second of every video, in half precision (Wu et al., CVPR 2019;
/// reference specification §10.1). Reading is thread-safe once nothing is added any more.
/// </summary>
public sealed class FeatureBank
{
    const ushort Infinite = 0x7C00; // the exponent of infinities and of what is no number
    readonly Dictionary<string, Video> _videos = new(StringComparer.Ordinal);

    /// <param name="channels">Numbers a feature.</param>
    public FeatureBank(int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        Channels = channels;
    }

    /// <summary>Numbers a feature.</summary>
    public int Channels { get; }

    /// <summary>Number of features in all.</summary>
    public long Count { get; private set; }

    /// <summary>Ids of the videos.</summary>
    public IReadOnlyCollection<string> Videos => _videos.Keys;

    /// <summary>The second of the bank that a keyframe belongs to.</summary>
    /// <param name="timestamp">Seconds in the source video; a fraction belongs to the second that it is a part of.</param>
    public static int SecondOf(double timestamp) => checked((int)Math.Floor(timestamp));

    /// <summary>
    /// Reads a bank: a file of ours (<c>.safetensors</c>) or of MMAction2 (<c>.pkl</c>, saved by PyTorch); the content decides, not the
    /// name. Numbers of higher precision are rounded to half precision. Nothing in a file is executed.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointFormatException">The file is damaged, or holds something else.</exception>
    public static FeatureBank Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return FeatureBankFiles.Read(path);
    }

    /// <summary>Reads a bank of our own form.</summary>
    /// <param name="stream">Where from: what <see cref="Write"/> wrote.</param>
    /// <param name="source">The file's name, for messages.</param>
    /// <exception cref="CheckpointFormatException">The stream is damaged, or holds something else.</exception>
    public static FeatureBank Read(Stream stream, string source = "feature bank")
    {
        ArgumentNullException.ThrowIfNull(stream);
        return FeatureBankFiles.Read(stream, source);
    }

    /// <summary>Reads a bank of our own form with the texts that were written beside it.</summary>
    /// <param name="stream">Where from: what <see cref="Write"/> wrote.</param>
    /// <param name="source">The file's name, for messages.</param>
    /// <param name="metadata">The texts.</param>
    /// <exception cref="CheckpointFormatException">The stream is damaged, or holds something else.</exception>
    public static FeatureBank Read(Stream stream, string source, out IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return FeatureBankFiles.Read(stream, source, out metadata);
    }

    /// <summary>Writes the bank in our own form; the same content always gives the same bytes.</summary>
    /// <param name="stream">Where to; it need not seek.</param>
    /// <param name="metadata">Texts to go with it, under names of your own.</param>
    public void Write(Stream stream, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        FeatureBankFiles.Write(stream, this, metadata);
    }

    /// <summary>
    /// Writes the bank as MMAction2 does, so that it, or <c>torch.load</c>, can read it: <c>{video: {second: [vector, …]}}</c>.
    /// </summary>
    /// <param name="stream">Where to; it need not seek.</param>
    public void WriteTorch(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        FeatureBankFiles.WriteTorch(stream, this);
    }

    /// <summary>Whether the bank has a video, be it without features.</summary>
    public bool Contains(string videoId) => _videos.ContainsKey(videoId);

    /// <summary>Seconds of a video that have features, rising; none for a video that the bank does not know.</summary>
    public IReadOnlyCollection<int> Seconds(string videoId) => _videos.TryGetValue(videoId, out Video? video) ? video.Keys : [];

    /// <summary>The features of a second, in the order in which they were added; none where nobody was seen.</summary>
    public IReadOnlyList<Half[]> Features(string videoId, int second) =>
        _videos.TryGetValue(videoId, out Video? video) && video.TryGetValue(second, out List<Half[]>? features) ? features : [];

    /// <summary>Makes a video known, so that a keyframe of it may ask for what was seen there, be it nothing.</summary>
    public void Add(string videoId)
    {
        ArgumentException.ThrowIfNullOrEmpty(videoId);
        _videos.TryAdd(videoId, []);
    }

    /// <summary>Puts a person's features behind those of the same second, rounded to half precision.</summary>
    /// <param name="videoId">The video.</param>
    /// <param name="second">The second in it.</param>
    /// <param name="features">As many numbers as the bank has <see cref="Channels"/>.</param>
    /// <exception cref="ArgumentException">
    /// There are not <see cref="Channels"/> numbers, or not all are finite in half precision.
    /// </exception>
    public void Add(string videoId, int second, ReadOnlySpan<float> features)
    {
        Half[] kept = new Half[features.Length];
        for (int i = 0; i < kept.Length; i++) kept[i] = (Half)features[i];
        Keep(videoId, second, kept);
    }

    /// <summary>Puts a person's features behind those of the same second.</summary>
    /// <param name="videoId">The video.</param>
    /// <param name="second">The second in it.</param>
    /// <param name="features">As many numbers as the bank has <see cref="Channels"/>.</param>
    /// <exception cref="ArgumentException">
    /// There are not <see cref="Channels"/> numbers, or not all are finite in half precision.
    /// </exception>
    public void Add(string videoId, int second, ReadOnlySpan<Half> features) => Keep(videoId, second, features.ToArray());

    /// <summary>
    /// Takes over the videos of another bank, as the reference joins those of its splits: a video that both have is the other's.
    /// </summary>
    /// <param name="other">The other bank; its features are shared, not copied.</param>
    /// <exception cref="ArgumentException">Its features are of another size.</exception>
    public void Merge(FeatureBank other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Channels != Channels)
        {
            throw new ArgumentException($"The other bank's features are {other.Channels} numbers; this bank's are {Channels}. "
                + "To mend: build both with the same detector.", nameof(other));
        }
        if (ReferenceEquals(other, this)) return;
        foreach ((string videoId, Video video) in other._videos)
        {
            if (_videos.TryGetValue(videoId, out Video? own)) Count -= own.Values.Sum(persons => (long)persons.Count);
            Video taken = _videos[videoId] = [];
            foreach ((int second, List<Half[]> persons) in video)
            {
                taken[second] = [.. persons];
                Count += persons.Count;
            }
        }
    }

    /// <summary>Holds the bank against what a network will ask of it, so that what is wrong is known before the work begins.</summary>
    /// <param name="options">What the network asks for.</param>
    /// <param name="keyframes">Video and second of the keyframes.</param>
    /// <param name="name">What the bank is called in messages: its file.</param>
    /// <exception cref="ArgumentException">
    /// The features are of another size, videos are missing, or no keyframe has a feature within its window.
    /// </exception>
    public void Check(FeatureBankHeadOptions options, IEnumerable<(string VideoId, int Second)> keyframes, string name)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(keyframes);
        if (options.BankChannels != Channels)
        {
            throw new ArgumentException($"{Asked(options)}; the features of {name} are {Channels} numbers. "
                + $"To mend: set it to {Channels}, or build the bank with the detector that the network was made for.");
        }
        (string VideoId, int Second)[] asked = [.. keyframes.Distinct()];
        string[] videos = [.. asked.Select(k => k.VideoId).Distinct()], missing = [.. videos.Where(v => !Contains(v))];
        if (missing.Length > 0)
        {
            throw new ArgumentException($"{name} has no features of {missing.Length} of {videos.Length} videos ({First(missing)}); "
                + $"its own {_videos.Count} are {First(_videos.Keys)}. To mend: build a bank over these videos too, and give both files.");
        }
        if (asked.Length == 0 || asked.Any(k => HasFeaturesAround(k.VideoId, k.Second, options.WindowSize))) return;
        (string video, int second) = asked[0];
        IReadOnlyCollection<int> seconds = Seconds(video);
        string known = seconds.Count == 0 ? "no second" : $"the seconds {seconds.First()} to {seconds.Last()}";
        throw new ArgumentException($"{name} has no feature within {options.WindowSize / 2} seconds of any of {asked.Length} keyframes: "
            + $"of '{video}' it knows {known}, the first keyframe is at {second}. "
            + "To mend: build the bank from annotations with the same time axis.");
    }

    /// <summary>
    /// The long-term features around a keyframe: of each second from half a window before it to half a window behind it, some at random
    /// and without repetition; zeros where there are none.
    /// </summary>
    /// <param name="videoId">The video.</param>
    /// <param name="second">The keyframe's second.</param>
    /// <param name="options">Window and features per second.</param>
    /// <param name="choose">From (number of features, how many to take), which ones.</param>
    /// <param name="destination">S×C numbers, slot by slot, those of a second beside each other.</param>
    /// <exception cref="ArgumentException">
    /// The bank does not know the video, its features are of another size, or there is not the room that is needed.
    /// </exception>
    public void Sample(
        string videoId, int second, FeatureBankHeadOptions options, Func<int, int, IReadOnlyList<int>> choose, Span<Half> destination)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(choose);
        int slots = options.BankFeatures();
        if (options.BankChannels != Channels)
            throw new ArgumentException($"{Asked(options)}; this bank's features are {Channels} numbers.", nameof(options));
        if (destination.Length != Channels * slots)
            throw new ArgumentException($"There is room for {destination.Length} numbers, not {Channels * slots}.", nameof(destination));
        if (!_videos.TryGetValue(videoId, out Video? video))
        {
            throw new ArgumentException($"The feature bank has no video '{videoId}'; it has {_videos.Count} ({First(_videos.Keys)}). "
                + "To mend: build a bank over this data set too, and give both files.", nameof(videoId));
        }
        destination.Clear();
        int start = second - options.WindowSize / 2;
        for (int i = 0; i < options.WindowSize; i++)
        {
            if (!video.TryGetValue(start + i, out List<Half[]>? persons)) continue;
            int slot = i * options.FeaturesPerSecond;
            foreach (int index in choose(persons.Count, Math.Min(persons.Count, options.FeaturesPerSecond)))
                persons[index].CopyTo(destination[(slot++ * Channels)..]);
        }
    }

    /// <summary>The long-term features of several persons, each with its own draws.</summary>
    /// <param name="keyframes">Video and second of each person.</param>
    /// <param name="options">Window and features per second.</param>
    /// <param name="random">The draws.</param>
    /// <returns>[R, C, S] float32 on the CPU; the caller disposes of it.</returns>
    /// <exception cref="ArgumentException">The bank does not know a video, or its features are of another size.</exception>
    public Tensor Sample(IReadOnlyList<(string VideoId, int Second)> keyframes, FeatureBankHeadOptions options, Random random)
    {
        ArgumentNullException.ThrowIfNull(keyframes);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        int each = Channels * options.BankFeatures();
        Half[] values = new Half[checked(keyframes.Count * each)];
        for (int r = 0; r < keyframes.Count; r++)
            Sample(keyframes[r].VideoId, keyframes[r].Second, options, Draw, values.AsSpan(r * each, each));
        return ToTensor(values, options, CPU);

        int[] Draw(int count, int taken)
        {
            int[] order = [.. Enumerable.Range(0, count)];
            random.Shuffle(order);
            return order[..taken];
        }
    }

    /// <summary>Sampled features as a <see cref="FeatureBankHead"/> takes them.</summary>
    /// <param name="samples">R×S×C numbers: for each person, slot by slot.</param>
    /// <param name="options">What the head asks for.</param>
    /// <param name="device">Where the head is.</param>
    /// <returns>[R, C, S] float32; the caller disposes of it.</returns>
    /// <exception cref="ArgumentException">The numbers are not those of whole persons.</exception>
    public static Tensor ToTensor(ReadOnlySpan<Half> samples, FeatureBankHeadOptions options, Device device)
    {
        ArgumentNullException.ThrowIfNull(options);
        int slots = options.BankFeatures(), each = options.BankChannels * slots;
        if (samples.Length % each != 0)
            throw new ArgumentException($"There are {samples.Length} numbers; expected {each} a person.", nameof(samples));
        using DisposeScope scope = NewDisposeScope();
        Tensor halves = empty([samples.Length / each, slots, options.BankChannels], ScalarType.Float16);
        // Halves travel: they are half as many bytes, and exactly what the bank holds.
        MemoryMarshal.AsBytes(samples).CopyTo(halves.bytes);
        return halves.to(device).to(ScalarType.Float32).transpose(1, 2).contiguous().MoveToOuterDisposeScope();
    }

    void Keep(string videoId, int second, Half[] features)
    {
        ArgumentException.ThrowIfNullOrEmpty(videoId);
        if (features.Length != Channels)
        {
            throw new ArgumentException(
                $"The features of {videoId} at {second} s are {features.Length} numbers; this bank holds {Channels}.", nameof(features));
        }
        foreach (ushort bits in MemoryMarshal.Cast<Half, ushort>(features.AsSpan()))
        {
            if ((bits & Infinite) == Infinite)
            {
                throw new ArgumentException(
                    $"The features of {videoId} at {second} s are not all finite in half precision.", nameof(features));
            }
        }
        if (!_videos.TryGetValue(videoId, out Video? video)) _videos[videoId] = video = [];
        if (!video.TryGetValue(second, out List<Half[]>? persons)) video[second] = persons = [];
        persons.Add(features);
        Count++;
    }

    bool HasFeaturesAround(string videoId, int second, int window)
    {
        Video video = _videos[videoId];
        for (int i = second - window / 2; i < second - window / 2 + window; i++)
        {
            if (video.ContainsKey(i)) return true;
        }
        return false;
    }

    static string Asked(FeatureBankHeadOptions options) =>
        $"{nameof(FeatureBankHeadOptions)}.{nameof(options.BankChannels)} is {options.BankChannels}";

    static string First(IReadOnlyCollection<string> names)
    {
        const int Named = 3;
        return string.Join(", ", names.Order(StringComparer.Ordinal).Take(Named)) + (names.Count > Named ? ", …" : "");
    }

    /// <summary>Features by second.</summary>
    sealed class Video : SortedDictionary<int, List<Half[]>>;
}
