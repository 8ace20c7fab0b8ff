using MlAva.Annotations;
using MlAva.Video;

namespace MlAva.Persons;

/// <summary>Where a frame lies in a detector's input, and how boxes come back from there.</summary>
readonly record struct FramePlacement(FrameSize Input, FrameSize Scaled, int Left, int Top)
{
    const byte Grey = 114;

    public static FramePlacement Of(FrameSize frame, FrameSize input, FrameFit fit)
    {
        if (fit == FrameFit.Stretch) return new(input, input, 0, 0);
        double scale = Math.Min((double)input.Width / frame.Width, (double)input.Height / frame.Height);
        FrameSize scaled = new(Math.Clamp((int)(frame.Width * scale), 1, input.Width), Math.Clamp((int)(frame.Height * scale), 1, input.Height));
        return fit == FrameFit.TopLeft ? new(input, scaled, 0, 0)
            : new(input, scaled, (input.Width - scaled.Width) / 2, (input.Height - scaled.Height) / 2);
    }

    /// <summary>A box in pixels of the input as shares of the frame, clipped to it.</summary>
    public Box ToFrame(Box box) => new(
        Math.Clamp((box.X1 - Left) / Scaled.Width, 0, 1), Math.Clamp((box.Y1 - Top) / Scaled.Height, 0, 1),
        Math.Clamp((box.X2 - Left) / Scaled.Width, 0, 1), Math.Clamp((box.Y2 - Top) / Scaled.Height, 0, 1));

    /// <summary>The frame as the input's numbers, channel by channel.</summary>
    public float[] ToTensor(VideoClip frame, PixelScaling scaling, bool bgr)
    {
        ReadOnlySpan<float> mean = [0.485f, 0.456f, 0.406f], deviation = [0.229f, 0.224f, 0.225f];
        ReadOnlySpan<byte> pixels = ClipResize.Resize(frame, Scaled).Frame(0);
        float[] tensor = new float[3 * Input.Width * Input.Height];
        for (int channel = 0; channel < 3; channel++)
        {
            float scale = scaling == PixelScaling.Bytes ? 1 : 1 / 255f, shift = 0;
            if (scaling == PixelScaling.ImageNet) (scale, shift) = (scale / deviation[channel], -mean[channel] / deviation[channel]);
            Span<float> plane = tensor.AsSpan((bgr ? 2 - channel : channel) * Input.Width * Input.Height, Input.Width * Input.Height);
            plane.Fill(Grey * scale + shift);
            for (int y = 0; y < Scaled.Height; y++)
            {
                Span<float> row = plane.Slice((y + Top) * Input.Width + Left, Scaled.Width);
                ReadOnlySpan<byte> from = pixels[(y * Scaled.Width * 3)..];
                for (int x = 0; x < row.Length; x++) row[x] = from[x * 3 + channel] * scale + shift;
            }
        }
        return tensor;
    }
}
