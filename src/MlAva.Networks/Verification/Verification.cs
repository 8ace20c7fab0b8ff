using System.Globalization;
using System.Text.Json;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>Runs reference cases through this build and says how far its numbers are off: to check a port, a device or a reduced precision.</summary>
public static class Verification
{
    /// <summary>Runs one case.</summary>
    /// <param name="reference">The case.</param>
    /// <param name="options">Where, in which numbers, by what.</param>
    /// <param name="cancellationToken">Ends the run between its parts: scoring, training, gradients.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    /// <exception cref="FileNotFoundException">The case lacks a file that every case has.</exception>
    /// <exception cref="CheckpointFormatException">A file of the case is damaged, or its checkpoint does not fit its model.</exception>
    public static VerificationReport Run(ReferenceCase reference, VerificationOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (options.Device is { type: DeviceType.CUDA }) CudaPrecision.UseFull();
        List<VerifiedQuantity> quantities = [];
        List<string> skipped = [];
        using DisposeScope scope = NewDisposeScope();
        try
        {
            new CaseRun(reference, options, quantities, skipped).All(cancellationToken);
        }
        catch (Exception e) when (e is KeyNotFoundException or IndexOutOfRangeException or InvalidOperationException and not ObjectDisposedException)
        {
            throw new CheckpointFormatException(reference.Folder, $"JSON of another form ({e.Message.TrimEnd('.')})", "the files of a reference case", e);
        }
        return new(reference.Name, quantities, skipped);
    }

    /// <summary>One run's state.</summary>
    sealed class CaseRun(ReferenceCase reference, VerificationOptions options, List<VerifiedQuantity> quantities, List<string> skipped)
    {
        bool IsReduced => options.Precision == ScalarType.BFloat16;

        public void All(CancellationToken cancellationToken)
        {
            using (Detector detector = CreateScoring()) Scoring(detector);
            string? lacking = ((string[])["train_rois.npy", "train_labels.npy", "losses.json"]).FirstOrDefault(f => !reference.Has(f));
            if (!options.Training || IsReduced || lacking is not null)
            {
                skipped.Add($"training: {(!options.Training ? "not asked for" : IsReduced ? "compared in float32 and float64 only" : $"the case has no {lacking}")}");
                return;
            }
            cancellationToken.ThrowIfCancellationRequested();
            using (Detector detector = Create(options.Precision)) Training(detector);
            cancellationToken.ThrowIfCancellationRequested();
            using (Detector detector = Create(ScalarType.Float64)) Gradients(detector);
        }

        Detector Create(ScalarType precision)
        {
            Detector detector = reference.CreateDetector();
            detector.to(options.Device ?? CPU, precision);
            return detector;
        }

        Detector CreateScoring()
        {
            if (options.Engine == VerificationEngine.Modules) return Create(options.Precision);
            Detector detector = Create(ScalarType.Float32);
            detector.PrepareForInference(new() { Measure = false, Precision = IsReduced ? InferencePrecision.BFloat16 : InferencePrecision.Float32 });
            return detector;
        }

        // Between backbone and heads a prepared network goes back to its parameters' numbers.
        ScalarType Heads => options.Engine == VerificationEngine.Prepared ? ScalarType.Float32 : options.Precision;

        Tensor Input(string file, ScalarType precision)
        {
            using Tensor array = reference.Array(file);
            return array.to(precision, options.Device ?? CPU, copy: true);
        }

        void Compare(string name, double tolerance, string file, Tensor actual, bool relative = false)
        {
            if (!reference.Has(file))
            {
                skipped.Add($"{name}: the case has no {file}");
                return;
            }
            // Eight bits of mantissa: what is a rounding in float32 is a part in a hundred here, on every layer.
            Comparison comparison = new(name, IsReduced ? ReducedTolerance : tolerance, relative: relative || IsReduced);
            using Tensor expected = reference.Array(file);
            comparison.Add(expected, actual);
            quantities.Add(comparison.Result(options.Slack));
        }

        const double ReducedTolerance = 0.1;

        void Scoring(Detector detector)
        {
            using var noGrad = no_grad();
            using DisposeScope scope = NewDisposeScope();
            Tensor input = Input("input.npy", Heads);
            if (input.dim() != 5) throw Bad("input.npy", $"[{string.Join(", ", input.shape)}]", "clips [N, 3, T, H, W]");
            float[] rois = RoIs(input.shape[0]);
            if (rois.Length == 0) throw Bad("rois.npy", "no boxes", "one box at least, as the reference cannot score none");
            IReadOnlyList<Tensor> maps = detector.Backbone.forward(input);
            string[] files = maps.Count == 1 ? ["feat.npy"] : ["feat_slow.npy", "feat_fast.npy"];
            for (int i = 0; i < maps.Count; i++) Compare(maps.Count == 1 ? "backbone features" : i == 0 ? "slow features" : "fast features", 1e-4, files[i], maps[i]);
            Tensor map = detector.RoIExtractor.Join([.. maps.Select(m => m.to(Heads))]);
            Tensor features = detector.RoIExtractor.Pool(map, rois);
            Compare("RoI features", 1e-4, "roi_feat.npy", features);
            if (detector.SharedHead is { } shared)
            {
                features = shared.forward(features, map, rois, LongTerm("lt_feat.npy", Heads));
                Compare("shared head", 1e-4, "shared_feat.npy", features);
            }
            Tensor logits = detector.Head.forward(features);
            Compare("logits", 1e-4, "cls_score.npy", logits);
            Tensor scores = detector.Head.Probabilities(logits);
            Compare("scores", 1e-5, "scores.npy", scores);
            Detections(rois, scores, input.shape[4], input.shape[3], detector.Options.Head.NumClasses);
        }

