using System.Diagnostics;
using System.Globalization;
using MlAva.Annotations;
using MlAva.Evaluation;

namespace MlAva.Benchmarks;

/// <summary>Frame-mAP of generated files, from csv to figures, as <c>mlava evaluate</c> computes it.</summary>
static class EvaluationBenchmark
{
    /// <summary>Sizes in rows, ascending: the peak of memory is that of the largest so far.</summary>
    public static IEnumerable<string> Run(IEnumerable<int> sizes, int rounds)
    {
        foreach (int rows in sizes)
        {
            string folder = Directory.CreateTempSubdirectory("mlava-bench-").FullName;
            try
            {
                GeneratedSet.Write(folder, rows);
                yield return Measure(folder, rounds);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    static string Measure(string folder, int rounds)
    {
        FrameMapFiles files = new() { Annotations = Path.Combine(folder, "gt.csv"), Detections = Path.Combine(folder, "det.csv") };
        FrameMapResult? result = null;
        double first = 0, fastest = double.MaxValue;
        for (int i = 0; i < rounds; i++)
        {
            result = null;
            long start = Stopwatch.GetTimestamp();
            result = FrameMap.EvaluateFiles(files, LabelMap.Read(Path.Combine(folder, "labels.pbtxt")), new() { KeepCurves = false });
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (i == 0) first = seconds;
            fastest = Math.Min(fastest, seconds);
        }
        using Process self = Process.GetCurrentProcess();
        double megabytes = new FileInfo(files.Detections).Length / 1e6;
        return string.Create(CultureInfo.InvariantCulture,
            $"{result!.Counts.DetectionRows:N0} | {megabytes:F0} MB | {result.Counts.Keyframes:N0} | {result.Counts.GroundTruth:N0} | {first:F2} | {fastest:F2} | {self.PeakWorkingSet64 / 1e9:F2} GB | {result.MeanAveragePrecision:F4}");
    }
}
