namespace MlAva.Diagnostics;

/// <summary>How the keyframes of a file meet those of the annotations: as they stand, and after the likeliest mend.</summary>
sealed class KeyMatch
{
    /// <summary>Below this share, as they stand, times are taken for wrong and others are tried.</summary>
    const double PoorShare = 0.5;

    const int PairsOfTimes = 500, VideosForTimes = 3;

    /// <summary>A mend that meets this share of what can be met is not sought to be bettered.</summary>
    const double GoodShare = 0.95;

    static readonly double[] Rates = [30, 25, 24, 29.97, 23.976, 50, 60, 15, 10];

    readonly KeyframeTable _truth, _file;

    KeyMatch(KeyframeTable truth, KeyframeTable file) => (_truth, _file) = (truth, file);

    /// <summary>Keyframes of the annotations that the file names, as both stand.</summary>
    public int CommonAsIs { get; private set; }

    /// <summary>The same after <see cref="Map"/>.</summary>
    public int Common { get; private set; }

    /// <summary>Videos of the annotations that the file names, as both stand.</summary>
    public int VideosAsIs { get; private set; }

    /// <summary>The likeliest mend; the identity where nothing is to be mended.</summary>
    public KeyMap Map { get; private set; } = KeyMap.Identity;

    /// <summary>How video ids differ; none where they do not, or by more than spelling.</summary>
    public VideoSpelling Spelling { get; private set; }

    /// <summary>Text that stands before or behind every id of one file only; empty where there is none.</summary>
    public string Affix { get; private set; } = "";

    /// <summary>Whether the file's own ids are the ones to change, not the annotations'.</summary>
    public bool IsFileToMend { get; private set; } = true;

    /// <param name="truth">The annotations' keyframes.</param>
    /// <param name="file">The other file's.</param>
    /// <param name="fps">A rate at which times may have been counted in frames; null: times are believed.</param>
    public static KeyMatch Of(KeyframeTable truth, KeyframeTable file, double? fps)
    {
        KeyMatch match = new(truth, file);
        match.VideosAsIs = file.Videos.Count(truth.HasVideo);
        match.Common = match.CommonAsIs = match.CountCommon(KeyMap.Identity);
        match.MatchVideos();
        if (fps is { } rate) match.MatchTimes(rate);
        return match;
    }

    /// <summary>Keyframes of the annotations without any in the file.</summary>
    public IEnumerable<int> TruthWithout(KeyMap map)
    {
        HashSet<int> found = [.. Hits(map)];
        return Enumerable.Range(0, _truth.Count).Where(t => !found.Contains(t));
    }

    /// <summary>Keyframes of the file that the annotations do not name.</summary>
    public IEnumerable<int> FileWithout(KeyMap map) => Enumerable.Range(0, _file.Count).Where(f => Hit(f, map) < 0);

    int Hit(int file, KeyMap map)
    {
        (string video, double time) = _file[file];
        return _truth.Find(map.VideoOf(video), map.TimeOf(time));
    }

    IEnumerable<int> Hits(KeyMap map) => Enumerable.Range(0, _file.Count).Select(f => Hit(f, map)).Where(t => t >= 0);

    int CountCommon(KeyMap map) => new HashSet<int>(Hits(map)).Count;

    void MatchVideos()
    {
        if (VideosAsIs == Math.Min(_truth.Videos.Count, _file.Videos.Count)) return;
        Dictionary<string, string> all = Respelled(VideoSpelling.All);
        if (all.Count == 0)
        {
            MatchAffix();
            return;
        }
        // Every difference that can be dropped without losing a video is none.
        VideoSpelling needed = VideoSpelling.All;
        foreach (VideoSpelling one in Enum.GetValues<VideoSpelling>())
        {
            if (int.IsPow2((int)one) && Respelled(needed & ~one).Count >= all.Count) needed &= ~one;
        }
        Spelling = needed;
        IsFileToMend = all.Keys.Any(id => VideoSpellings.Without(id, needed) != id);
        Accept(new(Respelled(needed)));
    }

    /// <summary>The annotations' id for each of the file's that they do not have, but have in another spelling.</summary>
    Dictionary<string, string> Respelled(VideoSpelling differences)
    {
        Dictionary<string, string?> plain = new(StringComparer.Ordinal);
        foreach (string video in _truth.Videos)
        {
            string key = VideoSpellings.Without(video, differences);
            if (!plain.TryAdd(key, video)) plain[key] = null; // two videos of the annotations: no telling which is meant
        }
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        foreach (string video in _file.Videos)
        {
            if (_truth.HasVideo(video)) continue;
            if (plain.GetValueOrDefault(VideoSpellings.Without(video, differences)) is { } truth) found[video] = truth;
        }
        return found;
    }

