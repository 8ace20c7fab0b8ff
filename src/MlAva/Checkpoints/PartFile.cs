using System.Net.Http.Headers;
using System.Text.Json;
using MlAva.Annotations;
using MlAva.Networks;

namespace MlAva.Checkpoints;

/// <summary>
/// The bytes of a download that is not done: <c>FILE.part</c>, and beside it <c>FILE.part.json</c> with what the server said of the file,
/// by which a later run knows whether it is still the same. Only one process at a time holds it.
/// </summary>
sealed class PartFile : IDisposable
{
    readonly string _path;
    readonly string _memoryPath;
    readonly FileStream _stream;
    Memory? _memory;

    PartFile(string path, FileStream stream)
    {
        (_path, _memoryPath, _stream) = (path, path + ".json", stream);
        _memory = Recall();
        stream.Seek(0, SeekOrigin.End);
    }

    /// <summary>Bytes that are here.</summary>
    public long Length => _stream.Length;

    /// <summary>Bytes of the whole file, where the server told.</summary>
    public long? Total => _memory?.Total;

    /// <summary>By what the server can tell whether the file is still the same; null where there is nothing.</summary>
    public RangeConditionHeaderValue? Condition => _memory switch
    {
        { ETag: { } tag } => new(new EntityTagHeaderValue(tag)),
        { LastModified: { } time } => new(time),
        _ => null,
    };

    /// <exception cref="CheckpointDownloadException">Another process is downloading the same file.</exception>
    public static PartFile Open(string target)
    {
        string path = target + ".part";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            return new(path, new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new CheckpointDownloadException(path, "a file in use", "one that no other download writes to",
                "let the other download finish, or stop it", e);
        }
    }

    /// <summary>Whether the bytes here are of this file, as far as can be told before asking.</summary>
    public bool IsOf(string address) => _memory?.Address == address;

    /// <summary>Whether an answer is about the file that the bytes here are of.</summary>
    public bool Agrees(HttpResponseMessage answer)
    {
        if (_memory is not { } memory) return false;
        Memory now = Describe(memory.Address, answer);
        return (memory.Total is null || now.Total is null || memory.Total == now.Total)
            && (memory.ETag is null || now.ETag is null || memory.ETag == now.ETag)
            && (memory.LastModified is null || now.LastModified is null || memory.LastModified == now.LastModified);
    }

    /// <summary>Keeps what an answer says of the file, before its bytes are written.</summary>
    public void Remember(string address, HttpResponseMessage answer)
    {
        Memory now = Describe(address, answer);
        // An answer that continues the file may say less than the first did.
        if (Length > 0 && _memory is { } known)
        {
            now = now with
            {
                ETag = now.ETag ?? known.ETag,
                LastModified = now.LastModified ?? known.LastModified,
                Total = now.Total ?? known.Total,
            };
        }
        if (now == _memory) return;
        _memory = now;
        AtomicFile.WriteAllText(_memoryPath, JsonSerializer.Serialize(now));
    }

    public void Write(ReadOnlySpan<byte> bytes) => _stream.Write(bytes);

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        _stream.SetLength(0);
        _memory = null;
        File.Delete(_memoryPath);
    }

    public string Hash(CancellationToken cancellation)
    {
        _stream.Position = 0;
        return CheckpointHash.Compute(_stream, null, cancellation);
    }

    /// <summary>Moves the bytes to their place, and forgets the rest.</summary>
    public void MoveTo(string path, bool replace)
    {
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
        File.Move(_path, path, replace);
        File.Delete(_memoryPath);
    }

    /// <summary>Leaves the bytes for a later run; where none came, nothing.</summary>
    public void Dispose()
    {
        bool isEmpty = _stream.CanRead && _stream.Length == 0;
        _stream.Dispose();
        if (!isEmpty) return;
        try
        {
            File.Delete(_path);
            File.Delete(_memoryPath);
        }
        catch (IOException)
        {
            // Another download of the same file has begun meanwhile; the file is its own.
        }
    }

    static Memory Describe(string address, HttpResponseMessage answer) => new(address,
        answer.Headers.ETag is { IsWeak: false } tag ? tag.Tag : null, answer.Content.Headers.LastModified,
        answer.Content.Headers.ContentRange is { } range ? range.Length : answer.Content.Headers.ContentLength);

    Memory? Recall()
    {
        try
        {
            return JsonSerializer.Deserialize<Memory>(File.ReadAllText(_memoryPath));
        }
        catch (Exception e) when (e is JsonException or FileNotFoundException)
        {
            return null; // nothing is known of the bytes, so they are fetched anew
        }
    }

    sealed record Memory(string Address, string? ETag, DateTimeOffset? LastModified, long? Total);
}
