using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MlAva.FeatureBanks;
using MlAva.Networks;
using MlAva.Persistence;

namespace MlAva.Training;

/// <summary>
/// What a checkpoint belongs to, each part as text: a training that is resumed must have the same settings and the same data, or it would not end where
/// the one that was stopped would have ended.
/// </summary>
sealed record TrainingIdentity(
    string Network, string Clip, string Boxes, string Optimizer, string Schedule, string Seed, string Batch, string Data,
    string Bank = TrainingIdentity.NoBank)
{
    public const string NoBank = "none";

    public static TrainingIdentity Of(
        ActionDetectorOptions options, DetectorOptions network, IReadOnlyList<KeyframeSample> samples, IReadOnlyList<string> classNames,
        ulong seed, FeatureBank? bank) => new(
        ModelJson.Write(network), ModelJson.Write(options.Clip), ModelJson.Write(options.Assigner) + ModelJson.Write(options.Sampler), ModelJson.Write(options.Optimizer),
        // A step schedule goes on the same way however long it is; a cosine is bent by its length.
        ModelJson.Write(options.Schedule) + (options.Schedule.Policy == SchedulePolicy.Cosine ? $" over {options.Epochs} epochs" : ""),
        seed.ToString(CultureInfo.InvariantCulture), options.BatchSize.ToString(CultureInfo.InvariantCulture),
        Fingerprint(samples, classNames),
        bank is null ? NoBank : FeatureBankFingerprint.Of(bank));

    /// <exception cref="CheckpointFormatException">A part differs; the message names it, what the file has and what this training has.</exception>
    public void MustEqual(TrainingIdentity other, string path)
    {
        Check("network", Network, other.Network);
        Check("clips and augmentation", Clip, other.Clip);
        Check("assignment and sampling of boxes", Boxes, other.Boxes);
        Check("optimiser", Optimizer, other.Optimizer);
        Check("schedule", Schedule, other.Schedule);
        Check("seed", Seed, other.Seed);
        Check("batch size", Batch, other.Batch);
        Check("data", Data, other.Data);
        Check("feature bank", Bank, other.Bank);

        void Check(string what, string saved, string now)
        {
            if (saved != now) throw new CheckpointFormatException(path, $"a training with another {what} ({saved})", $"this training's ({now}); to begin anew, resume from nothing");
        }
    }

    static string Fingerprint(IReadOnlyList<KeyframeSample> samples, IReadOnlyList<string> classNames)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string name in classNames) hash.AppendData(Encoding.UTF8.GetBytes(name + "\n"));
        foreach (KeyframeSample sample in samples)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(sample.VideoId));
            hash.AppendData(BitConverter.GetBytes(sample.Timestamp));
            hash.AppendData(MemoryMarshal.AsBytes(sample.Boxes.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(sample.Labels.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(sample.Proposals.AsSpan()));
        }
        return string.Create(CultureInfo.InvariantCulture, $"{samples.Count} keyframes, fingerprint {Convert.ToHexStringLower(hash.GetHashAndReset())[..16]}");
    }
}
