using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;

namespace MlAva.Video;

/// <summary>One open video file with its decoder, for one thread at a time. Frames are told by their time, not by counting.</summary>
sealed unsafe class LibavReader : IDisposable
{
    // A key no farther ahead than this is decoded up to: seeking would throw away what the decoder holds back.
    const int NearKey = 8;

    static readonly ConcurrentDictionary<Colours, bool> Proven = new();

    readonly string _path;
    nint _format, _codec, _packet, _frame, _scaler;
    // Places of packets whose frames the decoder has yet to give out.
    readonly List<int> _held = [];
    int _stream, _next;
    bool _pending, _skips;
    byte* _pixels;
    YuvToRgb? _own;
    Colours _scaled;

    /// <summary>Opens a file.</summary>
    /// <exception cref="FrameDecodeException">The file holds no video that the libraries can read.</exception>
    public LibavReader(string path)
    {
        _path = path;
        try
        {
            Open();
        }
        catch
        {
            Free();
            throw;
        }
    }

    /// <summary>The place in decoding order of the packet that is read next.</summary>
    public int Position => _next;

    // Places in AVStream: a class pointer came first with libavformat 60, and the codec's parameters moved to the front.
    nint Stream => ((nint*)*(nint*)(_format + 48))[_stream];

    static int TimeBaseAt => Libav.HasClassInStream ? 32 : 16;

    static int DiscardAt => Libav.HasClassInStream ? 68 : 52;

    static int RateAt => Libav.HasClassInStream ? 88 : 72;

    static int ParametersAt => Libav.HasClassInStream ? 16 : 208;

    /// <summary>Reads the whole file's packets, and decodes the first frame.</summary>
    /// <param name="whyNot">Why the file cannot be read by time, when the result is null.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="FrameDecodeException">The file has no frame that can be decoded, or is turned by an angle that is none of 90 degrees.</exception>
    public VideoIndex? ReadIndex(out string whyNot, CancellationToken cancellationToken)
    {
        List<VideoIndex.Packet> packets = [];
        whyNot = "";
        (FrameSize Size, FrameTurn Turn)? first = null;
        long firstTick = 0;
        while (ReadPacket())
        {
            cancellationToken.ThrowIfCancellationRequested();
            long tick = *(long*)(_packet + 8);
            int flags = *(int*)(_packet + 40);
            packets.Add(new(tick, *(long*)(_packet + 64), (flags & Libav.KeyFlag) != 0, (flags & Libav.DiscardFlag) == 0));
            if (tick == Libav.NoTime) whyNot = "packets without presentation times";
            if (first is null)
            {
                Libav.SendPacket(_codec, _packet);
                first = First(ref firstTick);
            }

            DropPacket();
        }

        if (first is null)
        {
            Libav.SendPacket(_codec, 0);
            first = First(ref firstTick);
        }

        if (first is null) throw Unreadable(packets.Count == 0 ? "a file without a single packet of video" : "a video of which no frame can be decoded");
        if (whyNot.Length > 0) return null;
        int* timeBase = (int*)(Stream + TimeBaseAt), rate = (int*)(Stream + RateAt);
        HashSet<long> ticks = [.. packets.Select(p => p.Tick)];
        if (ticks.Count != packets.Count) whyNot = "two packets of the same time";
        else if (!packets.Exists(p => p.IsShown)) whyNot = "no packet that is shown";
        else if (!ticks.Contains(firstTick)) whyNot = "frames whose times are not their packets'";
        else if (timeBase[0] <= 0 || timeBase[1] <= 0) whyNot = "a stream without a unit of time";
        if (whyNot.Length > 0) return null;
        double? fps = rate[0] > 0 && rate[1] > 0 ? (double)rate[0] / rate[1] : null;
        return new(first.Value.Turn.Apply(first.Value.Size), first.Value.Turn, fps, timeBase[0], timeBase[1], packets);
    }

    /// <summary>Decodes frames.</summary>
    /// <param name="index">The file's index.</param>
    /// <param name="wanted">Ascending, distinct: frames in display order.</param>
    /// <param name="room">Gives the memory for the frame at a place in <paramref name="wanted"/>: [H, W, 3].</param>
    /// <param name="cancellationToken">Cancels between packets.</param>
    /// <returns>How many came.</returns>
    /// <exception cref="FrameDecodeException">The file cannot be opened any more, or a frame is of another size.</exception>
    public int Read(VideoIndex index, ReadOnlySpan<int> wanted, FrameRoom room, CancellationToken cancellationToken)
    {
        Span<bool> have = wanted.Length <= 256 ? stackalloc bool[wanted.Length] : new bool[wanted.Length];
        have.Clear();
        int done = 0;
        for (int start = 0; start < wanted.Length;)
        {
            if (have[start])
            {
                start++;
                continue;
            }

            int key = index.KeyBefore(wanted[start]), end = start;
            bool ahead = _next >= 0 && index.KeyPosition(key) <= _next + NearKey;
            for (; end < wanted.Length && index.KeyBefore(wanted[end]) == key; end++)
                if (!have[end] && index.PositionOf(wanted[end]) is var position && position < _next) ahead &= _held.Contains(position);
            if (!ahead) Seek(index, key);
            Decode(index, wanted, start, end, have, room, ref done, cancellationToken);
            // A decoder gone astray gets a second chance from the key; what the file does not give up then is not asked for again.
            if (ahead && have[start..end].Contains(false))
            {
                Seek(index, key);
                Decode(index, wanted, start, end, have, room, ref done, cancellationToken);
            }

            if (have[start..end].Contains(false)) break;
        }

        return done;
    }

