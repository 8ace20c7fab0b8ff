using System.Globalization;
using System.Runtime.InteropServices;
using MlAva.Pickle;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// Banks as files. Our own form is safetensors: for each video <c>features/ID</c>, Float16 [n, C], and <c>seconds/ID</c>, Int32 [n], the
/// second of each feature. The other form is MMAction2's (reference specification §10.1).
/// </summary>
static class FeatureBankFiles
{
    const string Version = "mlava_feature_bank", Channels = "channels", Features = "features/", Seconds = "seconds/", Current = "1";
    const string Reference = "a dictionary of videos, each a dictionary of seconds, each a list of vectors";
    static readonly PickleGlobal Rebuild = new("torch._utils", "_rebuild_tensor_v2"), HalfStorage = new("torch", "HalfStorage");

    public static FeatureBank Read(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return CheckpointFile.IsSafetensors(path) ? Read(stream, path) : ReadTorch(stream, path);
    }

    public static void Write(Stream stream, FeatureBank bank, IReadOnlyDictionary<string, string>? metadata)
    {
        List<SafetensorsEntry> entries = [];
        foreach (string video in bank.Videos.Order(StringComparer.Ordinal))
        {
            IReadOnlyCollection<int> seconds = bank.Seconds(video);
            long count = seconds.Sum(s => (long)bank.Features(video, s).Count);
            entries.Add(new(Features + video, ScalarType.Float16, [count, bank.Channels], target =>
            {
                foreach (Half[] feature in seconds.SelectMany(s => bank.Features(video, s)))
                    target.Write(MemoryMarshal.AsBytes(feature.AsSpan()));
            }));
            entries.Add(new(Seconds + video, ScalarType.Int32, [count], target =>
            {
                foreach (int second in seconds.SelectMany(s => Enumerable.Repeat(s, bank.Features(video, s).Count)))
                    target.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in second)));
            }));
        }
        Safetensors.Write(stream, entries, new Dictionary<string, string>(metadata ?? new Dictionary<string, string>())
        {
            [Version] = Current, [Channels] = bank.Channels.ToString(CultureInfo.InvariantCulture),
        });
    }

    public static FeatureBank Read(Stream stream, string source) => Read(stream, source, out _);

    public static FeatureBank Read(Stream stream, string source, out IReadOnlyDictionary<string, string> metadata)
    {
        using SafetensorsContent content = Safetensors.Read(stream, source);
        metadata = content.Metadata;
        if (!metadata.TryGetValue(Version, out string? version)) throw Bad(source, "tensors that are no feature bank");
        if (version != Current) throw Bad(source, $"a feature bank of version {version}", "one of version " + Current);
        string? text = metadata.GetValueOrDefault(Channels);
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int channels) || channels < 1)
            throw Bad(source, $"'{text}' channels");
        FeatureBank bank = new(channels);
        foreach ((string name, Tensor features) in content.Tensors)
        {
            string? timed = After(Seconds, name), video = After(Features, name);
            if (timed is not null && content.Tensors.ContainsKey(Features + timed)) continue;
            if (video is null || !content.Tensors.TryGetValue(Seconds + video, out Tensor? seconds))
                throw Bad(source, $"tensor '{name}'", $"'{Features}' and '{Seconds}' of each video");
            if (features.dtype != ScalarType.Float16 || seconds.dtype != ScalarType.Int32 || seconds.dim() != 1
                || !features.shape.SequenceEqual([seconds.shape[0], channels]))
            {
                throw Bad(source, $"{Described(features)} and {Described(seconds)} for '{name}'", $"Float16 [n, {channels}] and Int32 [n]");
            }
            bank.Add(video);
            Put(bank, source, video, MemoryMarshal.Cast<byte, Half>(features.bytes), MemoryMarshal.Cast<byte, int>(seconds.bytes));
            features.Dispose(); // a large bank must not be in memory twice
        }
        return bank;
    }

    public static void WriteTorch(Stream stream, FeatureBank bank)
    {
        List<Half[]> storages = [];
        PickleTuple shape = new((long)bank.Channels), strides = new(1L);
        PickleDictionary hooks = new() { IsOrderedDict = true }, root = [];
        foreach (string video in bank.Videos)
        {
            PickleDictionary seconds = [];
            foreach (int second in bank.Seconds(video)) seconds[second] = bank.Features(video, second).Select(Stored).ToList();
            root[video] = seconds;
        }
        StoredZip zip = new(stream);
        zip.Add("archive/data.pkl", PickleWriter.ToBytes(root));
        zip.Add("archive/byteorder", "little"u8.ToArray());
        for (int i = 0; i < storages.Count; i++)
        {
            Half[] values = storages[i];
            zip.Add(string.Create(CultureInfo.InvariantCulture, $"archive/data/{i}"), values.Length * (long)sizeof(short),
                sink => sink(MemoryMarshal.AsBytes(values.AsSpan())));
        }
        zip.Add("archive/version", "3\n"u8.ToArray());
        zip.Finish();

        // A storage of its own for each vector, as the reference has it: what pickles one of them again takes no other along.
        object? Stored(Half[] feature)
        {
            string key = storages.Count.ToString(CultureInfo.InvariantCulture);
            PickleTuple id = new("storage", HalfStorage, key, "cpu", (long)feature.Length);
            storages.Add(feature);
            return new PickleObject(Rebuild, new PicklePersistentId(id), 0L, shape, strides, false, hooks);
        }
    }

    static FeatureBank ReadTorch(FileStream stream, string path)
    {
        using TorchFileReader reader = new(stream, path);
        try
        {
            if (reader.ReadObject() is not PickleDictionary { Count: > 0 } root)
                throw Bad(path, "no dictionary, or an empty one", Reference);
            FeatureBank? bank = null;
            foreach ((object? key, object? value) in root)
            {
                if (key is not string video || video.Length == 0 || value is not PickleDictionary seconds)
                    throw Bad(path, $"an entry '{key}' that is no video", Reference);
                foreach ((object? time, object? persons) in seconds)
                {
                    if (time is not long second || second != (int)second)
                        throw Bad(path, $"a second '{time}' of '{video}'", "whole numbers");
                    foreach (Half[] feature in Vectors(persons, path, $"second {second} of '{video}'"))
                    {
                        bank ??= new(feature.Length);
                        Put(bank, path, video, feature, [(int)second]);
                    }
                }
            }
            if (bank is null) throw Bad(path, "videos without any feature", Reference);
            foreach (string video in root.Keys.Cast<string>()) bank.Add(video);
            return bank;
        }
        catch (Exception e) when (e is PickleException or InvalidDataException or EndOfStreamException or OverflowException
            or InvalidCastException or IndexOutOfRangeException or ArgumentException or NotSupportedException or ExternalException)
        {
            throw Bad(path, e.Message.TrimEnd('.'), Reference, e);
        }
    }

    /// <summary>The vectors of a second: a list of them, or one array or tensor with a row for each.</summary>
    static IEnumerable<Half[]> Vectors(object? persons, string path, string where) => persons switch
    {
        CheckpointTensor { Shape.Count: 2 } tensor => Rows(Values(tensor), (int)tensor.Shape[0], (int)tensor.Shape[1]),
        NumpyArray { Rank: 2 } array => Rows(Values(array), array.Shape[0], array.Shape[1]),
        IReadOnlyList<object?> list => list.Select(item => item switch
        {
            CheckpointTensor tensor when IsVector(tensor.Shape) => Values(tensor),
            NumpyArray array when IsVector([.. array.Shape.Select(s => (long)s)]) => Values(array),
            _ => throw Bad(path, $"{Described(item)} in {where}", "a vector for each person"),
        }),
        _ => throw Bad(path, $"{Described(persons)} as {where}", "a list of vectors, or rows of an array or tensor"),
    };

    // Sides of 1 may stand beside the numbers: [C, 1, 1, 1] is a vector that was not squeezed.
    static bool IsVector(IReadOnlyList<long> shape) => shape.Count > 0 && shape.All(s => s > 0) && shape.Count(s => s > 1) <= 1;

    static IEnumerable<Half[]> Rows(Half[] values, int rows, int columns) =>
        Enumerable.Range(0, rows).Select(r => values[(r * columns)..((r + 1) * columns)]);

    static Half[] Values(CheckpointTensor tensor)
    {
        using Tensor values = tensor.ToTensor();
        using Tensor halves = values.to(ScalarType.Float16);
        if (tensor.Storage.Users == 1) tensor.Storage.Dispose(); // a large bank must not be in memory twice
        return MemoryMarshal.Cast<byte, Half>(halves.bytes).ToArray();
    }

    static Half[] Values(NumpyArray array) => array.ElementType == NumpyElementType.Float16
        ? array.AsSpan<Half>().ToArray() : Array.ConvertAll(array.ToSingles(), v => (Half)v);

    static void Put(FeatureBank bank, string source, string video, ReadOnlySpan<Half> features, ReadOnlySpan<int> seconds)
    {
        try
        {
            for (int i = 0, each = features.Length / Math.Max(1, seconds.Length); i < seconds.Length; i++)
                bank.Add(video, seconds[i], features.Slice(i * each, each));
        }
        catch (ArgumentException e)
        {
            throw Bad(source, e.Message, "finite numbers, as many for each person", e);
        }
    }

    static string? After(string prefix, string name) =>
        name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : null;

    static string Described(object? value) => value switch
    {
        null => "nothing",
        Tensor tensor => $"{tensor.dtype} [{string.Join(", ", tensor.shape)}]",
        CheckpointTensor tensor => $"a tensor [{string.Join(", ", tensor.Shape)}]",
        NumpyArray array => array.ToString(),
        string text => $"'{text}'",
        _ => $"a {value.GetType().Name}",
    };

    static CheckpointFormatException Bad(string source, string found, string expected = "a feature bank", Exception? inner = null) =>
        new(source, found, expected, inner, "give a bank that 'mlava lfb build' or MMAction2's LFB inference wrote");
}
