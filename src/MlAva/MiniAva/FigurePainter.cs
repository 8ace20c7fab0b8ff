using SkiaSharp;

namespace MlAva.MiniAva;

/// <summary>Draws figures in layers: far limbs, body, near limbs; each layer with a thin dark rim so that limbs show before the body.</summary>
sealed class FigurePainter : IDisposable
{
    const double FarShade = 0.74, RimShade = 0.5;

    readonly SKPaint _stroke = new() { IsAntialias = true, IsStroke = true, StrokeCap = SKStrokeCap.Round, StrokeJoin = SKStrokeJoin.Round };
    readonly SKPaint _fill = new() { IsAntialias = true };
    readonly SKPath _path = new();
    SKCanvas _canvas = null!;
    Skeleton _skeleton = null!;

    /// <summary>Draws figures that may hold each other: the near arms of all lie in front of the bodies of all.</summary>
    internal void Draw(SKCanvas canvas, Figure[] figures, Skeleton[] skeletons)
    {
        _canvas = canvas;
        for (int i = 0; i < figures.Length; i++) DrawFar(figures[i], skeletons[i]);
        for (int i = 0; i < figures.Length; i++) DrawBody(figures[i], skeletons[i]);
        for (int i = 0; i < figures.Length; i++) DrawNear(figures[i], skeletons[i]);
    }

    void DrawFar(Figure figure, Skeleton skeleton)
    {
        _skeleton = skeleton;
        if (figure.Legs == Legs.Sit) DrawStool(figure);
        DrawArm(skeleton.FarArm, figure.Look, FarShade);
        DrawLeg(skeleton.FarLeg, figure.Look, FarShade);
    }

    void DrawBody(Figure figure, Skeleton skeleton)
    {
        _skeleton = skeleton;
        Look look = figure.Look;
        DrawLeg(skeleton.NearLeg, look, 1);
        SKPoint hip = skeleton.Hip, shoulder = skeleton.Shoulder;
        SKPoint waist = Between(hip, shoulder, 0.18), chest = Between(hip, shoulder, 0.84);
        Limb(Skeleton.TorsoWidth, look.Shirt, waist, chest);
        // Light from above: a paler band on the chest.
        Limb(Skeleton.TorsoWidth * 0.42, Palette.Shade(look.Shirt, 1.14), false, Between(hip, shoulder, 0.45), Between(hip, shoulder, 0.86));
        Limb(Skeleton.TorsoWidth * 0.86, look.Trousers, false, hip, Between(hip, shoulder, 0.06));
        Limb(0.06, Palette.Shade(look.Skin, 0.86), false, Between(hip, shoulder, 1.02), skeleton.Head);
        DrawHead(figure, skeleton);
    }

    void DrawNear(Figure figure, Skeleton skeleton)
    {
        _skeleton = skeleton;
        if (skeleton.Object is SKPoint thing) DrawObject(figure, thing);
        DrawArm(skeleton.NearArm, figure.Look, 1);
    }

    void DrawArm(SKPoint[] arm, Look look, double shade)
    {
        SKColor sleeve = Palette.Shade(look.Shirt, shade * 0.93), skin = Palette.Shade(look.Skin, shade);
        SKColor lower = look.HasSleeves ? sleeve : skin;
        Rim(Skeleton.ForearmWidth, sleeve, arm[0], arm[1], arm[2]);
        Disc(arm[2], Skeleton.HandRadius, Palette.Shade(skin, RimShade), Edge);
        Limb(Skeleton.ForearmWidth, lower, false, arm[1], arm[2]);
        Limb(Skeleton.UpperArmWidth, sleeve, false, arm[0], Between(arm[0], arm[1], 0.92));
        Disc(arm[2], Skeleton.HandRadius, skin, 0);
    }

    void DrawLeg(SKPoint[] leg, Look look, double shade)
    {
        SKColor cloth = Palette.Shade(look.Trousers, shade), shoe = Palette.Shade(look.Shoes, shade);
        Limb(Skeleton.FootWidth, shoe, true, leg[2], leg[3]);
        Rim(Skeleton.ShinWidth, cloth, leg[0], leg[1], leg[2]);
        Limb(Skeleton.ShinWidth, cloth, false, leg[0], leg[1], Between(leg[1], leg[2], 0.9));
        Limb(Skeleton.ThighWidth, cloth, false, leg[0], Between(leg[0], leg[1], 0.95));
    }