    public void Dispose() => Free();

    /// <summary>Memory for a decoded frame.</summary>
    public delegate Span<byte> FrameRoom(int place);

    void Open()
    {
        nint format = 0, decoder = 0;
        int code;
        // With the prefix no part of a name can be taken for a protocol.
        fixed (byte* url = Encoding.UTF8.GetBytes($"file:{_path}\0")) code = Libav.OpenInput(&format, url, 0, 0);
        if (code < 0) throw Unreadable($"a file that FFmpeg's libraries cannot read ({Libav.Describe(code)})");
        _format = format;
        if (Libav.InjectGlobalSideData != null) Libav.InjectGlobalSideData(_format);
        code = Libav.FindStreamInfo(_format, 0);
        if (code < 0) throw Unreadable($"a file whose streams cannot be told ({Libav.Describe(code)})");
        _stream = Libav.FindBestStream(_format, 0, -1, -1, &decoder, 0);
        uint streams = *(uint*)(_format + 44);
        if (_stream < 0 || decoder == 0 || _stream >= streams) throw Unreadable("a file without video that can be decoded");
        nint parameters = *(nint*)(Stream + ParametersAt);
        // The stream's own number and the kind of its parameters (0: video) lie where they should, or nothing else does.
        if (*(int*)(Stream + (Libav.HasClassInStream ? 8 : 0)) != _stream || parameters == 0 || *(int*)parameters != 0)
            throw new NotSupportedException($"the structures of {Libav.Version} are not those known");
        for (int i = 0; i < streams; i++)
            if (i != _stream) *(int*)(((nint*)*(nint*)(_format + 48))[i] + DiscardAt) = Libav.DiscardAll;
        _skips = *(int*)(parameters + 4) is Libav.H264 or Libav.Mpeg2;
        _codec = Libav.AllocateContext(decoder);
        if (_codec == 0 || Libav.ParametersToContext(_codec, parameters) < 0) throw Unreadable("video whose parameters its decoder does not take");
        SetOption(_codec, "threads"u8, 1);
        code = Libav.OpenCodec(_codec, decoder, 0);
        if (code < 0) throw Unreadable($"video that cannot be decoded ({Libav.Describe(code)})");
        (_packet, _frame) = (Libav.AllocatePacket(), Libav.AllocateFrame());
        if (_packet == 0 || _frame == 0) throw new InsufficientMemoryException("FFmpeg's libraries have no memory left.");
        _next = 0;
    }

    (FrameSize Size, FrameTurn Turn)? First(ref long tick)
    {
        if (Libav.ReceiveFrame(_codec, _frame) < 0) return null;
        tick = *(long*)(_frame + 136);
        FrameSize size = new(*(int*)(_frame + 104), *(int*)(_frame + 108));
        if (size.Width is < 1 or > 32768 || size.Height is < 1 or > 32768) throw Unreadable($"frames of {size}");
        FrameTurn turn = default;
        nint side = Libav.FrameSideData(_frame, Libav.DisplayMatrix);
        if (side != 0) turn = TurnOf((int*)*(nint*)(side + 8));
        Libav.UnrefFrame(_frame);
        return (size, turn);
    }

    FrameTurn TurnOf(int* matrix)
    {
        double angle = -Libav.RotationOf(matrix);
        angle -= 360 * Math.Floor(angle / 360 + 0.9 / 360);
        return Math.Round(angle) switch
        {
            0 => new(false, false, matrix[4] < 0),
            90 => new(true, false, matrix[3] <= 0),
            180 => new(false, matrix[0] < 0, matrix[4] < 0),
            270 => new(true, true, matrix[3] < 0),
            _ => throw new FrameDecodeException(_path, null, FormattableString.Invariant($"a flag to turn the picture by {angle:0.#} degrees"), "0, 90, 180 or 270 degrees",
                "write the video again with the right flag, for example: ffmpeg -i INPUT -c copy -metadata:s:v:0 rotate=0 OUTPUT.mp4"),
        };
    }

