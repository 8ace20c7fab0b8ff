using MlAva.Networks;

namespace MlAva.FeatureBanks;

/// <summary>A part of a bank whose building was stopped.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Bank">Its features.</param>
/// <param name="Keyframes">How many keyframes they are from.</param>
/// <param name="Rows">What tells these keyframes, and all before them, from others.</param>
sealed record FeatureBankPart(string Path, FeatureBank Bank, int Keyframes, string Rows)
{
    /// <exception cref="CheckpointFormatException">The keyframes up to here are others.</exception>
    public void MustEndAt(string rows)
    {
        if (rows != Rows) throw FeatureBankParts.Wrong(Path, "features of other keyframes", "those of this data, in the same order");
    }
}
