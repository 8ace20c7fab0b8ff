using System.Globalization;
using MlAva.Training;

namespace MlAva.Cli;

/// <summary>Shows a training: a moving bar, and a line for every epoch.</summary>
sealed class TrainingReporter(ConsoleProgress progress) : IProgress<TrainingProgress>
{
    string _validation = "";

    public void Report(TrainingProgress value)
    {
        if (value.Validation is { } validation) _validation = Invariant($", mAP {validation.MeanAveragePrecision:F4}");
        double share = ((value.Epoch - 1) * (double)value.StepsPerEpoch + value.Step) / ((double)value.Epochs * value.StepsPerEpoch);
        string rate = Invariant($"lr {value.LearningRate:G4}"), speed = Invariant($"{value.ClipsPerSecond:F1} clips/s");
        string left = ConsoleProgress.Time(value.Remaining);
        progress.Report(share, Invariant($"epoch {value.Epoch}/{value.Epochs}, step {value.Step}/{value.StepsPerEpoch}, ")
            + Invariant($"loss {value.Loss:F4}, {rate}{_validation}, {speed}, {left} left, {Waited(value.WaitingShare)}{Skipped(value)}"));
        if (!value.EpochFinished) return;
        string reason = value.Validation?.UndefinedReason is { } undefined ? $" ({undefined})" : "";
        progress.Line(Invariant($"epoch {value.Epoch}/{value.Epochs}: loss {value.MeanLoss:F4}, {rate}{_validation}{reason}, {speed}, ")
            + Waited(value.EpochWaitingShare) + Skipped(value));
    }

    static string Waited(double share) => Invariant($"waited for data {share * 100:F1} %");

    static string Skipped(TrainingProgress value) => value.Skipped == 0 ? "" : Invariant($", {value.Skipped} keyframes left out");

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
