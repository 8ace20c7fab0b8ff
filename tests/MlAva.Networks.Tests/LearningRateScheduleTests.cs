using System.Text.Json;
using MlAva.TestSupport;

namespace MlAva.Networks.Tests;

/// <summary>The learning rate of every iteration (reference specification §5.7, §11).</summary>
public sealed class LearningRateScheduleTests
{
    [SharedFact("golden/components/lr_schedules.json")]
    public void Every_configuration_has_the_reference_rate_at_every_iteration()
    {
        JsonElement all = GoldenJson.Read("lr_schedules.json");
        Assert.Equal(21, all.GetArrayLength());
        foreach (JsonElement golden in all.EnumerateArray())
        {
            JsonElement config = golden.GetProperty("lr_config");
            Assert.Equal("linear", config.GetProperty("warmup").GetString());
            ScheduleOptions options = new()
            {
                LearningRate = golden.GetProperty("base_lr").GetDouble(),
                Policy = config.GetProperty("policy").GetString() == "step" ? SchedulePolicy.Step : SchedulePolicy.Cosine,
                MinLearningRate = GoldenJson.Number(config, "min_lr", 0),
                Warmup = config.GetProperty("warmup_iters").GetInt32(),
                WarmupUnit = config.TryGetProperty("warmup_by_epoch", out JsonElement byEpoch) && byEpoch.GetBoolean() ? WarmupUnit.Epochs : WarmupUnit.Iterations,
                WarmupRatio = config.GetProperty("warmup_ratio").GetDouble(),
                Steps = config.TryGetProperty("step", out JsonElement steps) ? GoldenJson.Ints(steps) : [],
            };
            int epochs = golden.GetProperty("total_epochs").GetInt32(), perEpoch = golden.GetProperty("iters_per_epoch").GetInt32();
            LearningRateSchedule schedule = new(options, epochs, perEpoch);
            int iteration = 0;
            foreach (JsonElement rate in golden.GetProperty("lr").EnumerateArray())
            {
                Near.Value(rate.GetDouble(), schedule.At(iteration), 1e-9, $"{golden.GetProperty("config")} at {iteration}");
                iteration++;
            }
            Assert.Equal(epochs * perEpoch, iteration);
        }
    }

    // Reference specification §11: 100 iterations an epoch.
    [Theory]
    [InlineData(0, 0.02)]
    [InlineData(100, 0.056)]
    [InlineData(250, 0.11)]
    [InlineData(499, 0.19964)]
    [InlineData(500, 0.2)]
    [InlineData(999, 0.2)]
    [InlineData(1000, 0.02)]
    [InlineData(1500, 0.002)]
    public void The_default_schedule_warms_up_and_falls_twice(int iteration, double expected) =>
        Near.Value(expected, new LearningRateSchedule(new(), 20, 100).At(iteration), 1e-12, "rate");

    [Theory]
    [InlineData(0, 0.0075)]
    [InlineData(1, 0.00783748)]
    [InlineData(100, 0.04024055)]
    [InlineData(199, 0.06760165)]
    [InlineData(200, 0.06783814)]
    [InlineData(500, 0.0375)]
    [InlineData(999, 1.8505e-07)]
    public void The_cosine_schedule_falls_every_iteration(int iteration, double expected) =>
        Near.Value(expected, new LearningRateSchedule(new() { LearningRate = 0.075, Policy = SchedulePolicy.Cosine, Warmup = 2 }, 10, 100).At(iteration), 1e-8, "rate");

    [Fact]
    public void Without_warm_up_the_first_rate_is_the_full_one() => Assert.Equal(0.2, new LearningRateSchedule(new() { Warmup = 0 }, 20, 100).At(0));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void A_training_of_no_length_is_refused(int epochs, int iterations) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new LearningRateSchedule(new(), epochs, iterations));
}
