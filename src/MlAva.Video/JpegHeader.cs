using System.Buffers.Binary;

namespace MlAva.Video;

/// <summary>What a JPEG's header says: size as stored, colour components, bits, EXIF orientation (1: upright).</summary>
readonly record struct JpegHeader(FrameSize Stored, int Components, int Bits, int Orientation)
{
    /// <summary>Reads the segments up to the frame header; false for anything that is not the beginning of a JPEG.</summary>
    public static bool TryRead(ReadOnlySpan<byte> image, out JpegHeader header)
    {
        header = default;
        int orientation = 1;
        if (image.Length < 4 || image[0] != 0xFF || image[1] != 0xD8) return false;
        for (int at = 2; at + 4 <= image.Length;)
        {
            if (image[at] != 0xFF) return false;
            byte marker = image[at + 1];
            // Any number of 0xFF may stand before a marker.
            if (marker == 0xFF)
            {
                at++;
                continue;
            }

            if (marker is 0x01 or (>= 0xD0 and <= 0xD9)) return false;
            int length = BinaryPrimitives.ReadUInt16BigEndian(image[(at + 2)..]);
            if (length < 2 || at + 2 + length > image.Length) return false;
            ReadOnlySpan<byte> body = image.Slice(at + 4, length - 2);
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                if (body.Length < 6) return false;
                FrameSize size = new(BinaryPrimitives.ReadUInt16BigEndian(body[3..]), BinaryPrimitives.ReadUInt16BigEndian(body[1..]));
                header = new(size, body[5], body[0], orientation);
                return size.Width > 0 && size.Height > 0;
            }

            if (marker == 0xDA) return false;
            if (marker == 0xE1 && body.StartsWith("Exif\0\0"u8)) orientation = ReadOrientation(body[6..]);
            at += 2 + length;
        }

        return false;
    }

    // TIFF: byte order, 42, offset of the first directory; entries of 12 bytes, of which tag 0x112 is the orientation.
    static int ReadOrientation(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8) return 1;
        bool little = tiff[0] == 'I';
        uint directory = Word(tiff, 4, little);
        if (directory > tiff.Length - 2) return 1;
        int entries = Half(tiff, (int)directory, little);
        for (int i = 0; i < entries; i++)
        {
            int at = (int)directory + 2 + i * 12;
            if (at + 12 > tiff.Length) return 1;
            if (Half(tiff, at, little) == 0x112) return Half(tiff, at + 8, little) is >= 1 and <= 8 and var found ? found : 1;
        }

        return 1;
    }

    static int Half(ReadOnlySpan<byte> bytes, int at, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]) : BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);

    static uint Word(ReadOnlySpan<byte> bytes, int at, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]) : BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
}
