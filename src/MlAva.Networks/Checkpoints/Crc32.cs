using System.Buffers.Binary;

namespace MlAva.Networks;

/// <summary>The checksum of zip files (CRC-32 with the polynomial 0xEDB88320 of IEEE 802.3), eight bytes at a time.</summary>
static class Crc32
{
    static readonly uint[][] Tables = MakeTables();

    /// <summary>Goes on with a checksum; begin with 0.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        uint[] t0 = Tables[0], t1 = Tables[1], t2 = Tables[2], t3 = Tables[3], t4 = Tables[4], t5 = Tables[5], t6 = Tables[6],
            t7 = Tables[7];
        uint state = ~crc;
        while (bytes.Length >= 8)
        {
            ulong eight = BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ state;
            state = t7[(byte)eight] ^ t6[(byte)(eight >> 8)] ^ t5[(byte)(eight >> 16)] ^ t4[(byte)(eight >> 24)]
                ^ t3[(byte)(eight >> 32)] ^ t2[(byte)(eight >> 40)] ^ t1[(byte)(eight >> 48)] ^ t0[(byte)(eight >> 56)];
            bytes = bytes[8..];
        }
        foreach (byte one in bytes) state = t0[(byte)(state ^ one)] ^ state >> 8;
        return ~state;
    }

    static uint[][] MakeTables()
    {
        uint[][] tables = [.. Enumerable.Range(0, 8).Select(_ => new uint[256])];
        for (uint i = 0; i < 256; i++)
        {
            uint state = i;
            for (int bit = 0; bit < 8; bit++) state = (state & 1) != 0 ? 0xEDB88320 ^ state >> 1 : state >> 1;
            tables[0][i] = state;
        }
        for (int table = 1; table < 8; table++)
        {
            for (int i = 0; i < 256; i++)
            {
                uint before = tables[table - 1][i];
                tables[table][i] = tables[0][(byte)before] ^ before >> 8;
            }
        }
        return tables;
    }
}
