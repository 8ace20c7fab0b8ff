using MlAva.Annotations;

namespace MlAva.Evaluation;

/// <summary>Gives keyframes small numbers in order of first appearance. Timestamps are told apart by <see cref="KeyframeKey.TimeNumber"/>.</summary>
sealed class KeyframeIndex
{
    readonly Dictionary<string, int> _videos = new(StringComparer.Ordinal);
    readonly Dictionary<(int Video, long Time), int> _keyframes = [];
    readonly List<KeyframeKey> _keys = [];

    public int Count => _keys.Count;

    public KeyframeKey this[int keyframe] => _keys[keyframe];

    /// <summary>The keyframe's number, a new one when it was not seen before.</summary>
    public int Intern(in KeyframeKey key)
    {
        if (!_videos.TryGetValue(key.VideoId, out int video)) _videos.Add(key.VideoId, video = _videos.Count);
        (int, long) place = (video, key.TimeNumber);
        if (_keyframes.TryGetValue(place, out int keyframe)) return keyframe;
        _keyframes.Add(place, keyframe = _keys.Count);
        _keys.Add(key);
        return keyframe;
    }

    /// <summary>The keyframe's number, or −1. May be called from several threads while none interns.</summary>
    public int Find(in KeyframeKey key) =>
        _videos.TryGetValue(key.VideoId, out int video) && _keyframes.TryGetValue((video, key.TimeNumber), out int keyframe) ? keyframe : -1;
}
