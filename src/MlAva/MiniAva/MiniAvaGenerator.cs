using System.Runtime.ExceptionServices;
using System.Text.Json;

namespace MlAva.MiniAva;

/// <summary>
/// Makes mini-AVA: a small data set in AVA's own formats, of drawn figures that act in front of moving backgrounds. A small 3-D network
/// learns it from scratch in minutes, and only by looking at motion: <see cref="MiniAvaClass.SameSingleFrames"/>.
/// </summary>
public static class MiniAvaGenerator
{
    /// <summary>Raised whenever the same options would give other files, so that older sets are made anew.</summary>
    const int DrawingVersion = 1;

    static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    sealed record Manifest(string Kind, int DrawingVersion, MiniAvaOptions Options);

    /// <summary>
    /// Makes the data set, or takes the one that is there when it was made with the same options. The files are written to a folder
    /// beside <paramref name="folder"/> and moved into place when all are complete; a set made with other options is then replaced.
    /// </summary>
    /// <param name="folder">Where the set shall lie: a folder that is missing, empty, or holds a mini-AVA.</param>
    /// <param name="options">Seed and sizes; null takes the defaults (32 + 12 videos, about 40 MB).</param>
    /// <param name="progress">Told after every video.</param>
    /// <param name="token">Stops the work; nothing is left behind.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="IOException">The folder holds other things, or cannot be written.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="token"/> was cancelled.</exception>
    public static MiniAvaDataSet Generate(string folder, MiniAvaOptions? options = null, IProgress<MiniAvaProgress>? progress = null, CancellationToken token = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        options ??= new();
        options.Validate();
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (TryOpen(folder) is MiniAvaDataSet there && there.Options == options with { MaxDegreeOfParallelism = there.Options.MaxDegreeOfParallelism }) return there;
        bool isOurs = File.Exists(Path.Combine(folder, MiniAvaDataSet.ManifestName));
        if (!isOurs && (File.Exists(folder) || Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
            throw new IOException($"{folder} holds other things than a mini-AVA data set; name a folder that is empty or does not exist yet.");

        string making = $"{folder}.{Guid.NewGuid():N}.making";
        try
        {
            MiniAvaDataSet draft = new(making, options, isReused: false);
            IReadOnlyList<MiniAvaVideo>[] videos = [MiniAvaVideo.Plan(options, MiniAvaSplit.Train), MiniAvaVideo.Plan(options, MiniAvaSplit.Val)];
            Directory.CreateDirectory(making);
            DrawFrames(draft, [.. videos.SelectMany(v => v)], progress, token);
            foreach (MiniAvaSplit split in Enum.GetValues<MiniAvaSplit>()) MiniAvaWriter.WriteSplit(draft, split, videos[(int)split]);
            MiniAvaWriter.WriteLabelMap(draft);
            File.WriteAllText(draft.Manifest, JsonSerializer.Serialize(new Manifest("mini-ava", DrawingVersion, options), Json) + "\n");
            token.ThrowIfCancellationRequested();
            Replace(making, folder);
        }
        finally
        {
            if (Directory.Exists(making)) Directory.Delete(making, recursive: true);
        }
        return new(folder, options, isReused: false);
    }

    /// <summary>The finished data set in a folder, or null when there is none, or one that an other version made or that lost files.</summary>
    /// <param name="folder">The folder given to <see cref="Generate"/>.</param>
    public static MiniAvaDataSet? TryOpen(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        string path = Path.Combine(folder, MiniAvaDataSet.ManifestName);
        if (!File.Exists(path)) return null;
        Manifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize<Manifest>(File.ReadAllBytes(path), Json);
            manifest?.Options?.Validate();
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return null;
        }
        if (manifest is not { Kind: "mini-ava", DrawingVersion: DrawingVersion, Options: MiniAvaOptions options }) return null;
        MiniAvaDataSet set = new(folder, options, isReused: true);
        return MiniAvaWriter.IsComplete(set) ? set : null;
    }

    static void DrawFrames(MiniAvaDataSet set, MiniAvaVideo[] videos, IProgress<MiniAvaProgress>? progress, CancellationToken token)
    {
        MiniAvaOptions options = set.Options;
        int done = 0;
        ParallelOptions parallel = new()
        {
            CancellationToken = token,
            MaxDegreeOfParallelism = options.MaxDegreeOfParallelism == 0 ? Environment.ProcessorCount : options.MaxDegreeOfParallelism,
        };
        try
        {
            Parallel.For(0, videos.Length, parallel, () => new Stage(options.Width, options.Height), (i, _, stage) =>
            {
                MiniAvaWriter.WriteFrames(set, videos[i], stage, token);
                int frames = Interlocked.Add(ref done, options.FramesPerVideo);
                progress?.Report(new(frames, videos.Length * options.FramesPerVideo));
                return stage;
            }, stage => stage.Dispose());
        }
        catch (AggregateException e)
        {
            // The first failure says all: what the others say is the same or its consequence.
            ExceptionDispatchInfo.Throw(e.Flatten().InnerExceptions[0]);
        }
    }

    static void Replace(string made, string folder)
    {
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
            Directory.Move(made, folder);
            return;
        }
        string old = $"{folder}.{Guid.NewGuid():N}.old";
        Directory.Move(folder, old);
        try
        {
            Directory.Move(made, folder);
        }
        catch
        {
            Directory.Move(old, folder);
            throw;
        }
        Directory.Delete(old, recursive: true);
    }
}
