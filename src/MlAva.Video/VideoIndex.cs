namespace MlAva.Video;

/// <summary>The packets of a video stream: which are shown, in which order they are decoded, and from where decoding may begin.</summary>
/// <param name="size">Size of a frame, upright.</param>
/// <param name="turn">How a decoded frame becomes upright.</param>
/// <param name="fps">Frames a second, where the container tells.</param>
/// <param name="tickNumerator">One tick is numerator / denominator seconds.</param>
/// <param name="tickDenominator">See <paramref name="tickNumerator"/>.</param>
/// <param name="packets">Every packet, in the order of the file, which is the order of decoding.</param>
sealed class VideoIndex(
    FrameSize size, FrameTurn turn, double? fps, long tickNumerator, long tickDenominator, List<VideoIndex.Packet> packets)
{
    readonly Packet[] _packets = [.. packets];
    readonly long[] _ticks = [.. packets.Select(p => p.Tick).Order()];
    readonly int[] _positions = [.. Enumerable.Range(0, packets.Count).OrderBy(i => packets[i].Tick)];
    readonly int[] _shown = [.. Enumerable.Range(0, packets.Count).Where(i => packets[i].IsShown).OrderBy(i => packets[i].Tick)];
    readonly int[] _keys = [.. Enumerable.Range(0, packets.Count).Where(i => packets[i].IsKey).OrderBy(i => packets[i].Tick)];

    public FrameSize Size { get; } = size;

    public FrameTurn Turn { get; } = turn;

    public double? Fps { get; } = fps;

    public long TickNumerator { get; } = tickNumerator;

    public long TickDenominator { get; } = tickDenominator;

    /// <summary>Number of frames that are shown.</summary>
    public int Count => _shown.Length;

    /// <summary>Number of packets.</summary>
    public int PacketCount => _packets.Length;

    /// <summary>[Count] times in display order.</summary>
    public long[] ShownTicks() => [.. _shown.Select(p => _packets[p].Tick)];

    /// <summary>The time at which the last frame ends.</summary>
    public long End
    {
        get
        {
            Packet last = _packets[_shown[^1]];
            return last.Tick + (last.Duration > 0 ? last.Duration : Count > 1 ? last.Tick - _packets[_shown[^2]].Tick : 1);
        }
    }

    /// <summary>The place in decoding order of a frame, counted in display order.</summary>
    public int PositionOf(int frame) => _shown[frame];

    /// <summary>The time of a packet, by its place in decoding order.</summary>
    public long TickAt(int position) => _packets[position].Tick;

    /// <summary>The place in decoding order of the packet with that time; -1 when there is none.</summary>
    public int PositionAt(long tick)
    {
        int found = Array.BinarySearch(_ticks, tick);
        return found < 0 ? -1 : _positions[found];
    }

    /// <summary>Among the packets at which decoding may begin, the last that is shown no later than a frame; -1 when there is none.</summary>
    public int KeyBefore(int frame)
    {
        long tick = _packets[_shown[frame]].Tick;
        int low = 0, high = _keys.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_packets[_keys[middle]].Tick <= tick) low = middle + 1;
            else high = middle;
        }

        return low - 1;
    }

    /// <summary>The place in decoding order of a key; 0, the file's beginning, for -1.</summary>
    public int KeyPosition(int key) => key < 0 ? 0 : _keys[key];

    /// <summary>One packet.</summary>
    public readonly record struct Packet(long Tick, long Duration, bool IsKey, bool IsShown);
}