    void Seek(VideoIndex index, int key)
    {
        _held.Clear();
        for (; ; key--)
        {
            DropPacket();
            Libav.FlushBuffers(_codec);
            int wanted = index.KeyPosition(key);
            if (Libav.SeekFrame(_format, _stream, index.KeyTick(key), Libav.SeekBackward) >= 0)
            {
                while (ReadPacket())
                {
                    _next = index.PositionAt(*(long*)(_packet + 8));
                    if (_next >= wanted) break;
                    DropPacket();
                }

                if (_pending && _next == wanted) return;
            }

            if (key < 0) break;
        }

        // The container cannot seek back: from the beginning.
        Free();
        Open();
    }

    void Decode(
        VideoIndex index, ReadOnlySpan<int> wanted, int start, int end, Span<bool> have, FrameRoom room, ref int done, CancellationToken cancellationToken)
    {
        int left = 0;
        for (int i = start; i < end; i++) left += have[i] ? 0 : 1;
        while (left > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bool read = _pending || ReadPacket();
            if (read)
            {
                long tick = *(long*)(_packet + 8);
                // Frames that no other refers to are decoded only when wanted, or perhaps wanted by the next read.
                bool skip = _skips && tick < index.TickOf(wanted[^1]) && PlaceOf(index, wanted, tick) < 0;
                if (_skips) SetOption(_codec, "skip_frame"u8, skip ? Libav.DiscardNonReference : Libav.DiscardNone);
                _ = Libav.SendPacket(_codec, _packet);
                DropPacket();
                if (!skip) _held.Add(_next);
                _next++;
            }
            else
            {
                _ = Libav.SendPacket(_codec, 0);
                _next = -1;
            }

            while (Libav.ReceiveFrame(_codec, _frame) >= 0)
            {
                long shown = *(long*)(_frame + 136);
                _held.Remove(index.PositionAt(shown));
                int place = PlaceOf(index, wanted, shown);
                if (place >= 0 && !have[place])
                {
                    Convert(index, room(place));
                    have[place] = true;
                    done++;
                    if (place >= start && place < end) left--;
                }

                Libav.UnrefFrame(_frame);
            }

            if (!read) return;
        }
    }

    // Wanted frames ascend in time as they do in number.
    static int PlaceOf(VideoIndex index, ReadOnlySpan<int> wanted, long tick)
    {
        int low = 0, high = wanted.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            long there = index.TickOf(wanted[middle]);
            if (there == tick) return middle;
            if (there < tick) low = middle + 1;
            else high = middle - 1;
        }

