using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// What was seen when: the pooled features of every person in every second of every video, in half precision (Wu et al., CVPR 2019;
/// reference specification §10.1). Reading is thread-safe once nothing is added any more.
/// </summary>
public sealed class FeatureBank
{
    readonly Dictionary<string, SortedDictionary<int, List<Half[]>>> _videos = new(StringComparer.Ordinal);

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

    /// <summary>Seconds of a video that have features, rising; none for a video that the bank does not know.</summary>
    public IEnumerable<int> Seconds(string videoId) => _videos.TryGetValue(videoId, out SortedDictionary<int, List<Half[]>>? video) ? video.Keys : [];

    /// <summary>The features of a second, in the order in which they were added; none where nobody was seen.</summary>
    public IReadOnlyList<Half[]> Features(string videoId, int second) =>
        _videos.TryGetValue(videoId, out SortedDictionary<int, List<Half[]>>? video) && video.TryGetValue(second, out List<Half[]>? features) ? features : [];

    /// <summary>Puts a person's features behind those of the same second.</summary>
    /// <exception cref="ArgumentException">There are not <see cref="Channels"/> numbers.</exception>
    public void Add(string videoId, int second, ReadOnlySpan<float> features)
    {
        ArgumentException.ThrowIfNullOrEmpty(videoId);
        if (features.Length != Channels) throw new ArgumentException($"The features of {videoId} at {second} s are {features.Length} numbers; this bank holds {Channels}.", nameof(features));
        Half[] kept = new Half[features.Length];
        for (int i = 0; i < kept.Length; i++) kept[i] = (Half)features[i];
        if (!_videos.TryGetValue(videoId, out SortedDictionary<int, List<Half[]>>? video)) _videos[videoId] = video = [];
        if (!video.TryGetValue(second, out List<Half[]>? persons)) video[second] = persons = [];
        persons.Add(kept);
        Count++;
    }

    /// <summary>
    /// The long-term features around a keyframe: of each second from half a window before it to half a window behind it, some at random and without
    /// repetition; zeros where there are none.
    /// </summary>
    /// <param name="videoId">The video.</param>
    /// <param name="second">The keyframe's second.</param>
    /// <param name="options">Window and features per second.</param>
    /// <param name="choose">From (number of features, how many to take), which ones.</param>
    /// <param name="destination">C×S numbers, channel by channel; S slots, those of a second beside each other.</param>
    /// <exception cref="ArgumentException">The bank does not know the video, or its features are of another size.</exception>
    public void Sample(string videoId, int second, FeatureBankHeadOptions options, Func<int, int, IReadOnlyList<int>> choose, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(choose);
        int slots = options.BankFeatures();
        if (options.BankChannels != Channels)
            throw new ArgumentException($"{nameof(FeatureBankHeadOptions)}.{nameof(options.BankChannels)} is {options.BankChannels}; this bank's features are {Channels} numbers.", nameof(options));
        if (destination.Length != Channels * slots) throw new ArgumentException($"There is room for {destination.Length} numbers; expected {Channels * slots}.", nameof(destination));
        if (!_videos.TryGetValue(videoId, out SortedDictionary<int, List<Half[]>>? video))
        {
            string known = string.Join(", ", _videos.Keys.Order(StringComparer.Ordinal).Take(3));
            throw new ArgumentException($"The feature bank has no video '{videoId}'; it has {_videos.Count} ({known}{(_videos.Count > 3 ? ", …" : "")}). To mend: build the bank over this data set.", nameof(videoId));
        }
        destination.Clear();
        int start = second - options.WindowSize / 2;
        for (int i = 0; i < options.WindowSize; i++)
        {
            if (!video.TryGetValue(start + i, out List<Half[]>? persons)) continue;
            int slot = i * options.FeaturesPerSecond;
            foreach (int index in choose(persons.Count, Math.Min(persons.Count, options.FeaturesPerSecond)))
            {
                Half[] features = persons[index];
                for (int c = 0; c < features.Length; c++) destination[c * slots + slot] = (float)features[c];
                slot++;
            }
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
        float[] values = new float[keyframes.Count * each];
        for (int r = 0; r < keyframes.Count; r++) Sample(keyframes[r].VideoId, keyframes[r].Second, options, Draw, values.AsSpan(r * each, each));
        using Tensor wrapped = tensor(values, [keyframes.Count, Channels, options.BankFeatures()]);
        return wrapped.clone();

        int[] Draw(int count, int taken)
        {
            int[] order = [.. Enumerable.Range(0, count)];
            random.Shuffle(order);
            return order[..taken];
        }
    }
}
