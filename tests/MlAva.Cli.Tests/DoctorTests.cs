using System.Text.Json;
using MlAva.Diagnostics;
using MlAva.Video;

namespace MlAva.Cli.Tests;

public class DoctorTests
{
    [Fact]
    public void A_working_machine_is_exit_code_0_and_libtorch_is_named()
    {
        Tool run = Tool.Run("doctor").ExitsWith(0);

        foreach (string word in (string[])["libtorch 2.", "TorchSharp 0.", "SkiaSharp", "FFmpeg", "Microsoft.ML 5.", "processors", "vector instructions: ", "bfloat16 is ", "GiB",
            "Everything that is needed works."])
            Assert.Contains(word, run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("BROKEN", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_report_is_there_as_JSON_too()
    {
        using JsonDocument report = JsonDocument.Parse(Tool.Run("doctor", "--json").ExitsWith(0).Output);

        Assert.True(report.RootElement.GetProperty("isHealthy").GetBoolean());
        Dictionary<string, string?> status =
            report.RootElement.GetProperty("checks").EnumerateArray()
            .ToDictionary(c => c.GetProperty("name").GetString()!, c => c.GetProperty("status").GetString());
        Assert.Equal(["fine", "fine", "fine"], ((string[])["libtorch", "ML.NET", "image codec"]).Select(n => status[n]));
    }

    [Fact]
    public void Missing_FFmpeg_is_no_illness_and_the_command_that_installs_it_is_given()
    {
        DoctorReport report = Doctor.Examine(new FrameStoreOptions { FfmpegPath = "no-such-ffmpeg", FfprobePath = "no-such-ffprobe" });

        DoctorCheck check = Assert.Single(report.Checks, c => c.Name == "FFmpeg");
        Assert.Equal(DoctorStatus.MissingOptional, check.Status);
        Assert.Contains("ffmpeg", check.Mend, StringComparison.OrdinalIgnoreCase);
        Assert.True(report.IsHealthy);
        Assert.All(report.Checks.Where(c => c.Status != DoctorStatus.Fine), c => Assert.NotEmpty(c.Mend!));
    }

    [Fact]
    public void Something_broken_makes_the_report_unhealthy()
    {
        DoctorReport report = new([new("a", DoctorStatus.Fine, "works"), new("b", DoctorStatus.Broken, "does not", "do it again")]);

        Assert.False(report.IsHealthy);
        Assert.Contains("\"broken\"", report.ToJson(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(900, 1800, 902.0, 1798.0)]
    [InlineData(900, 2700, 900.0, 1800.0)]
    [InlineData(0, 900, 1.0, 22.0)]
    [InlineData(0, 1800, 899.5, 902.0)]
    [InlineData(0, 900, 0.0)]
    public void The_time_axis_is_AVAs_only_where_no_timestamp_lies_before_it(double start, double end, params double[] timestamps)
    {
        TimeAxis axis = TimeAxis.Of(timestamps);

        Assert.Equal((start, end), (axis.Start, axis.End));
        Assert.NotEmpty(axis.Reason);
    }

    [Theory]
    [InlineData(890, 1790, 900.0, 1700.0)]
    [InlineData(890, 2690, 900.0, 1798.0)]
    [InlineData(1, 901, 0.0)]
    public void A_known_start_stays_and_the_end_lies_behind_every_timestamp(double start, double end, params double[] timestamps)
    {
        TimeAxis axis = TimeAxis.Of(timestamps, start);

        Assert.Equal((start, end), (axis.Start, axis.End));
    }
}