        return -1;
    }

    void Convert(VideoIndex index, Span<byte> to)
    {
        FrameSize decoded = new(*(int*)(_frame + 104), *(int*)(_frame + 108));
        if (index.Turn.Apply(decoded) != index.Size)
        {
            throw new FrameDecodeException(_path, null, $"a frame of {index.Turn.Apply(decoded)} amid frames of {index.Size}", "frames of one size",
                "convert the video to one size: ffmpeg -i INPUT -vf scale=WIDTH:HEIGHT OUTPUT.mp4");
        }

        long space = 2, range = 0;
        GetOption(_codec, "colorspace"u8, ref space);
        GetOption(_codec, "color_range"u8, ref range);
        Colours key = new(decoded, *(int*)(_frame + 116), space, range);
        if (key != _scaled) PrepareFor(key);
        if (_own is not null && index.Turn.IsNone)
        {
            _own.Convert((byte**)_frame, (int*)(_frame + 64), to);
            if (!IsProven(key, to)) _own = null;
            else return;
        }

        int stride = Scale(key);
        if (!index.Turn.IsNone)
        {
            index.Turn.Apply(_pixels, stride, decoded, to);
            return;
        }

        int row = decoded.Width * 3;
        for (int y = 0; y < decoded.Height; y++) new ReadOnlySpan<byte>(_pixels + (nint)y * stride, row).CopyTo(to[(y * row)..]);
    }

    // The first frame of a kind is converted by FFmpeg too: only if every byte is the same is the own way taken from then on, whatever release this is.
    bool IsProven(Colours key, ReadOnlySpan<byte> own)
    {
        if (Proven.TryGetValue(key, out bool known)) return known;
        int stride = Scale(key), row = key.Size.Width * 3;
        bool same = true;
        for (int y = 0; y < key.Size.Height && same; y++) same = own.Slice(y * row, row).SequenceEqual(new(_pixels + (nint)y * stride, row));
        Proven[key] = same;
        return same;
    }

    int Scale(Colours key)
    {
        if (_scaler == 0) PrepareScaler(key);
        int stride = StrideOf(key.Size);
        byte** to = stackalloc byte*[4] { _pixels, null, null, null };
        int* strides = stackalloc int[4] { stride, 0, 0, 0 };
        Libav.Scale(_scaler, (byte**)_frame, (int*)(_frame + 64), 0, key.Size.Height, to, strides);
        return stride;
    }

    // Room behind every row: the libraries may write a little beyond it.
    static int StrideOf(FrameSize size) => (size.Width * 3 + 63) / 64 * 64 + 64;

    void PrepareFor(Colours key)
    {
        if (_scaler != 0) Libav.FreeScaler(_scaler);
        (_scaler, _own, _scaled) = (0, null, key);
        bool served = key.Format is Libav.Yuv420 or Libav.YuvJ420 && YuvToRgb.Serves(key.Size) && Proven.GetValueOrDefault(key, true);
        if (served) _own = new(key.Size, new(Libav.Coefficients(Matrix(key.Space)), 4), key.Range > 0 ? key.Range == 2 : key.Format == Libav.YuvJ420);
    }

    // ITU-R BT.601 where the stream does not say.
    static int Matrix(long space) => space is < 1 or > 10 or 2 or 8 ? 5 : (int)space;

    // As FFmpeg's scale filter sets it up: matrix and range of the stream, MPEG-2's place of the chroma samples.
    void PrepareScaler(Colours key)
    {
        _scaler = Libav.AllocateScaler();
        if (_scaler == 0) throw new InsufficientMemoryException("FFmpeg's libraries have no memory left.");
        SetOption(_scaler, "srcw"u8, key.Size.Width);
        SetOption(_scaler, "srch"u8, key.Size.Height);
        SetOption(_scaler, "src_format"u8, key.Format);
        SetOption(_scaler, "dstw"u8, key.Size.Width);
        SetOption(_scaler, "dsth"u8, key.Size.Height);
        SetOption(_scaler, "dst_format"u8, Libav.Rgb24);
        SetOption(_scaler, "sws_flags"u8, Libav.ScaleFlags);
        if (key.Format == Libav.Yuv420) SetOption(_scaler, "src_v_chr_pos"u8, 128);
        int code = Libav.InitScaler(_scaler, 0, 0);
        if (code < 0) throw Unreadable($"pixels that cannot become RGB ({Libav.Describe(code)})");
        int* from, into;
        int fromFull, intoFull, brightness, contrast, saturation;
        if (Libav.GetColours(_scaler, &from, &fromFull, &into, &intoFull, &brightness, &contrast, &saturation) >= 0)
        {
            if (key.Range > 0) fromFull = key.Range == 2 ? 1 : 0;
            from = Libav.Coefficients(Matrix(key.Space));
            _ = Libav.SetColours(_scaler, from, fromFull, from, intoFull, brightness, contrast, saturation);
        }

        NativeMemory.AlignedFree(_pixels);
        _pixels = (byte*)NativeMemory.AlignedAlloc((nuint)StrideOf(key.Size) * (nuint)key.Size.Height + 64, 64);
    }

    bool ReadPacket()
    {
        while (Libav.ReadFrame(_format, _packet) >= 0)
        {
            if (*(int*)(_packet + 36) == _stream)
            {
                _pending = true;
                return true;
            }

            Libav.UnrefPacket(_packet);
        }

        return false;
    }

    void DropPacket()
    {
        if (_pending) Libav.UnrefPacket(_packet);
        _pending = false;
    }

    static void SetOption(nint target, ReadOnlySpan<byte> name, long value)
    {
        // A UTF-8 literal ends in a zero beyond its length.
        fixed (byte* text = name) _ = Libav.SetOption(target, text, value, 0);
    }

    static void GetOption(nint target, ReadOnlySpan<byte> name, ref long value)
    {
        fixed (byte* text = name)
        fixed (long* place = &value) _ = Libav.GetOption(target, text, 0, place);
    }

    FrameDecodeException Unreadable(string found) => new(_path, null, found, "a video file", "see whether the file plays; copy it again, or give the path of a folder of frames");

    void Free()
    {
        DropPacket();
        if (_scaler != 0) Libav.FreeScaler(_scaler);
        NativeMemory.AlignedFree(_pixels);
        (_scaler, _own, _scaled) = (0, null, default);
        _pixels = null;
        Release(ref _frame, Libav.FreeFrame);
        Release(ref _packet, Libav.FreePacket);
        Release(ref _codec, Libav.FreeContext);
        Release(ref _format, Libav.CloseInput);
    }

    static void Release(ref nint handle, delegate* unmanaged[Cdecl]<nint*, void> free)
    {
        nint value = handle;
        if (value != 0) free(&value);
        handle = 0;
    }

    /// <summary>What a conversion depends on.</summary>
    readonly record struct Colours(FrameSize Size, int Format, long Space, long Range);
}
