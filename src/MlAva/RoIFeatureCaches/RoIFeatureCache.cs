using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML;
using MlAva.Networks;
using MlAva.Persistence;
using MlAva.Training;
using MlAva.Transforms;

namespace MlAva.RoIFeatureCaches;

/// <summary>Writes RoI features once, and tells whether those that are there are of the same model and data.</summary>
sealed class RoIFeatureCache
{
    readonly string _path;
    readonly RoIFeatureCacheOptions _options;
    readonly IDataView _features;
    readonly RoIFeatureHeader _header;
    readonly Dictionary<string, byte[]> _stamps = new(StringComparer.Ordinal);

    RoIFeatureCache(ITransformer model, IDataView data, string path, RoIFeatureCacheOptions options)
    {
        (_path, _options) = (System.IO.Path.GetFullPath(path), options);
        ITransformer[] parts = [.. ModelParts.Of(model)];
        ExtractRoIFeaturesTransformer extractor = parts.OfType<ExtractRoIFeaturesTransformer>().SingleOrDefault()
            ?? throw new ArgumentException($"The model has the parts {string.Join(", ", parts.Select(p => p.GetType().Name))}; "
                + $"expected one {nameof(ExtractRoIFeaturesTransformer)} among them. "
                + "To mend: give a detector, or a pipeline with ExtractRoIFeatures.");
        _features = model.Transform(data);
        DataViewSchema schema = _features.Schema;
        ColumnOf.Text(schema, AvaColumns.VideoId);
        ColumnOf.Single(schema, AvaColumns.Timestamp);
        foreach (DataViewSchema.Column column in ColumnOf.Present(schema, RoIFeatureRow.VectorColumns))
            ColumnOf.Singles(schema, column.Name);
        string[] names = [.. ColumnOf.Present(schema, AvaColumns.RoILabels, AvaColumns.Labels).Select(ClassNameAnnotations.Read)
            .FirstOrDefault() ?? []];
        string[] columns =
        [
            .. ColumnOf.Present(schema, [.. RoIFeatureRow.TextColumns, AvaColumns.Timestamp, .. RoIFeatureRow.VectorColumns])
                .Select(c => c.Name),
        ];
        _header = new(FeatureIdentity.Of(parts, extractor), extractor.FeatureCount, options.HalfPrecision, columns, names);
    }

    string PartPath => _path + ".part";

    public static RoIFeatureDataView Write(ITransformer model, IDataView data, string path, RoIFeatureCacheOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        return new RoIFeatureCache(model, data, path, options).Run();
    }

    RoIFeatureDataView Run()
    {
        List<byte[]> keys = Keys();
        byte[] all = SHA256.HashData([.. keys.SelectMany(k => k)]);
        if (Find(all) is { } there) return there;
        WriteRows(keys, all);
        return new(_path, isReused: false);
    }

    RoIFeatureDataView? Find(byte[] data)
    {
        if (!File.Exists(_path)) return null;
        try
        {
            RoIFeatureDataView there = new(_path, isReused: true);
            return there.Header.Equals(_header) && there.Data.AsSpan().SequenceEqual(data) ? there : null;
        }
        catch (CheckpointFormatException)
        {
            return null; // of an older form, or damaged: written anew
        }
    }

    /// <summary>What the features of each keyframe come from. No frame is read for it.</summary>
    List<byte[]> Keys()
    {
        DataViewSchema schema = _features.Schema;
        DataViewSchema.Column[] columns = [.. ColumnOf.Present(schema, KeyColumns)];
        using DataViewRowCursor cursor = _features.GetRowCursor(columns);
        Func<byte[]> key = KeyReader(cursor);
        List<byte[]> keys = [];
        while (cursor.MoveNext())
        {
            _options.CancellationToken.ThrowIfCancellationRequested();
            keys.Add(key());
        }
        return keys;
    }

    static readonly string[] KeyColumns =
        [AvaColumns.VideoId, AvaColumns.Timestamp, AvaColumns.Source, AvaColumns.Boxes, AvaColumns.Labels, AvaColumns.Proposals];

