using SkiaSharp;

namespace MlAva.MiniAva;

/// <summary>The place of a shot, wider than the frame so that it can drift by. Drawn once a shot into one reused bitmap.</summary>
sealed class Backdrop : IDisposable
{
    enum Pattern { Plaster, Stripes, Bricks, Panels, Lozenges }

    readonly int _width, _height;
    readonly float _unit;
    readonly SKCanvas _canvas;
    readonly SKPaint _fill = new() { IsAntialias = true };
    readonly SKPath _path = new();
    ulong? _shown;

    internal Backdrop(int frameWidth, int frameHeight)
    {
        (MarginX, MarginY) = (frameWidth / 4, Math.Max(4, frameHeight / 24));
        (_width, _height) = (frameWidth + 2 * MarginX, frameHeight + 2 * MarginY);
        _unit = Math.Min(frameHeight / 120f, frameWidth / 160f);
        Bitmap = new(new SKImageInfo(_width, _height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        _canvas = new(Bitmap);
    }

    internal int MarginX { get; }

    internal int MarginY { get; }

    internal SKBitmap Bitmap { get; }

    /// <summary>Makes <see cref="Bitmap"/> show the shot's place.</summary>
    internal void Show(Shot shot)
    {
        if (_shown == shot.BackdropSeed) return;
        _shown = shot.BackdropSeed;
        SplitMix dice = new(shot.BackdropSeed);
        float horizon = (float)(_height * dice.Range(0.6, 0.7));
        if (shot.Scenery.IsOutdoors) Landscape(dice, shot.Scenery, horizon);
        else Room(dice, shot.Scenery, horizon);
        Roughen(dice, shot.Scenery.IsOutdoors ? 0.05 : 0.07, horizon);
        Bitmap.NotifyPixelsChanged();
    }

    void Room(SplitMix dice, Scenery scenery, float horizon)
    {
        Gradient(0, horizon, scenery.Top, scenery.Bottom);
        Pattern pattern = (Pattern)dice.Below(5);
        _fill.Color = scenery.Accent.WithAlpha((byte)dice.Range(45, 90));
        float cell = (float)dice.Range(12, 22) * _unit;
        switch (pattern)
        {
            case Pattern.Stripes:
                for (float x = 0; x < _width; x += cell) _canvas.DrawRect(x, 0, cell * 0.45f, horizon, _fill);
                break;
            case Pattern.Bricks:
                float row = cell * 0.5f, gap = Math.Max(1, 0.8f * _unit);
                for (int r = 0; r * row < horizon; r++)
                {
                    _canvas.DrawRect(0, r * row, _width, gap, _fill);
                    for (float x = r % 2 * cell / 2; x < _width; x += cell) _canvas.DrawRect(x, r * row, gap, Math.Min(row, horizon - r * row), _fill);
                }
                break;
            case Pattern.Panels:
                _canvas.DrawRect(0, horizon * 0.62f, _width, horizon * 0.38f, _fill);
                for (float x = 0; x < _width; x += 1.6f * cell) _canvas.DrawRect(x, horizon * 0.62f, 1.2f * _unit, horizon * 0.38f, _fill);
                break;
            case Pattern.Lozenges:
                for (int r = 0; r * cell < horizon + cell; r++)
                    for (float x = r % 2 * cell; x < _width + cell; x += 2 * cell) Lozenge(x, r * cell, cell * 0.5f, horizon);
                break;
        }
        for (float x = (float)dice.Range(0, 50) * _unit; x < _width - 20 * _unit; x += (float)dice.Range(46, 90) * _unit) Furnish(dice, scenery, x, horizon);
        Gradient(horizon, _height, Palette.Shade(scenery.Floor, 1.12), Palette.Shade(scenery.Floor, 0.86));
        _fill.Color = Palette.Shade(scenery.Floor, 0.72).WithAlpha(110);
        if (dice.Chance(0.6))
        {
            float step = 2.2f * _unit;
            for (float y = horizon + step; y < _height; y += step, step *= 1.45f) _canvas.DrawRect(0, y, _width, 0.8f * _unit, _fill);
        }
        _fill.Color = Palette.Mix(scenery.Top, SKColors.White, 0.4);
        _canvas.DrawRect(0, horizon - 3 * _unit, _width, 3 * _unit, _fill);
        _fill.Color = Palette.Shade(scenery.Floor, 0.6).WithAlpha(120);
        _canvas.DrawRect(0, horizon, _width, 1.2f * _unit, _fill);
    }

    void Lozenge(float x, float y, float size, float horizon)
    {
        _path.Rewind();
        _path.AddPoly([new(x, y - size), new(x + size, y), new(x, y + size), new(x - size, y)]);
        _canvas.Save();
        _canvas.ClipRect(new(0, 0, _width, horizon));
        _canvas.DrawPath(_path, _fill);
        _canvas.Restore();
    }

    void Furnish(SplitMix dice, Scenery scenery, float x, float horizon)
    {
        float width = (float)dice.Range(16, 30) * _unit, height = (float)dice.Range(18, 32) * _unit, y = horizon * (float)dice.Range(0.12, 0.3);
        SKColor frame = Palette.Mix(scenery.Bottom, SKColors.White, 0.55), dark = Palette.Shade(scenery.Accent, 0.8);
        switch (dice.Below(4))
        {
            case 0:
                Rounded(x, y, width, height, frame);
                Rounded(x + 2 * _unit, y + 2 * _unit, width - 4 * _unit, height - 4 * _unit, Palette.Mix(new(0xFFBFE3F5), scenery.Top, 0.35));
                Rounded(x + width / 2 - 0.6f * _unit, y, 1.2f * _unit, height, frame);
                Rounded(x, y + height / 2 - 0.6f * _unit, width, 1.2f * _unit, frame);
                break;
            case 1:
                Rounded(x, y, width, 0.7f * height, dark);
                Rounded(x + 1.6f * _unit, y + 1.6f * _unit, width - 3.2f * _unit, 0.7f * height - 3.2f * _unit, Palette.Mix(scenery.Top, scenery.Accent, 0.35));
                _fill.Color = Palette.Mix(scenery.Floor, scenery.Accent, 0.5);
                _canvas.DrawCircle(x + width * 0.4f, y + 0.38f * height, 0.14f * height, _fill);
                break;
            case 2:
                Rounded(x, horizon - 1.1f * height, width, 1.1f * height, Palette.Mix(scenery.Accent, scenery.Floor, 0.45));
                for (int shelf = 1; shelf < 4; shelf++) Rounded(x + 1.5f * _unit, horizon - 1.1f * height + shelf * 0.28f * height, width - 3 * _unit, _unit, Palette.Shade(scenery.Floor, 0.8));
                break;
            default:
                SKColor leaf = Palette.Mix(new(0xFF5E8C61), scenery.Accent, 0.4);
                _fill.Color = leaf;
                for (int i = 0; i < 6; i++) _canvas.DrawOval(x + (float)dice.Range(-6, 6) * _unit, horizon - (float)dice.Range(13, 28) * _unit, 3.2f * _unit, 7 * _unit, _fill);
                Rounded(x - 5 * _unit, horizon - 11 * _unit, 10 * _unit, 11 * _unit, Palette.Mix(scenery.Floor, new(0xFFB5651D), 0.35));
                break;
        }
    }

    void Landscape(SplitMix dice, Scenery scenery, float horizon)
    {
        Gradient(0, horizon, scenery.Top, scenery.Bottom);
        SKColor glow = Palette.Mix(scenery.Bottom, SKColors.White, 0.6);
        _fill.Color = glow;
        _canvas.DrawCircle((float)dice.Range(0.1, 0.9) * _width, (float)dice.Range(0.12, 0.3) * _height, (float)dice.Range(6, 10) * _unit, _fill);
        _fill.Color = glow.WithAlpha(150);
        for (int i = 0; i < 5; i++)
        {
            float x = (float)dice.Range(0, _width), y = (float)dice.Range(0.05, 0.38) * _height, size = (float)dice.Range(5, 9) * _unit;
            for (int puff = -1; puff <= 1; puff++) _canvas.DrawOval(x + puff * 1.3f * size, y + Math.Abs(puff) * 0.3f * size, 1.3f * size, (0.65f - 0.15f * Math.Abs(puff)) * size, _fill);
        }
        for (int layer = 0; layer < 3; layer++)
        {
            _fill.Color = Palette.Mix(scenery.Bottom, scenery.Accent, 0.3 + 0.3 * layer);
            float basis = horizon - (2 - layer) * 8 * _unit, wave = (float)dice.Range(5, 10) * _unit, length = (float)dice.Range(0.02, 0.05) / _unit, shift = (float)dice.Angle();
            _path.Rewind();
            _path.MoveTo(0, _height);
            for (float x = 0; x <= _width + 3; x += 3)
                _path.LineTo(x, basis - wave * (0.6f + 0.6f * MathF.Sin(x * length + shift) + 0.3f * MathF.Sin(x * 2.7f * length + 2 * shift)));
            _path.LineTo(_width + 3, _height);
            _path.Close();
            _canvas.DrawPath(_path, _fill);
        }
        for (float x = (float)dice.Range(0, 30) * _unit; x < _width; x += (float)dice.Range(20, 55) * _unit)
        {
            float size = (float)dice.Range(6, 12) * _unit, foot = horizon + 2 * _unit;
            _fill.Color = Palette.Shade(scenery.Accent, 0.55);
            _canvas.DrawRect(x - 0.1f * size, foot - 1.6f * size, 0.2f * size, 1.6f * size, _fill);
            _fill.Color = Palette.Shade(scenery.Accent, dice.Range(0.72, 0.9));
            if (dice.Chance(0.5)) _canvas.DrawOval(x, foot - 2.1f * size, 0.8f * size, size, _fill);
            else
            {
                _path.Rewind();
                _path.AddPoly([new(x, foot - 3.3f * size), new(x + 0.75f * size, foot - 0.8f * size), new(x - 0.75f * size, foot - 0.8f * size)]);
                _canvas.DrawPath(_path, _fill);
            }
        }
        Gradient(horizon, _height, Palette.Shade(scenery.Floor, 1.1), Palette.Shade(scenery.Floor, 0.82));
        _fill.Color = Palette.Shade(scenery.Floor, 0.72).WithAlpha(120);
        for (int i = 0; i < 70; i++)
        {
            float depth = (float)dice.Next(), y = horizon + (0.04f + 0.96f * depth * depth) * (_height - horizon);
            _canvas.DrawOval((float)dice.Range(0, _width), y, (1.5f + 4 * depth) * _unit, (0.4f + 0.6f * depth) * _unit, _fill);
        }
    }

    void Rounded(float x, float y, float width, float height, SKColor color)
    {
        _fill.Color = color;
        _canvas.DrawRoundRect(x, y, width, height, _unit, _unit, _fill);
    }

    void Gradient(float top, float bottom, SKColor from, SKColor to)
    {
        using SKShader shader = SKShader.CreateLinearGradient(new(0, top), new(0, bottom), [from, to], SKShaderTileMode.Clamp);
        using SKPaint paint = new() { Shader = shader };
        _canvas.DrawRect(0, top, _width, bottom - top, paint);
    }

    /// <summary>Lays value noise over the picture, stretched sideways on the floor.</summary>
    unsafe void Roughen(SplitMix dice, double strength, float horizon)
    {
        int shiftX = dice.Below(Noise.Side), shiftY = dice.Below(Noise.Side);
        double zoom = dice.Range(0.7, 1.6) / _unit;
        _canvas.Flush();
        Span<byte> pixels = new((void*)Bitmap.GetPixels(), 4 * _width * _height);
        for (int y = 0; y < _height; y++)
        {
            bool floor = y > horizon;
            double stepX = floor ? 0.5 * zoom : zoom, noiseY = shiftY + y * (floor ? 2 * zoom : zoom);
            for (int x = 0; x < _width; x++)
            {
                double factor = 1 + strength * Noise.At(shiftX + x * stepX, noiseY);
                Span<byte> pixel = pixels.Slice(4 * (y * _width + x), 3);
                for (int c = 0; c < 3; c++) pixel[c] = (byte)Math.Clamp(pixel[c] * factor + 0.5, 0, 255);
            }
        }
    }

    public void Dispose()
    {
        _fill.Dispose();
        _path.Dispose();
        _canvas.Dispose();
        Bitmap.Dispose();
    }
}
