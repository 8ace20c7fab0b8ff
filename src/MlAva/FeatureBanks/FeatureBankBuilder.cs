using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML;
using MlAva.Networks;
using MlAva.Persistence;
using MlAva.Training;
using MlAva.Transforms;

namespace MlAva.FeatureBanks;

/// <summary>Runs a detector over keyframes and keeps the features that its action head would see, one a box, in half precision.</summary>
static class FeatureBankBuilder
{
    public static FeatureBank Build(ITransformer model, IDataView data, FeatureBankBuildOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        ITransformer[] parts = [.. ModelParts.Of(model)];
        ExtractRoIFeaturesTransformer extractor = Extractor(parts);
        IDataView features = model.Transform(data);
        FeatureBankParts? kept = options.PartsFolder is { } folder ? new(folder, FeatureIdentity.Of(parts, extractor)) : null;
        return new Run(features, extractor.FeatureCount, kept, options).All();
    }

    static ExtractRoIFeaturesTransformer Extractor(ITransformer[] parts)
    {
        if (parts.OfType<ExtractRoIFeaturesTransformer>().ToArray() is not [ExtractRoIFeaturesTransformer extractor])
        {
            throw new ArgumentException($"The model has the parts {string.Join(", ", parts.Select(p => p.GetType().Name))}; "
                + $"expected one {nameof(ExtractRoIFeaturesTransformer)} among them. To mend: give a detector.");
        }
        if (extractor.Options.Network.SharedHead is { } shared)
        {
            throw new ArgumentException($"The model's network has a shared head ({shared.GetType().Name}), whose features are of more than "
                + "the person; expected a detector without one. To mend: build the bank with the plain detector of the same backbone.");
        }
        return extractor;
    }

    /// <summary>One run over the keyframes.</summary>
    sealed class Run(IDataView features, int channels, FeatureBankParts? parts, FeatureBankBuildOptions options)
    {
        readonly FeatureBank _bank = new(channels);
        readonly long? _total = features.GetRowCount();
        long _keyframes, _resumed;

        public FeatureBank All()
        {
            DataViewSchema schema = features.Schema;
            bool chosen = schema.GetColumnOrNull(AvaColumns.RoIs) is not null;
            DataViewSchema.Column video = ColumnOf.Text(schema, AvaColumns.VideoId);
            DataViewSchema.Column timestamp = ColumnOf.Single(schema, AvaColumns.Timestamp);
            DataViewSchema.Column boxes = ColumnOf.Singles(schema, chosen ? AvaColumns.RoIs : AvaColumns.Proposals);
            DataViewSchema.Column column = ColumnOf.Singles(schema, AvaColumns.RoIFeatures);
            using DataViewRowCursor cursor = features.GetRowCursor([video, timestamp, boxes, column]);
            Func<ReadOnlyMemory<char>> readVideo = RowReader.Scalar<ReadOnlyMemory<char>>(cursor, video);
            Func<float> readTimestamp = RowReader.Scalar<float>(cursor, timestamp);
            Func<float[]> readBoxes = RowReader.Vector<float>(cursor, boxes), readFeatures = RowReader.Vector<float>(cursor, column);
            RowHash hash = new();

            foreach (FeatureBankPart part in parts?.Read(channels) ?? [])
            {
                // Rows are passed over without asking for their features, which are all that costs.
                for (int i = 0; i < part.Keyframes && cursor.MoveNext(); i++, _keyframes++)
                    hash.Add(readVideo(), readTimestamp(), readBoxes());
                part.MustEndAt(hash.Current);
                Append(part.Bank, _bank);
            }
            _resumed = _keyframes;

            FeatureBank since = new(channels);
            int keyframes = 0;
            try
            {
                while (cursor.MoveNext())
                {
                    options.CancellationToken.ThrowIfCancellationRequested();
                    string id = readVideo().ToString();
                    float time = readTimestamp();
                    Append(Keyframe(id, FeatureBank.SecondOf(time), readFeatures()), since);
                    hash.Add(id.AsMemory(), time, readBoxes());
                    keyframes++;
                    _keyframes++;
                    options.Progress?.Report(new(_keyframes, _resumed, _total, _bank.Count + since.Count));
                    if (parts is null || keyframes < options.KeyframesPerPart) continue;
                    parts.Write(since, keyframes, hash.Current);
                    Append(since, _bank);
                    (since, keyframes) = (new(channels), 0);
                }
            }
            finally
            {
                // Whether all is done, the work was stopped, or a frame is missing: what was computed is kept.
                if (keyframes > 0) parts?.Write(since, keyframes, hash.Current);
            }
            Append(since, _bank);
            return _bank;
        }

        FeatureBank Keyframe(string videoId, int second, float[] values)
        {
            FeatureBank keyframe = new(channels);
            keyframe.Add(videoId);
            for (int at = 0; at < values.Length; at += channels) keyframe.Add(videoId, second, values.AsSpan(at, channels));
            return keyframe;
        }

        // Behind what is there, and not in its place: a video may go on in the next part.
        static void Append(FeatureBank part, FeatureBank whole)
        {
            foreach (string video in part.Videos)
            {
                whole.Add(video);
                foreach (int second in part.Seconds(video))
                {
                    foreach (Half[] feature in part.Features(video, second)) whole.Add(video, second, feature);
                }
            }
        }
    }

    /// <summary>Tells whether rows are those of the run before: each adds to what came before it.</summary>
    sealed class RowHash
    {
        byte[] _state = [];

        public string Current => Convert.ToHexStringLower(_state);

        public void Add(ReadOnlyMemory<char> video, float timestamp, float[] boxes) => _state = SHA256.HashData(
        [
            .. _state, .. MemoryMarshal.AsBytes(video.Span), .. BitConverter.GetBytes(timestamp), .. MemoryMarshal.AsBytes(boxes.AsSpan()),
        ]);
    }
}