    void DrawHead(Figure figure, Skeleton skeleton)
    {
        Look look = figure.Look;
        float radius = Size(Skeleton.HeadRadius);
        float ahead = figure.Facing * radius;
        SKPoint head = skeleton.Head;
        if (look.HasLongHair) Disc(new(head.X - 0.55f * ahead, head.Y + 0.55f * radius), Skeleton.HeadRadius * 0.62, look.Hair, 0);
        Disc(head, Skeleton.HeadRadius, Palette.Shade(look.Skin, RimShade), Edge);
        Disc(new(head.X + 0.95f * ahead, head.Y + 0.12f * radius), Skeleton.HeadRadius * 0.2, look.Skin, 0);
        Disc(head, Skeleton.HeadRadius, look.Skin, 0);
        _path.Rewind();
        _path.AddCircle(head.X, head.Y, radius * 1.06f);
        _canvas.Save();
        _canvas.ClipPath(_path, antialias: true);
        Disc(new(head.X - 0.42f * ahead, head.Y - 0.5f * radius), Skeleton.HeadRadius * 0.98, look.Hair, 0);
        _canvas.Restore();
        Disc(new(head.X + 0.5f * ahead, head.Y + 0.02f * radius), Skeleton.HeadRadius * 0.13, new(30, 24, 24), 0);
    }

    void DrawObject(Figure figure, SKPoint at)
    {
        SKColor color = figure.Look.Object;
        if (figure.Look.IsBall)
        {
            Disc(at, Skeleton.BallRadius, Palette.Shade(color, RimShade), Edge);
            Disc(at, Skeleton.BallRadius, color, 0);
            Disc(new(at.X - Size(0.035), at.Y - Size(0.04)), Skeleton.BallRadius * 0.35, Palette.Shade(color, 1.5), 0);
            return;
        }
        float half = Size(Skeleton.BoxSide / 2), edge = Size(Edge), corner = Size(0.02);
        _fill.Color = Palette.Shade(color, RimShade);
        _canvas.DrawRoundRect(at.X - half - edge, at.Y - half - edge, 2 * (half + edge), 2 * (half + edge), corner, corner, _fill);
        _fill.Color = color;
        _canvas.DrawRoundRect(at.X - half, at.Y - half, 2 * half, 2 * half, corner, corner, _fill);
        _fill.Color = Palette.Shade(color, 0.82);
        _canvas.DrawRect(at.X - 0.18f * half, at.Y - half, 0.36f * half, 2 * half, _fill);
        _canvas.DrawRect(at.X - half, at.Y - half, 2 * half, 0.3f * half, _fill);
    }

    void DrawStool(Figure figure)
    {
        SKColor color = figure.Look.Stool;
        float x = _skeleton.Hip.X - figure.Facing * Size(0.02), top = _skeleton.Hip.Y + Size(Skeleton.TorsoWidth * 0.4), ground = (float)figure.Ground, half = Size(0.15);
        foreach (float side in (float[])[-0.85f, 0.85f])
            Limb(0.04, Palette.Shade(color, 0.8), true, new SKPoint(x + 0.8f * side * half, top), new SKPoint(x + side * half, ground - Size(0.02)));
        Limb(0.065, color, true, new SKPoint(x - half, top), new SKPoint(x + half, top));
    }

    static double Edge => 0.014;

    float Size(double part) => (float)(part * _skeleton.Scale);

    void Limb(double width, SKColor color, params ReadOnlySpan<SKPoint> points) => Limb(width, color, true, points);

    void Limb(double width, SKColor color, bool rim, params ReadOnlySpan<SKPoint> points)
    {
        if (rim) Rim(width, color, points);
        Stroke(Size(width), color, points);
    }

    void Rim(double width, SKColor color, params ReadOnlySpan<SKPoint> points) => Stroke(Size(width + 2 * Edge), Palette.Shade(color, RimShade), points);

    void Stroke(float width, SKColor color, ReadOnlySpan<SKPoint> points)
    {
        _path.Rewind();
        _path.MoveTo(points[0]);
        foreach (SKPoint point in points[1..]) _path.LineTo(point);
        _stroke.StrokeWidth = width;
        _stroke.Color = color;
        _canvas.DrawPath(_path, _stroke);
    }

    void Disc(SKPoint center, double radius, SKColor color, double grow)
    {
        _fill.Color = color;
        _canvas.DrawCircle(center, Size(radius + grow), _fill);
    }

    static SKPoint Between(SKPoint a, SKPoint b, double part) => new((float)(a.X + (b.X - a.X) * part), (float)(a.Y + (b.Y - a.Y) * part));

    public void Dispose()
    {
        _stroke.Dispose();
        _fill.Dispose();
        _path.Dispose();
    }
}
