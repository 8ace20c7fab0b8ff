using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace MlAva.Networks.Tests;

/// <summary>Writes PyTorch checkpoints by hand, so that damaged and hostile ones can be made.</summary>
static class PthBytes
{
    /// <summary>What pickles as a tensor with these properties.</summary>
    public static string Tensor(string storage, long count, string shape, string strides, long offset = 0, string kind = "FloatStorage",
        string view = "") =>
        string.Create(CultureInfo.InvariantCulture,
            $"ctorch._utils\n_rebuild_tensor_v2\n({Storage(storage, count, kind, view)}L{offset}L\n{Tuple(shape)}{Tuple(strides)}")
        + "I00\n}tR";

    /// <summary>What pickles as a tensor that knows its type, over bytes that do not, as torch 2 writes newer types.</summary>
    public static string TypedTensor(string storage, long bytes, string shape, string strides, string type, long offset = 0) =>
        string.Create(CultureInfo.InvariantCulture, $"ctorch._utils\n_rebuild_tensor_v3\n({Storage(storage, bytes, "UntypedStorage", "")}"
            + $"L{offset}L\n{Tuple(shape)}{Tuple(strides)}I00\n}}ctorch\n{type}\ntR");

    static string Storage(string key, long count, string kind, string view) =>
        string.Create(CultureInfo.InvariantCulture, $"(S'storage'\nctorch\n{kind}\nS'{key}'\nS'cpu'\nL{count}L\n{view}tQ");

    /// <summary>A whole pickle of a dictionary.</summary>
    public static byte[] Dictionary(params (string Key, string Value)[] entries) =>
        Encoding.ASCII.GetBytes("(" + string.Concat(entries.Select(e => $"S'{e.Key}'\n{e.Value}")) + "d.");

    /// <summary>A zip file with the pickle and the storages; a name that begins with a slash is another entry's.</summary>
    public static byte[] Zip(byte[] pickle, params (string Name, byte[] Bytes)[] storages)
    {
        using MemoryStream file = new();
        using (ZipArchive zip = new(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] bytes) in storages.Select(s => (PathOf(s.Name), s.Bytes)).Prepend(("archive/data.pkl", pickle)))
            {
                using Stream entry = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
                entry.Write(bytes);
            }
        }
        return file.ToArray();
    }

    static string PathOf(string name) => name.StartsWith('/') ? $"archive{name}" : $"archive/data/{name}";

    public static byte[] Legacy(byte[] pickle, string keys, params (long Count, byte[] Bytes)[] storages) =>
    [
        .. Encoding.ASCII.GetBytes("L119547037146038801333356L\n.I1001\n.(d."), .. pickle, .. Encoding.ASCII.GetBytes(keys),
        .. storages.SelectMany(s => (byte[])[.. BitConverter.GetBytes(s.Count), .. s.Bytes]),
    ];

    public static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    static string Tuple(string numbers) =>
        "(" + string.Concat(numbers.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(n => $"L{n.Trim()}L\n")) + "t";
}
