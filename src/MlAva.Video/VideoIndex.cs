namespace MlAva.Video;

/// <summary>The packets of a video stream: which are shown, in which order they are decoded, and from where decoding may begin. Twelve bytes a packet, since it is remembered.</summary>
sealed class VideoIndex
{
    // By time: when each packet is shown, and its place in decoding order. Then places among those: of packets that are shown (null: all are), and of keys.
    readonly long[] _ticks;
    readonly int[] _positions, _keys;
    readonly int[]? _shown;
    readonly long _firstTick;

    /// <summary>Creates an index.</summary>
    /// <param name="size">Size of a frame, upright.</param>
    /// <param name="turn">How a decoded frame becomes upright.</param>
    /// <param name="fps">Frames a second, where the container tells.</param>
    /// <param name="tickNumerator">One tick is numerator / denominator seconds.</param>
    /// <param name="tickDenominator">See <paramref name="tickNumerator"/>.</param>
    /// <param name="packets">Every packet, in the order of the file, which is the order of decoding; their times differ, and one at least is shown.</param>
    public VideoIndex(FrameSize size, FrameTurn turn, double? fps, long tickNumerator, long tickDenominator, List<Packet> packets)
    {
        (Size, Turn, Fps, TickNumerator, TickDenominator, _firstTick) = (size, turn, fps, tickNumerator, tickDenominator, packets[0].Tick);
        _ticks = [.. packets.Select(p => p.Tick)];
        _positions = [.. Enumerable.Range(0, packets.Count)];
        Array.Sort(_ticks, _positions);
        int[] shown = Where(p => p.IsShown);
        _shown = shown.Length == packets.Count ? null : shown;
        _keys = Where(p => p.IsKey);
        Packet last = packets[PositionOf(Count - 1)];
        End = last.Tick + (last.Duration > 0 ? last.Duration : Count > 1 ? last.Tick - TickOf(Count - 2) : 1);

        int[] Where(Func<Packet, bool> holds) => [.. Enumerable.Range(0, packets.Count).Where(i => holds(packets[_positions[i]]))];
    }

    public FrameSize Size { get; }

    public FrameTurn Turn { get; }

    public double? Fps { get; }

    public long TickNumerator { get; }

    public long TickDenominator { get; }

    /// <summary>The time at which the last frame ends.</summary>
    public long End { get; }

    /// <summary>Number of frames that are shown.</summary>
    public int Count => _shown?.Length ?? _ticks.Length;

    /// <summary>[Count] times in display order.</summary>
    public long[] ShownTicks() => [.. Enumerable.Range(0, Count).Select(TickOf)];

    /// <summary>When a frame, counted in display order, is shown.</summary>
    public long TickOf(int frame) => _ticks[_shown?[frame] ?? frame];

    /// <summary>The place in decoding order of a frame, counted in display order.</summary>
    public int PositionOf(int frame) => _positions[_shown?[frame] ?? frame];

    /// <summary>The place in decoding order of the packet with that time; -1 when there is none.</summary>
    public int PositionAt(long tick)
    {
        int found = Array.BinarySearch(_ticks, tick);
        return found < 0 ? -1 : _positions[found];
    }

    /// <summary>Among the packets at which decoding may begin, the last that is shown no later than a frame; -1 when there is none.</summary>
    public int KeyBefore(int frame)
    {
        int found = Array.BinarySearch(_keys, _shown?[frame] ?? frame);
        return found < 0 ? ~found - 1 : found;
    }

    /// <summary>The place in decoding order of a key; 0, the file's beginning, for -1.</summary>
    public int KeyPosition(int key) => key < 0 ? 0 : _positions[_keys[key]];

    /// <summary>When a key is shown, or for -1 the first packet of the file.</summary>
    public long KeyTick(int key) => key < 0 ? _firstTick : _ticks[_keys[key]];

    /// <summary>One packet.</summary>
    public readonly record struct Packet(long Tick, long Duration, bool IsKey, bool IsShown);
}
