using MlAva.Annotations;

namespace MlAva.Diagnostics;

/// <summary>The keyframes of a file, numbered in order of appearance. Times are told apart by <see cref="KeyframeKey.TimeNumber"/>.</summary>
sealed class KeyframeTable
{
    /// <summary>More keyframes than this are not told apart any more: such a file names every row by itself.</summary>
    const int Most = 4_000_000;

    readonly Dictionary<string, int> _videoOf = new(StringComparer.Ordinal);
    readonly Dictionary<(int Video, long Time), int> _numbers = [];
    readonly List<string> _videos = [];
    readonly List<(int Video, double Time)> _keys = [];
    readonly List<long> _rows = [];
    readonly List<long> _lines = [];
    readonly List<int> _firstOfVideo = [];
    (string? Video, double Time, int Number) _last = (null, double.NaN, -1);
    Dictionary<int, List<double>>? _times;

    public int Count => _keys.Count;

    /// <summary>The video ids, in order of appearance.</summary>
    public IReadOnlyList<string> Videos => _videos;

    public KeyframeKey this[int number] => new(_videos[_keys[number].Video], _keys[number].Time);

    /// <summary>How many rows a keyframe has.</summary>
    public long RowsOf(int number) => _rows[number];

    /// <summary>The keyframe's number, a new one where it was not seen before; −1 where there are too many.</summary>
    /// <param name="video">The video's id as spelled.</param>
    /// <param name="time">Seconds.</param>
    /// <param name="line">The row's line, remembered of a keyframe's first row; 0 where lines are not known.</param>
    public int Add(string video, double time, long line = 0)
    {
        int number = time == _last.Time && ReferenceEquals(video, _last.Video) ? _last.Number : Intern(video, time, line);
        _last = (video, time, number);
        if (number >= 0) _rows[number]++;
        return number;
    }

    public bool Contains(string video, double time) => Find(video, time) >= 0;

    /// <summary>The line that names a keyframe first; 0 where it is not known.</summary>
    public long LineOf(int number) => _lines[number];

    /// <summary>The line that names a video first; 0 where it is not known.</summary>
    public long LineOf(string video) =>
        _videoOf.TryGetValue(video, out int number) && _firstOfVideo[number] < _lines.Count ? _lines[_firstOfVideo[number]] : 0;

    public bool HasVideo(string video) => _videoOf.ContainsKey(video);

    /// <summary>The keyframe's number, −1 where it is not there.</summary>
    public int Find(string video, double time) =>
        _videoOf.TryGetValue(video, out int v) && _numbers.TryGetValue((v, new KeyframeKey(video, time).TimeNumber), out int number) ? number : -1;

    /// <summary>The times of a video's keyframes, ascending.</summary>
    public IReadOnlyList<double> TimesOf(string video)
    {
        if (_times is null)
        {
            _times = [];
            foreach ((int v, double time) in _keys)
            {
                if (!_times.TryGetValue(v, out List<double>? list)) _times[v] = list = [];
                list.Add(time);
            }
            foreach (List<double> list in _times.Values) list.Sort();
        }
        return _videoOf.TryGetValue(video, out int number) && _times.TryGetValue(number, out List<double>? times) ? times : [];
    }

    int Intern(string video, double time, long line)
    {
        if (!_videoOf.TryGetValue(video, out int v))
        {
            _videoOf.Add(video, v = _videos.Count);
            _videos.Add(video);
            _firstOfVideo.Add(_keys.Count);
        }
        (int, long) key = (v, new KeyframeKey(video, time).TimeNumber);
        if (_numbers.TryGetValue(key, out int number)) return number;
        if (_keys.Count == Most) return -1;
        _numbers.Add(key, number = _keys.Count);
        _keys.Add((v, time));
        _rows.Add(0);
        _lines.Add(line);
        _times = null;
        return number;
    }
}
