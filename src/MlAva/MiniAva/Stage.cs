using SkiaSharp;

namespace MlAva.MiniAva;

/// <summary>Draws frames, one at a time, into one reused bitmap. Not for two threads at once.</summary>
sealed class Stage : IDisposable
{
    readonly SKBitmap _bitmap;
    readonly SKCanvas _canvas;
    readonly Backdrop _backdrop;
    readonly FigurePainter _painter = new();
    readonly SKPaint _vignette, _shadow, _light;
    readonly SKPaint _smooth = new() { FilterQuality = SKFilterQuality.Low };
    readonly int _width, _height;

    internal Stage(int width, int height)
    {
        (_width, _height) = (width, height);
        _bitmap = new(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        _canvas = new(_bitmap);
        _backdrop = new(width, height);
        using SKShader edge = SKShader.CreateRadialGradient(
            new(width / 2f, height * 0.48f), 0.72f * Math.Max(width, height), [SKColors.Transparent, SKColors.Transparent, new(0, 0, 0, 70)], [0, 0.55f, 1], SKShaderTileMode.Clamp);
        _vignette = new() { Shader = edge, IsDither = true };
        using SKShader fade = SKShader.CreateRadialGradient(SKPoint.Empty, 1, [new(0, 0, 0, 120), new(0, 0, 0, 80), SKColors.Transparent], [0, 0.45f, 1], SKShaderTileMode.Clamp);
        _shadow = new() { Shader = fade };
        _light = new();
    }

    /// <summary>The frame drawn last, RGBA bytes <c>[height, width, 4]</c>.</summary>
    internal ReadOnlySpan<byte> Rgba => _bitmap.GetPixelSpan();

    /// <summary>The frame drawn last, for encoders.</summary>
    internal SKPixmap Pixels => _bitmap.PeekPixels();

    internal void Draw(MiniAvaVideo video, int frame)
    {
        (Shot shot, double time) = video.At(frame);
        (double x, double y, double light) = video.Camera(frame);
        _backdrop.Show(shot);
        _canvas.Save();
        _canvas.Translate((float)x, (float)y);
        _canvas.DrawBitmap(_backdrop.Bitmap, (float)(-_backdrop.MarginX + shot.Drift * (time - (shot.Seconds - 1) / 2.0)), -_backdrop.MarginY, _smooth);
        Skeleton[][] groups = [.. shot.Figures.Select(g => g.Select(f => new Skeleton(f, time)).ToArray())];
        for (int g = 0; g < groups.Length; g++)
        {
            for (int i = 0; i < groups[g].Length; i++) DrawShadow(shot.Figures[g][i], groups[g][i]);
        }
        for (int g = 0; g < groups.Length; g++) _painter.Draw(_canvas, shot.Figures[g], groups[g]);
        _canvas.Restore();
        _canvas.DrawRect(0, 0, _width, _height, _vignette);
        double change = light - 1;
        _light.Color = change < 0 ? SKColors.Black.WithAlpha((byte)(-255 * change)) : SKColors.White.WithAlpha((byte)(255 * change));
        _canvas.DrawRect(0, 0, _width, _height, _light);
        _canvas.Flush();
    }

    void DrawShadow(Figure figure, Skeleton skeleton)
    {
        SKPoint near = skeleton.NearLeg[2], far = skeleton.FarLeg[2];
        float spread = (float)((0.2 + Math.Abs(near.X - far.X) / skeleton.Scale * 0.35) * skeleton.Scale * (1 - skeleton.Air));
        _canvas.Save();
        _canvas.Translate((near.X + far.X + skeleton.Hip.X) / 3, (float)figure.Ground);
        _canvas.Scale(spread, 0.28f * spread);
        _canvas.DrawCircle(0, 0, 1, _shadow);
        _canvas.Restore();
    }

    public void Dispose()
    {
        _painter.Dispose();
        _vignette.Dispose();
        _shadow.Dispose();
        _light.Dispose();
        _smooth.Dispose();
        _backdrop.Dispose();
        _canvas.Dispose();
        _bitmap.Dispose();
    }
}
