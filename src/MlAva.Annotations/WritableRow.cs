namespace MlAva.Annotations;

/// <summary>Refuses to write what could not be read back.</summary>
static class WritableRow
{
    public static void Check(string videoId, double timestamp, Box box)
    {
        if (string.IsNullOrEmpty(videoId)) throw new ArgumentException("A row has no video id.");
        if (!double.IsFinite(timestamp) || timestamp < 0)
        {
            throw new ArgumentException($"A row of video '{videoId}' has the time {timestamp}; expected seconds, finite and not negative.");
        }
        if (!double.IsFinite(box.X1) || !double.IsFinite(box.Y1) || !double.IsFinite(box.X2) || !double.IsFinite(box.Y2))
        {
            throw new ArgumentException($"A box of {new KeyframeKey(videoId, timestamp)} is not finite: {box}.");
        }
    }
}