    void MatchAffix()
    {
        const int Tried = 20, MostVideos = 5000, Shortest = 2;
        if (_truth.Videos.Count > MostVideos || VideosAsIs > 0) return;
        Dictionary<(string Before, string Behind, bool OfFile), int> votes = [];
        foreach (string file in _file.Videos.Take(Tried))
        {
            foreach (string truth in _truth.Videos)
            {
                (string longer, string shorter) = file.Length > truth.Length ? (file, truth) : (truth, file);
                int at = shorter.Length >= Shortest ? longer.IndexOf(shorter, StringComparison.Ordinal) : -1;
                if (at < 0 || longer.Length == shorter.Length) continue;
                (string, string, bool) vote = (longer[..at], longer[(at + shorter.Length)..], file.Length > truth.Length);
                votes[vote] = votes.GetValueOrDefault(vote) + 1;
            }
        }
        if (votes.Count == 0) return;
        ((string before, string behind, bool ofFile), _) = votes.MaxBy(v => v.Value);
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        foreach (string video in _file.Videos)
        {
            string other = !ofFile ? before + video + behind
                : video.StartsWith(before, StringComparison.Ordinal) && video.EndsWith(behind, StringComparison.Ordinal)
                    && video.Length > before.Length + behind.Length ? video[before.Length..^behind.Length] : "";
            if (_truth.HasVideo(other)) found[video] = other;
        }
        if (found.Count * 2 < Math.Min(_file.Videos.Count, _truth.Videos.Count)) return;
        (Affix, IsFileToMend) = (before.Length >= behind.Length ? before : behind, ofFile);
        Accept(new(found));
    }

    void Accept(KeyMap map) => (Map, Common) = (map, CountCommon(map));

    void MatchTimes(double fps)
    {
        string[] shared = [.. _file.Videos.Where(v => _truth.HasVideo(Map.VideoOf(v)))];
        if (shared.Length == 0) return;
        int reachable = Math.Min(shared.Sum(v => _file.TimesOf(v).Count),
            shared.Select(Map.VideoOf).Distinct().Sum(v => _truth.TimesOf(v).Count));
        if (Common >= PoorShare * reachable) return;
        KeyMap best = Map;
        int found = Common;
        string[] looked = [.. shared.OrderByDescending(v => _file.TimesOf(v).Count).Take(VideosForTimes)];
        foreach (KeyMap tried in TimeMaps(looked, fps))
        {
            int common = CountCommon(tried);
            bool isBetter = common > found || (common == found && common > Common && Math.Abs(tried.Offset) < Math.Abs(best.Offset));
            if (isBetter) (best, found) = (tried, common);
            if (found >= GoodShare * reachable) break;
        }
        if (found >= 2 * Common && found >= PoorShare * reachable) Accept(best);
    }

    IEnumerable<KeyMap> TimeMaps(string[] videos, double fps)
    {
        yield return Map with { Rounds = true };
        IEnumerable<double> scales = [1, 0.001, 1000, .. Rates.Prepend(fps).Distinct().SelectMany(r => (double[])[1 / r, r])];
        foreach (double scale in scales)
        {
            if (scale != 1) yield return Map with { Scale = scale };
            if (scale < 1) yield return Map with { Scale = scale, Rounds = true };
            foreach (string video in videos)
            {
                foreach (double offset in LikelyOffsets(video, scale))
                {
                    yield return Map with { Scale = scale, Offset = offset };
                    // Frame 1 is no whole number of frames behind the start: 61 / 30 is second 2 all the same.
                    if (scale < 1) yield return Map with { Scale = scale, Offset = Math.Round(offset), Rounds = true };
                }
            }
        }
    }

    /// <summary>The differences that most pairs of times have, of one video.</summary>
    IEnumerable<double> LikelyOffsets(string video, double scale)
    {
        IReadOnlyList<double> truths = _truth.TimesOf(Map.VideoOf(video)), times = _file.TimesOf(video);
        if (truths.Count == 0) yield break;
        yield return Round(truths[0] - times[0] * scale);
        Dictionary<double, int> votes = [];
        foreach (double time in times.Take(PairsOfTimes))
        {
            foreach (double truth in truths.Take(PairsOfTimes))
            {
                double offset = Round(truth - time * scale);
                votes[offset] = votes.GetValueOrDefault(offset) + 1;
            }
        }
        yield return votes.OrderByDescending(v => v.Value).ThenBy(v => Math.Abs(v.Key)).First().Key;

        static double Round(double value) => Math.Round(value, 3);
    }
}
