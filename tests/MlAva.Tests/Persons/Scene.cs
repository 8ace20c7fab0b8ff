using MlAva.Annotations;
using MlAva.Video;

namespace MlAva.Tests.Persons;

/// <summary>
/// A room before a camera that stands still: textured walls, noise, and a figure that walks through it and stands in between.
/// </summary>
static class Scene
{
    public const int Width = 320, Height = 240, Fps = 5, Frames = 150, FirstSeen = 25, LastSeen = 120;

    /// <summary>Where the figure is; null: outside.</summary>
    public static Box? Person(int frame)
    {
        if (frame is < FirstSeen or > LastSeen) return null;
        // Walks in, stands for six seconds, walks on.
        double x = frame < 55 ? 20 + (frame - FirstSeen) * 3 : frame < 85 ? 110 : 110 + (frame - 85) * 3;
        return new Box(x, 60, x + 48, 220).Scale(1.0 / Width, 1.0 / Height);
    }

    public static void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        VideoClip clip = new(Frames, new(Width, Height));
        Random random = new(5);
        byte[] room = new byte[Width * Height * 3];
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                byte tone = (byte)(110 + 40 * Math.Sin(x / 17.0) + (y > 190 ? -50 : 0) + (y / 12 % 2 == 0 ? 8 : 0));
                (room[(y * Width + x) * 3], room[(y * Width + x) * 3 + 1], room[(y * Width + x) * 3 + 2]) = (tone, (byte)(tone - 10), (byte)(tone - 20));
            }
        }
        for (int f = 0; f < Frames; f++)
        {
            Span<byte> frame = clip.Frame(f);
            for (int i = 0; i < frame.Length; i++) frame[i] = (byte)Math.Clamp(room[i] + random.Next(-6, 7), 0, 255);
            if (Person(f) is not { } person) continue;
            int x = (int)Math.Round(person.X1 * Width);
            FramePainter painter = new(frame, clip.Size);
            painter.Fill(x + 15, 60, 18, 26, new(205, 160, 130));
            painter.Fill(x, 84, 48, 70, new(40, 60, 120));
            painter.Fill(x + 4, 152, 18, 68, new(30, 30, 36));
            painter.Fill(x + 26, 152, 18, 68, new(30, 30, 36));
        }
        MotionJpegAviWriter.WriteClip(clip, path, Fps);
    }
}
