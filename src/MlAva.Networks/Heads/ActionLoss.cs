using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MlAva.Networks;

/// <summary>The training loss of the action head and the figures logged with it (reference specification §4.3, §4.4).</summary>
public static class ActionLoss
{
    /// <summary>
    /// The mean over labelled rows and the classes 1… of α(1 − p)^γ·ℓ, with ℓ the binary (or soft-target) cross-entropy. Rows without a label,
    /// and column 0, have no part in it.
    /// </summary>
    /// <param name="logits">[R, C] float32.</param>
    /// <param name="labels">R×C multi-hot numbers, row by row.</param>
    /// <param name="options">The head's settings: focal α and γ, several labels or one, k of the logged figures.</param>
    /// <returns>The loss, which the caller disposes of, and the logged figures; null when no row has a label.</returns>
    /// <exception cref="ArgumentException">Logits and labels do not have the same number of rows and columns.</exception>
    public static ActionLossResult? Compute(Tensor logits, ReadOnlySpan<float> labels, ActionHeadOptions options)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(options);
        int rows = (int)logits.shape[0], columns = (int)logits.shape[1];
        if (labels.Length != rows * columns) throw new ArgumentException($"There are {labels.Length} label entries; the logits are {rows}×{columns}.", nameof(labels));

        List<long> kept = [];
        List<float> keptLabels = [];
        for (int r = 0; r < rows; r++)
        {
            ReadOnlySpan<float> row = labels.Slice(r * columns + 1, columns - 1);
            if (!row.ContainsAnyExcept(0f)) continue;
            kept.Add(r);
            keptLabels.AddRange(row);
        }
        if (kept.Count == 0) return null;

        using DisposeScope scope = NewDisposeScope();
        Tensor x = logits.index_select(0, tensor(kept.ToArray(), ScalarType.Int64, logits.device)).slice(1, 1, columns, 1);
        Tensor y = tensor(keptLabels.ToArray(), [kept.Count, columns - 1]).to(logits.dtype, logits.device);
        Tensor entropy = options.MultiLabel
            ? F.binary_cross_entropy_with_logits(x, y, reduction: nn.Reduction.None)
            : y.div(y.sum(1, keepdim: true)).mul(x.log_softmax(1)).sum(1).neg();
        using Scalar alpha = options.FocalAlpha, gamma = options.FocalGamma;
        Tensor loss = options is { FocalAlpha: 1, FocalGamma: 0 }
            ? entropy.mean()
            : entropy.neg().exp().neg().add(Constants.One, Constants.One).pow(gamma).mul(alpha).mul(entropy).mean();

        float[] scores = Probabilities(x, options);
        return new(loss.MoveToOuterDisposeScope(), Metrics(scores, keptLabels, columns - 1, options));
    }

    static float[] Probabilities(Tensor logits, ActionHeadOptions options)
    {
        using Tensor detached = logits.detach();
        using Tensor scores = options.MultiLabel ? detached.sigmoid() : detached.softmax(1);
        using Tensor onCpu = scores.to(ScalarType.Float32, CPU);
        return onCpu.data<float>().ToArray();
    }

    static ActionMetrics Metrics(float[] scores, List<float> labels, int columns, ActionHeadOptions options)
    {
        int rows = scores.Length / columns;
        bool[] predicted = new bool[columns];
        int[] order = new int[columns];
        double recall = 0, precision = 0;
        double[] topRecall = new double[options.TopK.Count], topPrecision = new double[options.TopK.Count];
        for (int r = 0; r < rows; r++)
        {
            ReadOnlySpan<float> row = scores.AsSpan(r * columns, columns);
            for (int c = 0; c < columns; c++) order[c] = c;
            float[] keys = row.ToArray();
            Array.Sort(order, (a, b) => keys[b] != keys[a] ? keys[b].CompareTo(keys[a]) : a - b);

            for (int c = 0; c < columns; c++) predicted[c] = options.MultiLabel ? row[c] > 0.5f : c == order[0];
            Add(ref recall, ref precision, r);
            for (int k = 0; k < options.TopK.Count; k++)
            {
                Array.Clear(predicted);
                foreach (int c in order.AsSpan(0, options.TopK[k])) predicted[c] = true;
                Add(ref topRecall[k], ref topPrecision[k], r);
            }
        }
        return new(recall / rows, precision / rows, [.. options.TopK.Select((k, i) => new TopKMetrics(k, topRecall[i] / rows, topPrecision[i] / rows))]);

        void Add(ref double recallSum, ref double precisionSum, int row)
        {
            int hits = 0, truths = 0, positives = 0;
            for (int c = 0; c < columns; c++)
            {
                bool truth = labels[row * columns + c] > 0.5f;
                if (truth) truths++;
                if (predicted[c]) positives++;
                if (truth && predicted[c]) hits++;
            }
            recallSum += (double)hits / truths;
            precisionSum += hits / (positives + 1e-6); // the reference's guard against rows without a prediction
        }
    }
}