        float[] RoIs(long clips)
        {
            const string RoIs = "rois.npy", Boxes = "proposals.npy";
            if (reference.Has(RoIs)) return Rows(RoIs, 5);
            float[] boxes = Rows(Boxes, 4);
            if (clips != 1) throw Bad(Boxes, $"boxes that do not say to which of {clips} clips they belong", $"{RoIs} beside it, with the clip's index before each box");
            float[] rois = new float[boxes.Length / 4 * 5];
            for (int r = 0; r < boxes.Length / 4; r++) boxes.AsSpan(r * 4, 4).CopyTo(rois.AsSpan(r * 5 + 1));
            return rois;
        }

        float[] Rows(string file, int columns)
        {
            using Tensor array = reference.Array(file);
            return array.dim() == 2 && array.shape[1] == columns ? reference.Floats(file) : throw Bad(file, $"[{string.Join(", ", array.shape)}]", $"[K, {columns}]");
        }

        CheckpointFormatException Bad(string file, string found, string expected) => new(reference.Path(file), found, expected);

        Tensor? LongTerm(string file, ScalarType precision) => reference.Has(file) ? Input(file, precision).flatten(2) : null;

        void Detections(float[] rois, Tensor scores, long width, long height, int classes)
        {
            const string File = "bbox_result.json";
            if (IsReduced || !reference.Has(File))
            {
                skipped.Add($"detections: {(IsReduced ? "scores in bfloat16 cross the threshold" : $"the case has no {File}")}");
                return;
            }
            float[] values = [.. Comparison.Doubles(scores).Select(s => (float)s)];
            Comparison comparison = new("detections", 1e-5);
            JsonElement images = reference.Json(File);
            float[] thresholds = Thresholds();
            for (int image = 0; image < images.GetArrayLength(); image++)
            {
                int[] rows = [.. Enumerable.Range(0, rois.Length / 5).Where(r => (int)rois[r * 5] == image)];
                float[] boxes = ActionDetections.Normalise([.. rows.SelectMany(r => rois[(r * 5)..(r * 5 + 5)])], (int)width, (int)height);
                IReadOnlyList<IReadOnlyList<float[]>> found = ActionDetections.PerClass(
                    boxes, [.. rows.SelectMany(r => values[(r * classes)..((r + 1) * classes)])], thresholds, classes);
                for (int c = 0; c < found.Count; c++)
                {
                    double[] expected = [.. images[image][c].EnumerateArray().SelectMany(row => row.EnumerateArray().Select(Number))];
                    comparison.Add(expected, [.. found[c].SelectMany(row => row).Select(v => (double)v)], $"class {c + 1}");
                }
            }
            quantities.Add(comparison.Result(options.Slack));
        }

        float[] Thresholds()
        {
            if (!reference.Config.GetProperty("model").TryGetProperty("test_cfg", out JsonElement test)
                || !test.TryGetProperty("rcnn", out JsonElement rcnn) || !rcnn.TryGetProperty("action_thr", out JsonElement threshold)) return [0];
            return threshold.ValueKind == JsonValueKind.Array ? [.. threshold.EnumerateArray().Select(t => t.GetSingle())] : [threshold.GetSingle()];
        }

        ActionLossResult? Loss(Detector detector, ScalarType precision, out Tensor logits)
        {
            detector.train();
            logits = detector.forward(Input("input.npy", precision), reference.Floats("train_rois.npy"), LongTerm("train_lt_feat.npy", precision));
            return ActionLoss.Compute(logits, reference.Floats("train_labels.npy"), detector.Options.Head);
        }

