using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace MlAva.Video;

/// <summary>
/// FFmpeg's libraries, bound at run time. Fields of its structures are reached by the places that they have in the releases named here, and by functions and options where there are
/// any; another major version is refused. <see cref="LibavReader"/> checks on every file that the places hold what they should.
/// </summary>
static unsafe class Libav
{
    /// <summary>No timestamp.</summary>
    public const long NoTime = long.MinValue;

    public const int EndOfFile = -0x20464F45, KeyFlag = 1, DiscardFlag = 4, SeekBackward = 1, DiscardNone = 0, DiscardNonReference = 8, DiscardAll = 48, DisplayMatrix = 6;

    public const int Rgb24 = 2, Yuv420 = 0, YuvJ420 = 12, H264 = 27, Mpeg2 = 2;

    /// <summary>Bicubic chroma, exact rounding: the same result on every processor, and what <see cref="FfmpegStore"/> asks of the program.</summary>
    public const int ScaleFlags = 4 | 0x40000 | 0x2000 | 0x80000;

    /// <summary>Why the libraries are not to be used; null when they are.</summary>
    public static readonly string? WhyNot;

    /// <summary>For example <c>libavformat 59, 5.1.9</c>; empty when there is none.</summary>
    public static readonly string Version = "";

    public static readonly bool HasClassInStream;

    public static readonly delegate* unmanaged[Cdecl]<nint*, byte*, nint, nint, int> OpenInput;
    public static readonly delegate* unmanaged[Cdecl]<nint, nint, int> FindStreamInfo;
    public static readonly delegate* unmanaged[Cdecl]<nint, int, int, int, nint*, int, int> FindBestStream;
    public static readonly delegate* unmanaged[Cdecl]<nint, nint, int> ReadFrame;
    public static readonly delegate* unmanaged[Cdecl]<nint, int, long, int, int> SeekFrame;
    public static readonly delegate* unmanaged[Cdecl]<nint*, void> CloseInput;
    public static readonly delegate* unmanaged[Cdecl]<nint, void> InjectGlobalSideData;
    public static readonly delegate* unmanaged[Cdecl]<nint, nint> AllocateContext;
    public static readonly delegate* unmanaged[Cdecl]<nint, nint, int> ParametersToContext;
    public static readonly delegate* unmanaged[Cdecl]<nint, nint, nint, int> OpenCodec;
    public static readonly delegate* unmanaged[Cdecl]<nint, nint, int> SendPacket;
    public static readonly delegate* unmanaged[Cdecl]<nint, nint, int> ReceiveFrame;
    public static readonly delegate* unmanaged[Cdecl]<nint, void> FlushBuffers;
    public static readonly delegate* unmanaged[Cdecl]<nint*, void> FreeContext;
    public static readonly delegate* unmanaged[Cdecl]<nint> AllocatePacket;
    public static readonly delegate* unmanaged[Cdecl]<nint, void> UnrefPacket;
    public static readonly delegate* unmanaged[Cdecl]<nint*, void> FreePacket;
    public static readonly delegate* unmanaged[Cdecl]<nint> AllocateFrame;
    public static readonly delegate* unmanaged[Cdecl]<nint, void> UnrefFrame;
    public static readonly delegate* unmanaged[Cdecl]<nint*, void> FreeFrame;
    public static readonly delegate* unmanaged[Cdecl]<nint, int, nint> FrameSideData;
    public static readonly delegate* unmanaged[Cdecl]<nint, byte*, long, int, int> SetOption;
    public static readonly delegate* unmanaged[Cdecl]<nint, byte*, int, long*, int> GetOption;
    public static readonly delegate* unmanaged[Cdecl]<int, byte*, nuint, int> ErrorText;
    public static readonly delegate* unmanaged[Cdecl]<int*, double> RotationOf;
    public static readonly delegate* unmanaged[Cdecl]<nint> AllocateScaler;
    public static readonly delegate* unmanaged[Cdecl]<nint, nint, nint, int> InitScaler;
    public static readonly delegate* unmanaged[Cdecl]<nint, byte**, int*, int, int, byte**, int*, int> Scale;
    public static readonly delegate* unmanaged[Cdecl]<nint, void> FreeScaler;
    public static readonly delegate* unmanaged[Cdecl]<int, int*> Coefficients;
    public static readonly delegate* unmanaged[Cdecl]<nint, int**, int*, int**, int*, int*, int*, int*, int> GetColours;
    public static readonly delegate* unmanaged[Cdecl]<nint, int*, int, int*, int, int, int, int, int> SetColours;

    // libavformat's number; libavcodec has the same, libavutil two and libswscale fifty-three less.
    static readonly int[] Majors = [59, 60, 61, 62];

