using System.Diagnostics;
using System.Globalization;
using MlAva.Benchmarks;
using MlAva.Networks;
using MlAva.Video;
using static TorchSharp.torch;

// dotnet run --project benchmarks/MlAva.Benchmarks -c Release -- [slowonly|slowfast-4x16|slowfast-8x8]… [rounds]
//                                                              evaluate [rows]…
//                                                              loader FOLDER [VIDEO] [embedded]   (FOLDER keeps the files, made from VIDEO)
if (args is ["evaluate", .. string[] numbers])
{
    int[] sizes = [.. numbers.Select(n => int.Parse(n, CultureInfo.InvariantCulture)).Order()];
    Console.WriteLine($"{Environment.ProcessorCount} processors; seconds of the first and the fastest of 3 rounds, peak memory of the process so far");
    Console.WriteLine("| detections | file | keyframes | labels | first | fastest | peak memory | mAP |");
    Console.WriteLine("|---|---|---|---|---|---|---|---|");
    foreach (string line in EvaluationBenchmark.Run(sizes.Length > 0 ? sizes : [1_000_000, GeneratedSet.FullRows], rounds: 3))
        Console.WriteLine($"| {line} |");
    return;
}

if (args is ["loader", string folder, .. string[] rest])
{
    JpegDecoder decoder = rest.Contains("embedded") ? JpegDecoder.Embedded : JpegDecoder.Automatic;
    LoaderBenchmark.Prepare(folder, rest.FirstOrDefault(r => r != "embedded"));
    Console.WriteLine($"{Environment.ProcessorCount} processors; {FrameDecoders.Get(decoder).Name}; {(LibavStore.WhyNot ?? LibavStore.LibraryVersion)}");
    foreach (string line in LoaderBenchmark.Soak(folder, 10_000)) Console.WriteLine(line);
    Console.WriteLine("| source | clip | threads | clips/s to float32 | frames/s | clips/s to bytes | allocated a clip |");
    Console.WriteLine("|---|---|---|---|---|---|---|");
    foreach (string line in LoaderBenchmark.Run(folder, decoder, seconds: 4)) Console.WriteLine($"| {line} |");
    return;
}

TorchRuntime.EnsureLoadable();
int rounds = args.Select(a => int.TryParse(a, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : 0).FirstOrDefault(n => n > 0, 7);
(string Name, BackboneOptions Backbone, int Frames)[] networks =
[
    ("slowonly", new SlowOnlyOptions(), 4),
    ("slowfast-4x16", new SlowFastOptions(), 32),
    ("slowfast-8x8", new SlowFastOptions { ResampleRate = 4, SpeedRatio = 4, FusionKernel = 7 }, 32),
];
(string Name, BackboneOptions Backbone, int Frames)[] chosen = [.. networks.Where(n => args.Contains(n.Name))];
if (chosen.Length == 0) chosen = networks;

set_num_threads(Math.Min(2, Environment.ProcessorCount));
Console.WriteLine($"256×256, one clip, 3 boxes, {get_num_threads()} threads; the fastest of {rounds} interleaved rounds");
Console.WriteLine("| network | what | seconds | × eager | GFLOP/s | of the GEMM rate | furthest from eager |");
Console.WriteLine("|---|---|---|---|---|---|---|");
foreach ((string name, BackboneOptions backbone, int frames) in chosen)
{
    using NetworkBenchmark benchmark = new(backbone, frames);
    foreach (string line in benchmark.Run(rounds)) Console.WriteLine($"| {name} | {line} |");
}
using Process self = Process.GetCurrentProcess();
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\npeak memory of the whole run: {self.PeakWorkingSet64 / 1e9:F1} GB"));