        void Training(Detector detector)
        {
            using DisposeScope scope = NewDisposeScope();
            ActionLossResult? result = Loss(detector, options.Precision, out Tensor logits);
            // Relative: batch statistics are sums of float32, whose order, and so whose rounding, depends on the number of threads.
            Compare("training logits", 1e-4, "train_cls_score.npy", logits, relative: true);
            Comparison loss = new("loss", 1e-5), metrics = new("logged metrics", 1e-5);
            JsonElement expected = reference.Json("losses.json").GetProperty("losses");
            // Without a labelled row the reference takes means of nothing.
            loss.Add(Number(expected.GetProperty("loss_action_cls")), result is null ? double.NaN : Comparison.Doubles(result.Loss)[0], "loss_action_cls");
            metrics.Add(Number(expected.GetProperty("recall@thr=0.5")), result?.Metrics.Recall ?? double.NaN, "recall@thr=0.5");
            metrics.Add(Number(expected.GetProperty("prec@thr=0.5")), result?.Metrics.Precision ?? double.NaN, "prec@thr=0.5");
            foreach (TopKMetrics top in result?.Metrics.TopK ?? [])
            {
                metrics.Add(Number(expected.GetProperty($"recall@top{top.K}")), top.Recall, $"recall@top{top.K}");
                metrics.Add(Number(expected.GetProperty($"prec@top{top.K}")), top.Precision, $"prec@top{top.K}");
            }
            quantities.Add(loss.Result(options.Slack));
            quantities.Add(metrics.Result(options.Slack));
            Statistics(detector);
        }

        void Statistics(Detector detector)
        {
            if (!reference.Has("bn_after_train.json"))
            {
                skipped.Add("normalisation statistics: the case has no bn_after_train.json");
                return;
            }
            Comparison statistics = new("normalisation statistics", 1e-5);
            Dictionary<string, Tensor> state = detector.state_dict();
            foreach (JsonProperty layer in reference.Json("bn_after_train.json").EnumerateObject())
            {
                foreach (string buffer in (string[])["running_mean", "running_var"])
                    statistics.Add([.. layer.Value.GetProperty(buffer).EnumerateArray().Select(Number)], Comparison.Doubles(state[$"{layer.Name}.{buffer}"]), $"{layer.Name}.{buffer}");
                statistics.Add(layer.Value.GetProperty("num_batches_tracked").GetInt64(), state[$"{layer.Name}.num_batches_tracked"].item<long>(), layer.Name);
            }
            quantities.Add(statistics.Result(options.Slack));
        }

        /// <summary>In float64, where no ReLU or maximum is decided within rounding: one such decision moves a gradient by more than any tolerance.</summary>
        void Gradients(Detector detector)
        {
            if (!reference.Has("grads.json"))
            {
                skipped.Add("gradients: the case has no grads.json");
                return;
            }
            using DisposeScope scope = NewDisposeScope();
            if (Loss(detector, ScalarType.Float64, out _) is not { } result)
            {
                skipped.Add("gradients: no row has a label");
                return;
            }
            result.Loss.backward();
            Dictionary<string, Parameter> parameters = detector.named_parameters().ToDictionary(p => p.name, p => p.parameter);
            JsonElement all = reference.Json("grads.json"), named = all.GetProperty("named");
            Comparison norms = new("gradient norms", 1e-3, relative: true), gradients = new("gradients", 1e-3, relative: true);
            foreach (JsonProperty entry in all.GetProperty("all").EnumerateObject().Where(e => e.Value.ValueKind != JsonValueKind.Null))
            {
                if (!parameters.Remove(entry.Name, out Parameter? parameter) || parameter.grad is not { } gradient)
                {
                    norms.Miss($"{entry.Name} has no gradient");
                    continue;
                }
                double expected = Number(entry.Value.TryGetProperty("l2_float64", out JsonElement exact) ? exact : entry.Value.GetProperty("l2"));
                // A gradient that is rounding noise in the reference itself has no norm to compare.
                norms.Add(expected, Comparison.Doubles(gradient.norm())[0], entry.Name, Math.Max(Math.Abs(expected), 1e-6));
            }
            foreach ((string name, Parameter parameter) in parameters)
            {
                if (parameter.grad is not null) norms.Miss($"{name} has a gradient, and none in the reference");
            }
            parameters = detector.named_parameters().ToDictionary(p => p.name, p => p.parameter);
            int index = 0;
            foreach (JsonProperty entry in named.EnumerateObject())
            {
                string file = string.Create(CultureInfo.InvariantCulture, $"grad_{index++}.npy");
                if (!reference.Has(file))
                {
                    skipped.Add($"gradient of {entry.Name}: the case has no {file}");
                    continue;
                }
                if (!parameters.TryGetValue(entry.Name, out Parameter? parameter) || parameter.grad is not { } gradient)
                {
                    gradients.Miss($"{entry.Name} has no gradient");
                    continue;
                }
                using Tensor expected = reference.Array(file);
                // The array is float32: where the reference's own float64 run is further away than the tolerance, that distance is the measure.
                double largest = Number(entry.Value.GetProperty("max_abs")),
                    own = entry.Value.TryGetProperty("max_abs_diff_float64", out JsonElement distance) ? Number(distance) : 0;
                gradients.Add(expected, gradient, entry.Name, Math.Max(largest, own * 2e3));
            }
            quantities.Add(gradients.Result(options.Slack));
            quantities.Add(norms.Result(options.Slack));
        }

        static double Number(JsonElement value) =>
            value.ValueKind == JsonValueKind.String ? double.Parse(value.GetString()!, CultureInfo.InvariantCulture) : value.GetDouble();
    }
}
