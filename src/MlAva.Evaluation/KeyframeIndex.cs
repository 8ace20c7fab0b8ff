using MlAva.Annotations;

namespace MlAva.Evaluation;

/// <summary>Gives keyframes small numbers in order of first appearance. Timestamps are told apart to the microsecond.</summary>
sealed class KeyframeIndex
{
    readonly Dictionary<string, int> _videos = new(StringComparer.Ordinal);
    readonly Dictionary<(int Video, long Microseconds), int> _keyframes = [];
    readonly List<KeyframeKey> _keys = [];
    (string? VideoId, double Timestamp, int Keyframe) _last = (null, double.NaN, 0);

    public int Count => _keys.Count;

    public KeyframeKey this[int keyframe] => _keys[keyframe];

    /// <summary>The keyframe's number, a new one when it was not seen before.</summary>
    public int Intern(string videoId, double timestamp)
    {
        // Rows of a keyframe mostly lie together: the last answer serves nearly all of them.
        if (timestamp == _last.Timestamp && videoId == _last.VideoId) return _last.Keyframe;
        if (!_videos.TryGetValue(videoId, out int video)) _videos.Add(videoId, video = _videos.Count);
        (int, long) key = (video, (long)Math.Round(timestamp * 1e6));
        if (!_keyframes.TryGetValue(key, out int keyframe))
        {
            _keyframes.Add(key, keyframe = _keys.Count);
            _keys.Add(new(videoId, timestamp));
        }

        _last = (videoId, timestamp, keyframe);
        return keyframe;
    }
}
