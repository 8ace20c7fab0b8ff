using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML;
using MlAva.Networks;
using MlAva.Transforms;
using MlAva.Video;
using TorchSharp;

namespace MlAva.Diagnostics;

/// <summary>
/// Looks whether this machine has what MlAva needs, and says how to mend what it lacks. Nothing is changed; no file is left behind.
/// </summary>
public static class Doctor
{
    const long ScarceMemory = 2L << 30, ScarceDisk = 1L << 30;
    const string Reinstall =
        "dotnet tool uninstall -g MlAva.Cli && dotnet tool install -g MlAva.Cli (in an own project: dotnet add package TorchSharp-cpu)";

    /// <summary>Makes all checks. A check that fails is a finding, not an exception.</summary>
    /// <param name="options">Where FFmpeg is looked for; null: on the search path.</param>
    /// <param name="cancellationToken">Ends the examination between two checks.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static DoctorReport Examine(FrameStoreOptions? options = null, CancellationToken cancellationToken = default)
    {
        FrameStoreOptions programs = options ?? new();
        programs.Validate();
        (string Name, string Mend, Func<DoctorCheck> Look)[] checks =
        [
            ("system", "report this", LookAtSystem),
            ("MlAva", Reinstall, LookAtVersions),
            ("libtorch", Reinstall, LookAtTorch),
            ("processor", "report this", LookAtProcessor),
            ("devices", "dotnet build -p:TorchBackend=cpu", LookAtDevices),
            ("threads", Reinstall, LookAtThreads),
            ("image codec", "dotnet add package SkiaSharp.NativeAssets.Linux.NoDependencies (on Linux), or reinstall: " + Reinstall,
                LookAtImages),
            ("FFmpeg", InstallCommand.ForFfmpeg(), () => LookAtFfmpeg(programs)),
            ("memory", "close other programs", LookAtMemory),
            ("current folder", "change to a folder that you may write to", () =>
                LookAtFolder("current folder", Environment.CurrentDirectory, isNeeded: false)),
            ("temporary folder", TemporaryMend, () => LookAtFolder("temporary folder", Path.GetTempPath(), isNeeded: true)),
            ("ML.NET", Reinstall, LookAtModels),
        ];
        List<DoctorCheck> done = [];
        foreach ((string name, string mend, Func<DoctorCheck> look) in checks)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                done.Add(look());
            }
            catch (Exception e)
            {
                done.Add(new(name, DoctorStatus.Broken, Innermost(e), mend));
            }
        }
        return new(done);
    }

    static string TemporaryMend => OperatingSystem.IsWindows() ? "set TEMP=a folder that you may write to"
        : "export TMPDIR=a folder that you may write to";

    static DoctorCheck LookAtSystem()
    {
        string finding = string.Join(
            ", ", RuntimeInformation.OSDescription, RuntimeInformation.ProcessArchitecture, RuntimeInformation.FrameworkDescription);
        return Environment.Is64BitProcess
            ? new("system", DoctorStatus.Fine, finding)
            : new("system", DoctorStatus.Broken, finding + ": a 32-bit process",
                "install the 64-bit .NET SDK: https://dotnet.microsoft.com/download");
    }

    static DoctorCheck LookAtVersions() => new("MlAva", DoctorStatus.Fine, VersionOf(typeof(Doctor)));

    static DoctorCheck LookAtTorch()
    {
        string loading = TorchRuntime.EnsureLoadable();
        using DisposeScope scope = torch.NewDisposeScope();
        float sum = torch.arange(4, torch.float32).reshape(2, 2).mm(torch.ones(2, 2)).sum().item<float>();
        if (sum != 12) return new("libtorch", DoctorStatus.Broken, $"a product of two matrices sums to {sum}, expected 12", Reinstall);
        string[] libraries = [.. LoadedLibraries()
            .Where(l => Path.GetFileName(l).Contains("torch_cpu", StringComparison.OrdinalIgnoreCase))];
        return new("libtorch", DoctorStatus.Fine,
            $"libtorch {torch.__version__} with TorchSharp {VersionOf(typeof(torch))} computes; {loading}; {string.Join(", ", libraries)}");
    }

    static IEnumerable<string> LoadedLibraries()
    {
        using Process self = Process.GetCurrentProcess();
        foreach (ProcessModule module in self.Modules)
        {
            using (module) yield return module.FileName;
        }
    }

    static DoctorCheck LookAtProcessor()
    {
        string vectors = Processor.VectorInstructions is { Count: > 0 } known ? string.Join(", ", known) : "none known here";
        string halves = Processor.MultipliesBFloat16 switch
        {
            true => "bfloat16 is native (--precision bfloat16 is faster than float32)",
            false => "bfloat16 is emulated (several times slower than float32, the default: keep to that)",
            _ => "whether bfloat16 is native is not known for this kind of processor",
        };
        return new("processor", DoctorStatus.Fine, $"vector instructions: {vectors}; {halves}");
    }

    static DoctorCheck LookAtDevices()
    {
        if (torch.cuda.is_available())
        {
            int count = torch.cuda.device_count();
            for (int i = 0; i < count; i++)
            {
                using DisposeScope scope = torch.NewDisposeScope();
                torch.ones(2, device: new torch.Device(DeviceType.CUDA, i)).sum().cpu().item<float>();
            }
            return new("devices", DoctorStatus.Fine, $"CPU; {count} CUDA device{(count == 1 ? "" : "s")}, each computes (use --gpu 0)");
        }
        bool hasDriver = File.Exists("/proc/driver/nvidia/version")
            || (OperatingSystem.IsWindows() && File.Exists(Path.Combine(Environment.SystemDirectory, "nvcuda.dll")));
        return hasDriver
            ? new("devices", DoctorStatus.MissingOptional, "CPU; there is an NVIDIA driver, but this build of MlAva is for the CPU",
                $"dotnet build src/MlAva.Cli -c Release -p:TorchBackend={(OperatingSystem.IsWindows() ? "cuda-windows" : "cuda-linux")}")
            : new("devices", DoctorStatus.Fine, "CPU; no NVIDIA driver");
    }

    static DoctorCheck LookAtThreads() => new("threads", DoctorStatus.Fine, string.Create(
        CultureInfo.InvariantCulture,
        $"{Environment.ProcessorCount} processors; libtorch uses {torch.get_num_threads()} threads (OMP_NUM_THREADS changes that)"));

    static DoctorCheck LookAtImages()
    {
        FrameSize size = new(16, 8);
        byte[] grey = new byte[size.Width * size.Height * 3];
        grey.AsSpan().Fill(128);
        RgbImage back = ImageCodec.Decode(ImageCodec.EncodeJpeg(grey, size));
        if (back.Size != size || back.Pixels.Any(p => Math.Abs(p - 128) > 2))
            return new("image codec", DoctorStatus.Broken, "a grey picture does not come back grey from a JPEG", Reinstall);
        string frames = FrameDecoders.WhyNotTurbo is { } reason
            ? $"writes and reads JPEG, frames too; libjpeg-turbo would be about three times as fast ({reason})"
            : $"writes and reads JPEG; frames are decoded by {FrameDecoders.Default.Name}, to the same pixels";
        return new("image codec", DoctorStatus.Fine,
            $"SkiaSharp {VersionOf(typeof(SkiaSharp.SKImageInfo))} (Skia {SkiaSharp.SkiaSharpVersion.Native}) {frames}");
    }

    static DoctorCheck LookAtFfmpeg(FrameStoreOptions programs)
    {
        const string Use = "needed only for video files other than Motion JPEG AVI; folders of frames need nothing";
        if (!FfmpegStore.IsAvailable(programs))
            return new("FFmpeg", DoctorStatus.MissingOptional, $"not found; {Use}", InstallCommand.ForFfmpeg());
        string way = LibavStore.WhyNot is { } reason ? $"video files go through the program ({reason})" : $"video files are decoded in process ({LibavStore.LibraryVersion})";
        return new("FFmpeg", DoctorStatus.Fine, $"{FirstLine(programs.FfmpegPath)}; {way}");
    }

    static string FirstLine(string program)
    {
        ProcessStartInfo start = new(program, "-version") { RedirectStandardOutput = true, UseShellExecute = false, CreateNoWindow = true };
        using Process process = Process.Start(start)
            ?? throw new Win32Exception($"{program} could not be started.");
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        string line = text.Split('\n', 2)[0].Trim();
        int end = line.IndexOf(" Copyright", StringComparison.Ordinal);
        return end > 0 ? line[..end] : line;
    }

    static DoctorCheck LookAtMemory()
    {
        GCMemoryInfo info = GC.GetGCMemoryInfo();
        (long total, long available) = (info.TotalAvailableMemoryBytes, Math.Max(0, info.TotalAvailableMemoryBytes - info.MemoryLoadBytes));
        if (File.Exists("/proc/meminfo"))
        {
            Dictionary<string, long> lines = File.ReadLines("/proc/meminfo")
                .Select(l => l.Split([':', ' '], StringSplitOptions.RemoveEmptyEntries))
                .Where(l => l.Length >= 2 && long.TryParse(l[1], CultureInfo.InvariantCulture, out _))
                .ToDictionary(l => l[0], l => long.Parse(l[1], CultureInfo.InvariantCulture) << 10);
            // A container's limit, which the runtime knows, may be lower than the machine's memory.
            total = Math.Min(total, lines.GetValueOrDefault("MemTotal", total));
            available = Math.Min(total, lines.GetValueOrDefault("MemAvailable", available));
        }
        string finding = $"{Size(total)}, of which {Size(available)} are available";
        return available >= ScarceMemory
            ? new("memory", DoctorStatus.Fine, finding)
            : new("memory", DoctorStatus.MissingOptional, finding,
                "close other programs, or train with less: mlava train … --batch-size 2 --rescale 128,160 --crop 128 --short-side 128");
    }

    static DoctorCheck LookAtFolder(string name, string folder, bool isNeeded)
    {
        string full = Path.GetFullPath(folder);
        string probe = Path.Combine(full, $".mlava-{Guid.NewGuid():N}.tmp");
        try
        {
            using FileStream file = new(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(name, isNeeded ? DoctorStatus.Broken : DoctorStatus.MissingOptional, $"{full}: cannot be written to ({e.Message})",
                isNeeded ? TemporaryMend : "change to a folder that you may write to, or give full paths for what is written");
        }
        long free = new DriveInfo(full).AvailableFreeSpace;
        string finding = $"{full}: {Size(free)} free";
        return free >= ScarceDisk ? new(name, DoctorStatus.Fine, finding)
            : new(name, DoctorStatus.MissingOptional, finding,
                $"free some space, or use another disk{(isNeeded ? ": " + TemporaryMend : "")}");
    }

    /// <summary>Saves a transformer of ours and loads it again: what a new version of ML.NET, or a missing assembly, would break.</summary>
    static DoctorCheck LookAtModels()
    {
        MLContext context = new(seed: 0);
        IDataView rows = context.Data.LoadFromEnumerable([new Keyframe { Timestamp = 902 }]);
        SampleFramesTransformer model = context.ActionDetection().Transforms.SampleFrames().Fit(rows);
        using MemoryStream stream = new();
        context.Model.Save(model, rows.Schema, stream);
        stream.Position = 0;
        ITransformer loaded = new MLContext(seed: 0).Model.Load(stream, out _);
        IDataView result = loaded.Transform(rows);
        using DataViewRowCursor cursor = result.GetRowCursor(result.Schema);
        cursor.MoveNext();
        int[] indices = Persistence.RowReader.Vector<int>(cursor, result.Schema[AvaColumns.FrameIndices])();
        // Reference specification §11: the clip 4×16 around 902 s.
        return loaded is SampleFramesTransformer && indices is [29, 45, 61, 77]
            ? new("ML.NET", DoctorStatus.Fine, $"Microsoft.ML {VersionOf(typeof(MLContext))} saves and loads MlAva's transformers")
            : new("ML.NET", DoctorStatus.Broken,
                $"a saved {nameof(SampleFramesTransformer)} came back as {loaded.GetType().Name} and gave frames "
                + $"{string.Join(", ", indices)}, expected 29, 45, 61, 77", Reinstall);
    }

    static string Innermost(Exception e)
    {
        while (e.InnerException is { } inner) e = inner;
        return $"{e.GetType().Name}: {e.Message}";
    }

    static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 30):F1} GiB");

    static string VersionOf(Type type)
    {
        string? version = type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        // Some packages put the commit behind a plus sign, SkiaSharp puts it behind a minus sign.
        if (version?.LastIndexOf('-') is { } dash and > 0 && version.Length - dash > 40) version = version[..dash];
        return version?.Split('+')[0] ?? type.Assembly.GetName().Version?.ToString() ?? "of unknown version";
    }

    sealed class Keyframe
    {
        public float Timestamp { get; set; }
    }
}
