using System.Text.Json;
using MlAva.Configs;
using MlAva.Networks;
using MlAva.TestSupport;
using MlAva.Training;

namespace MlAva.Tests.Configs;

/// <summary>
/// The configurations against what MMAction2 0.24.1 itself made of its own: learning rates and settings in the golden fixtures.
/// </summary>
public sealed class ConfigGoldenTests
{
    public static TheoryData<string> Cases => SharedData.Root is null ? [] :
    [
        .. Directory.EnumerateDirectories(SharedData.Path("golden")).Where(d => File.Exists(Path.Combine(d, "config.json")))
            .Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal),
    ];

    [SharedFact("golden/components/lr_schedules.json")]
    public void Every_iteration_has_the_reference_learning_rate()
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(SharedData.Path("golden/components/lr_schedules.json")));
        HashSet<string> seen = [];
        foreach (JsonElement run in golden.RootElement.EnumerateArray())
        {
            DetectionConfig config = DetectionConfig.Load(run.GetProperty("config").GetString()!);
            ActionDetectorOptions training = config.ToTrainerOptions();
            LearningRateSchedule schedule = new(training.Schedule, training.Epochs, run.GetProperty("iters_per_epoch").GetInt32());
            double[] rates = [.. run.GetProperty("lr").EnumerateArray().Select(r => r.GetDouble())];

            Assert.Equal(run.GetProperty("total_epochs").GetInt32() * run.GetProperty("iters_per_epoch").GetInt32(), rates.Length);
            Assert.Equal(run.GetProperty("total_epochs").GetInt32(), training.Epochs);
            foreach ((int iteration, double rate) in rates.Index())
                Assert.True(Math.Abs(rate - schedule.At(iteration)) <= 1e-9,
                    $"{config} at {iteration}: {schedule.At(iteration)}, expected {rate}");
            seen.Add(config.Name);
        }
        Assert.Equal(DetectionConfig.Names.Where(n => n != PublishedConfig.Of("LFB-infer").Name).Order(StringComparer.Ordinal),
            seen.Order(StringComparer.Ordinal));
    }

    [SharedTheory("golden")]
    [MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void The_settings_are_those_that_the_reference_resolves(string name)
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(SharedData.Path($"golden/{name}/config.json")));
        JsonElement root = golden.RootElement, model = root.GetProperty("model"), rcnn = model.GetProperty("train_cfg").GetProperty("rcnn"),
            resolved = root.GetProperty("resolved");
        DetectionConfig config = DetectionConfig.Load(root.GetProperty("source_config").GetString()!);
        // The fixtures are narrower than the configurations, and without dropout.
        string[] changed = [.. root.GetProperty("changes").EnumerateArray().Select(c => c.GetString()!.Split('=')[0].Trim())];

        JsonElement head = resolved.GetProperty("bbox_head"), extractor = resolved.GetProperty("bbox_roi_extractor");
        Check("bbox_head.num_classes", head, config.Model.Head.NumClasses);
        Check("bbox_head.focal_alpha", head, config.Model.Head.FocalAlpha);
        Check("bbox_head.focal_gamma", head, config.Model.Head.FocalGamma);
        Check("bbox_head.dropout_ratio", head, config.Model.Head.DropoutRatio);
        Check("extractor.featmap_stride", extractor, config.Model.RoIExtractor.FeatureStride);
        Check("extractor.sampling_ratio", extractor, config.Model.RoIExtractor.SamplingRatio);
        Check("extractor.output_size", extractor, config.Model.RoIExtractor.OutputSize);
        Assert.Equal(extractor.GetProperty("with_global").GetBoolean(), config.Model.RoIExtractor.WithGlobal);
        Assert.Equal(extractor.GetProperty("temporal_pool_mode").GetString(),
            config.Model.RoIExtractor.TemporalPooling == TemporalPooling.Max ? "max" : "avg");
        JsonElement assigner = rcnn.GetProperty("assigner"), sampler = rcnn.GetProperty("sampler"),
            optimizer = root.GetProperty("optimizer");
        TrainingOptions training = config.Training!;
        Check("assigner.pos_iou_thr", assigner, (double)(decimal)training.Assigner.PositiveIoU);
        Check("assigner.neg_iou_thr", assigner, (double)(decimal)training.Assigner.NegativeIoU);
        Check("sampler.num", sampler, training.Sampler.Count);
        Check("sampler.pos_fraction", sampler, training.Sampler.PositiveFraction);
        Check("sampler.neg_pos_ub", sampler, training.Sampler.NegativesPerPositive);
        Check("optimizer.lr", optimizer, training.Schedule.LearningRate);
        Check("optimizer.momentum", optimizer, training.Optimizer.Momentum);
        Check("optimizer.weight_decay", optimizer, training.Optimizer.WeightDecay);
        Assert.Equal(optimizer.TryGetProperty("nesterov", out JsonElement nesterov) && nesterov.GetBoolean(), training.Optimizer.Nesterov);
        Check("grad_clip.max_norm", root.GetProperty("optimizer_config").GetProperty("grad_clip"), training.Optimizer.MaxGradientNorm);
        Assert.Equal(root.GetProperty("total_epochs").GetInt32(), training.Epochs);
        JsonElement custom = root.GetProperty("custom_classes");
        Assert.Equal(custom.ValueKind == JsonValueKind.Null ? null : custom.EnumerateArray().Select(c => c.GetInt32()),
            config.Data.CustomClasses);

        void Check(string place, JsonElement of, double own)
        {
            if (!changed.Contains(place)) Assert.Equal(of.GetProperty(place.Split('.')[1]).GetDouble(), own);
        }
    }
}