    Func<byte[]> KeyReader(DataViewRow row)
    {
        Func<ReadOnlyMemory<char>> video = RowReader.Scalar<ReadOnlyMemory<char>>(row, row.Schema[AvaColumns.VideoId]);
        Func<float> timestamp = RowReader.Scalar<float>(row, row.Schema[AvaColumns.Timestamp]);
        Func<ReadOnlyMemory<char>>? source = row.Schema.GetColumnOrNull(AvaColumns.Source) is { } column
            ? RowReader.Scalar<ReadOnlyMemory<char>>(row, column) : null;
        Func<float[]>[] vectors =
        [
            .. ColumnOf.Present(row.Schema, AvaColumns.Boxes, AvaColumns.Labels, AvaColumns.Proposals)
                .Select(c => RowReader.Vector<float>(row, c)),
        ];
        return () =>
        {
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(MemoryMarshal.AsBytes(video().Span));
            hash.AppendData(BitConverter.GetBytes(timestamp()));
            if (source is not null) hash.AppendData(Stamp(source().ToString()));
            foreach (Func<float[]> vector in vectors)
            {
                float[] numbers = vector();
                hash.AppendData(BitConverter.GetBytes(numbers.Length));
                hash.AppendData(MemoryMarshal.AsBytes(numbers.AsSpan()));
            }
            return hash.GetHashAndReset();
        };
    }

    /// <summary>Size and date of a video: those of other frames are others.</summary>
    byte[] Stamp(string source)
    {
        if (_stamps.TryGetValue(source, out byte[]? stamp)) return stamp;
        FileSystemInfo info = Directory.Exists(source) ? new DirectoryInfo(source) : new FileInfo(source);
        long length = info is FileInfo { Exists: true } file ? file.Length : 0, date = info.Exists ? info.LastWriteTimeUtc.Ticks : 0;
        return _stamps[source] = [.. BitConverter.GetBytes(length), .. BitConverter.GetBytes(date)];
    }

    void WriteRows(List<byte[]> keys, byte[] all)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(_path)!);
        using (FileStream stream = new(PartPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read))
        {
            List<long> places = GoOn(stream, keys);
            using BinaryWriter writer = new(stream);
            if (places.Count == 0)
            {
                stream.SetLength(0);
                RoIFeatureFile.WriteHeader(writer, _header);
            }
            Append(writer, keys, places);
            RoIFeatureFile.WriteEnd(writer, places, all);
            writer.Flush();
            stream.Flush(flushToDisk: true);
        }
        File.Move(PartPath, _path, overwrite: true);
    }

    /// <summary>
    /// The rows of a run before, as far as they are whole and of this model and data; the stream then stands behind them.
    /// </summary>
    List<long> GoOn(FileStream stream, List<byte[]> keys)
    {
        List<long> places = [];
        long end = 0;
        try
        {
            using BinaryReader reader = new(stream, System.Text.Encoding.UTF8, leaveOpen: true);
            if (!RoIFeatureFile.ReadHeader(reader).Equals(_header)) return places;
            for (end = stream.Position; places.Count < keys.Count; end = stream.Position)
            {
                if (!RoIFeatureRow.Read(reader, _header).Key.AsSpan().SequenceEqual(keys[places.Count])) break;
                places.Add(end);
            }
        }
        catch (InvalidDataException)
        {
            // The last row of a run that was stopped, or another file: what stands before is good.
        }
        stream.SetLength(end);
        stream.Position = end;
        return places;
    }

    void Append(BinaryWriter writer, List<byte[]> keys, List<long> places)
    {
        int resumed = places.Count;
        DataViewSchema schema = _features.Schema;
        using DataViewRowCursor cursor = _features.GetRowCursor([.. _header.Columns.Select(name => schema[name])]);
        Func<ReadOnlyMemory<char>>[] texts =
            [.. _header.Columns.Where(RoIFeatureRow.TextColumns.Contains)
                .Select(c => RowReader.Scalar<ReadOnlyMemory<char>>(cursor, schema[c]))];
        Func<float> timestamp = RowReader.Scalar<float>(cursor, schema[AvaColumns.Timestamp]);
        Func<float[]>[] vectors =
            [.. _header.Columns.Where(RoIFeatureRow.VectorColumns.Contains).Select(c => RowReader.Vector<float>(cursor, schema[c]))];
        for (int row = 0; row < keys.Count; row++)
        {
            _options.CancellationToken.ThrowIfCancellationRequested();
            if (!cursor.MoveNext())
            {
                throw new InvalidOperationException(
                    $"The data ended after {row} of {keys.Count} rows; expected the same rows at every pass.");
            }
            if (row < resumed) continue; // passed over without asking for features, which are all that costs
            places.Add(writer.BaseStream.Position);
            new RoIFeatureRow(keys[row], [.. texts.Select(t => t().ToString())], timestamp(), [.. vectors.Select(v => v())])
                .Write(writer, _header);
            writer.Flush();
            _options.Progress?.Report(new(row + 1, resumed, keys.Count));
        }
    }
}