    [SuppressMessage("Performance", "CA1810", Justification = "Loading decides about all fields at once.")]
    static Libav()
    {
        if (!Environment.Is64BitProcess)
        {
            WhyNot = "this is a 32-bit process";
            return;
        }

        foreach (int major in Majors)
        {
            if (!TryLoad("avutil", major - 2, out nint util) || !TryLoad("avcodec", major, out nint codec) || !TryLoad("avformat", major, out nint format)
                || !TryLoad("swscale", major - 53, out nint scale)) continue;
            try
            {
                int found = (int)(((delegate* unmanaged[Cdecl]<uint>)Export(format, "avformat_version"))() >> 16);
                if (found != major)
                {
                    WhyNot = $"libavformat calls itself {found}, its file {major}";
                    return;
                }

                HasClassInStream = major >= 60;
                OpenInput = (delegate* unmanaged[Cdecl]<nint*, byte*, nint, nint, int>)Export(format, "avformat_open_input");
                FindStreamInfo = (delegate* unmanaged[Cdecl]<nint, nint, int>)Export(format, "avformat_find_stream_info");
                FindBestStream = (delegate* unmanaged[Cdecl]<nint, int, int, int, nint*, int, int>)Export(format, "av_find_best_stream");
                ReadFrame = (delegate* unmanaged[Cdecl]<nint, nint, int>)Export(format, "av_read_frame");
                SeekFrame = (delegate* unmanaged[Cdecl]<nint, int, long, int, int>)Export(format, "av_seek_frame");
                CloseInput = (delegate* unmanaged[Cdecl]<nint*, void>)Export(format, "avformat_close_input");
                // Later releases hand the side data of streams to frames by themselves.
                NativeLibrary.TryGetExport(format, "av_format_inject_global_side_data", out nint inject);
                InjectGlobalSideData = (delegate* unmanaged[Cdecl]<nint, void>)inject;
                AllocateContext = (delegate* unmanaged[Cdecl]<nint, nint>)Export(codec, "avcodec_alloc_context3");
                ParametersToContext = (delegate* unmanaged[Cdecl]<nint, nint, int>)Export(codec, "avcodec_parameters_to_context");
                OpenCodec = (delegate* unmanaged[Cdecl]<nint, nint, nint, int>)Export(codec, "avcodec_open2");
                SendPacket = (delegate* unmanaged[Cdecl]<nint, nint, int>)Export(codec, "avcodec_send_packet");
                ReceiveFrame = (delegate* unmanaged[Cdecl]<nint, nint, int>)Export(codec, "avcodec_receive_frame");
                FlushBuffers = (delegate* unmanaged[Cdecl]<nint, void>)Export(codec, "avcodec_flush_buffers");
                FreeContext = (delegate* unmanaged[Cdecl]<nint*, void>)Export(codec, "avcodec_free_context");
                AllocatePacket = (delegate* unmanaged[Cdecl]<nint>)Export(codec, "av_packet_alloc");
                UnrefPacket = (delegate* unmanaged[Cdecl]<nint, void>)Export(codec, "av_packet_unref");
                FreePacket = (delegate* unmanaged[Cdecl]<nint*, void>)Export(codec, "av_packet_free");
                AllocateFrame = (delegate* unmanaged[Cdecl]<nint>)Export(util, "av_frame_alloc");
                UnrefFrame = (delegate* unmanaged[Cdecl]<nint, void>)Export(util, "av_frame_unref");
                FreeFrame = (delegate* unmanaged[Cdecl]<nint*, void>)Export(util, "av_frame_free");
                FrameSideData = (delegate* unmanaged[Cdecl]<nint, int, nint>)Export(util, "av_frame_get_side_data");
                SetOption = (delegate* unmanaged[Cdecl]<nint, byte*, long, int, int>)Export(util, "av_opt_set_int");
                GetOption = (delegate* unmanaged[Cdecl]<nint, byte*, int, long*, int>)Export(util, "av_opt_get_int");
                ErrorText = (delegate* unmanaged[Cdecl]<int, byte*, nuint, int>)Export(util, "av_strerror");
                RotationOf = (delegate* unmanaged[Cdecl]<int*, double>)Export(util, "av_display_rotation_get");
                AllocateScaler = (delegate* unmanaged[Cdecl]<nint>)Export(scale, "sws_alloc_context");
                InitScaler = (delegate* unmanaged[Cdecl]<nint, nint, nint, int>)Export(scale, "sws_init_context");
                Scale = (delegate* unmanaged[Cdecl]<nint, byte**, int*, int, int, byte**, int*, int>)Export(scale, "sws_scale");
                FreeScaler = (delegate* unmanaged[Cdecl]<nint, void>)Export(scale, "sws_freeContext");
                Coefficients = (delegate* unmanaged[Cdecl]<int, int*>)Export(scale, "sws_getCoefficients");
                GetColours = (delegate* unmanaged[Cdecl]<nint, int**, int*, int**, int*, int*, int*, int*, int>)Export(scale, "sws_getColorspaceDetails");
                SetColours = (delegate* unmanaged[Cdecl]<nint, int*, int, int*, int, int, int, int, int>)Export(scale, "sws_setColorspaceDetails");
                // Nothing but the tool writes to the console; what went wrong comes back as exceptions.
                ((delegate* unmanaged[Cdecl]<int, void>)Export(util, "av_log_set_level"))(-8);
                Version = $"libavformat {major}, FFmpeg {Marshal.PtrToStringUTF8(((delegate* unmanaged[Cdecl]<nint>)Export(util, "av_version_info"))())}";
                return;
            }
            catch (EntryPointNotFoundException e)
            {
                WhyNot = $"libavformat {major} lacks a function ({e.Message})";
                return;
            }
        }

        WhyNot = $"none of the libraries libavformat {string.Join(", ", Majors)} with their libavcodec, libavutil and libswscale loads";
    }

    /// <summary>What an error code means.</summary>
    public static string Describe(int error)
    {
        byte* text = stackalloc byte[128];
        return ErrorText(error, text, 128) == 0 ? Marshal.PtrToStringUTF8((nint)text)! : $"error {error}";
    }

    static nint Export(nint library, string name) => NativeLibrary.GetExport(library, name);

    static bool TryLoad(string name, int major, out nint library)
    {
        string[] files = OperatingSystem.IsWindows() ? [$"{name}-{major}.dll"]
            : OperatingSystem.IsMacOS() ? [$"lib{name}.{major}.dylib", $"/opt/homebrew/lib/lib{name}.{major}.dylib", $"/usr/local/lib/lib{name}.{major}.dylib"]
            : [$"lib{name}.so.{major}"];
        foreach (string file in files)
            if (NativeLibrary.TryLoad(file, out library)) return true;
        library = 0;
        return false;
    }
}
