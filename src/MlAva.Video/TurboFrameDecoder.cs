using System.Runtime.InteropServices;

namespace MlAva.Video;

/// <summary>
/// JPEG through libjpeg-turbo's TurboJPEG interface, with its accurate inverse DCT and smooth chroma, which is what OpenCV and Skia use: the same pixels. Upright RGB and grey
/// pictures without any complaint of the library's are decoded here; everything else is left to another decoder, whose errors are the ones people see.
/// </summary>
sealed unsafe class TurboFrameDecoder : IFrameDecoder
{
    const int Rgb = 0;

    readonly IFrameDecoder _other;
    readonly delegate* unmanaged[Cdecl]<nint> _create;
    readonly delegate* unmanaged[Cdecl]<nint, byte*, CULong, byte*, int, int, int, int, int, int> _decompress;
    readonly delegate* unmanaged[Cdecl]<nint, int> _destroy;

    [ThreadStatic]
    static Instance? s_instance;

    TurboFrameDecoder(nint library, string file, IFrameDecoder other)
    {
        _other = other;
        _create = (delegate* unmanaged[Cdecl]<nint>)NativeLibrary.GetExport(library, "tjInitDecompress");
        _decompress = (delegate* unmanaged[Cdecl]<nint, byte*, CULong, byte*, int, int, int, int, int, int>)NativeLibrary.GetExport(library, "tjDecompress2");
        _destroy = (delegate* unmanaged[Cdecl]<nint, int>)NativeLibrary.GetExport(library, "tjDestroy");
        Name = $"libjpeg-turbo ({file})";
    }

    /// <summary>Why the last <see cref="TryLoad"/> gave null.</summary>
    public static string WhyNot { get; private set; } = "not looked for yet";

    public string Name { get; }

    /// <summary>Loads the library; null where there is none.</summary>
    public static TurboFrameDecoder? TryLoad(IFrameDecoder other)
    {
        string[] files = OperatingSystem.IsWindows() ? ["turbojpeg.dll", "libturbojpeg.dll"]
            : OperatingSystem.IsMacOS() ? ["libturbojpeg.dylib", "/opt/homebrew/lib/libturbojpeg.dylib", "/usr/local/lib/libturbojpeg.dylib"]
            : ["libturbojpeg.so.0", "libturbojpeg.so"];
        WhyNot = $"no library of the name {string.Join(", ", files)}";
        foreach (string file in files)
        {
            if (!NativeLibrary.TryLoad(file, out nint library)) continue;
            try
            {
                return new(library, file, other);
            }
            catch (EntryPointNotFoundException e)
            {
                WhyNot = $"{file} is another library: {e.Message}";
            }
        }

        return null;
    }

    public FrameSize ReadSize(ReadOnlySpan<byte> image, string source) =>
        JpegHeader.TryRead(image, out JpegHeader header) && IsPlain(header) ? header.Stored : _other.ReadSize(image, source);

    public void Decode(ReadOnlySpan<byte> image, FrameSize expected, Span<byte> destination, string source, int? frame)
    {
        if (destination.Length >= expected.ByteCount && JpegHeader.TryRead(image, out JpegHeader header) && IsPlain(header) && header.Stored == expected)
        {
            s_instance ??= new(_create(), _destroy);
            // A warning counts as failure too: whether a damaged picture can be used is for one decoder to say.
            fixed (byte* from = image, to = destination)
            {
                if (s_instance.Handle != 0
                    && _decompress(s_instance.Handle, from, new CULong((nuint)image.Length), to, expected.Width, expected.Width * 3, expected.Height, Rgb, 0) == 0) return;
            }
        }

        _other.Decode(image, expected, destination, source, frame);
    }

    static bool IsPlain(JpegHeader header) => header is { Components: 1 or 3, Bits: 8, Orientation: 1 };

    /// <summary>A thread's own decompressor, freed some time after the thread is gone.</summary>
    sealed class Instance(nint handle, delegate* unmanaged[Cdecl]<nint, int> destroy)
    {
        readonly delegate* unmanaged[Cdecl]<nint, int> _destroy = destroy;

        public nint Handle { get; } = handle;

        ~Instance()
        {
            if (Handle != 0) _destroy(Handle);
        }
    }
}
