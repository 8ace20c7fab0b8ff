using System.Globalization;
using MlAva.Annotations;
using MlAva.Networks;

namespace MlAva.FeatureBanks;

/// <summary>A folder of parts, each a bank of its own with a word about what it belongs to.</summary>
/// <param name="folder">The folder; made when the first part is written.</param>
/// <param name="model">What tells the model from others.</param>
sealed class FeatureBankParts(string folder, string model)
{
    const string Model = "model", Keyframes = "keyframes", Rows = "rows";
    int _count;

    /// <summary>The parts that are there, in order.</summary>
    /// <exception cref="CheckpointFormatException">A part is damaged, or another model's.</exception>
    public IEnumerable<FeatureBankPart> Read(int channels)
    {
        for (; File.Exists(PathOf(_count)); _count++)
        {
            string path = PathOf(_count);
            using FileStream stream = File.OpenRead(path);
            FeatureBank bank = FeatureBank.Read(stream, path, out IReadOnlyDictionary<string, string> texts);
            if (!texts.TryGetValue(Model, out string? made) || !texts.TryGetValue(Rows, out string? rows)
                || !int.TryParse(texts.GetValueOrDefault(Keyframes), NumberStyles.None, CultureInfo.InvariantCulture, out int keyframes))
                throw Wrong(path, "a feature bank that is no part", "a part that an earlier run left");
            if (made != model || bank.Channels != channels) throw Wrong(path, "features of another model", "those of this model");
            yield return new(path, bank, keyframes, rows);
        }
    }

    /// <summary>Writes the next part.</summary>
    public void Write(FeatureBank bank, int keyframes, string rows)
    {
        AtomicFile.Write(PathOf(_count), stream => bank.Write(stream, new Dictionary<string, string>
        {
            [Model] = model, [Keyframes] = keyframes.ToString(CultureInfo.InvariantCulture), [Rows] = rows,
        }));
        _count++;
    }

    public static CheckpointFormatException Wrong(string path, string found, string expected) => new(path, found, expected,
        mend: $"to begin anew, delete the folder {Path.GetDirectoryName(path)}; to go on, give the model and the data of that run.");

    string PathOf(int index) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"part-{index:00000}.safetensors"));
}
