namespace MlAva.Diagnostics;

/// <summary>Detections held in memory: all of them, or those of keyframes drawn by a hash of their key.</summary>
/// <param name="Rows">The rows, in file order.</param>
/// <param name="Share">The share of keyframes drawn.</param>
sealed record DetectionSample(IReadOnlyList<DetectionSampleRow> Rows, double Share)
{
    /// <summary>Reads the file a second time, now that it is known how its keyframes meet the annotations'.</summary>
    /// <param name="file">What the first reading found.</param>
    /// <param name="map">Makes the file's keyframes those of the annotations.</param>
    /// <param name="fit">Gets every box on the keyframes that it compares.</param>
    /// <param name="truth">The annotations' keyframes.</param>
    /// <param name="names">Ids by class name; null: unknown.</param>
    /// <param name="options">The limit of rows.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static DetectionSample Read(ResultFile file, KeyMap map, BoxFit fit, KeyframeTable truth,
        IReadOnlyDictionary<string, int>? names, DataDoctorOptions options, CancellationToken cancellation)
    {
        // A row is held when its keyframe is drawn under either name, as it stands or mended: figures of both are then of the same share.
        double named = map.IsIdentity ? 1 : 2;
        double share = Math.Min(1, options.TrialRows / (named * Math.Max(1, file.Form.Usable)));
        List<DetectionSampleRow> rows = [];
        (string Video, double Time, int Truth, bool IsHeld) last = ("", double.NaN, -1, false);
        RowScanner scanner = new(file.Path, DataRole.Detections, file.Layout, names, options);
        scanner.Scan((in LooseRow row) =>
        {
            if (!row.IsUsable) return;
            if (row.Time != last.Time || !ReferenceEquals(row.VideoId, last.Video))
            {
                (string video, double time) = (map.VideoOf(row.VideoId), map.TimeOf(row.Time));
                bool isHeld = share >= 1 || RowHash.Share(video, time) < share
                    || (!map.IsIdentity && RowHash.Share(row.VideoId, row.Time) < share);
                last = (row.VideoId, row.Time, truth.Find(video, time), isHeld);
            }
            fit.Add(last.Truth, row.Box);
            if (last.IsHeld) rows.Add(new(row.VideoId, row.Time, row.Box, row.Action, row.Extra));
        }, cancellation);
        return new(rows, share);
    }
}
