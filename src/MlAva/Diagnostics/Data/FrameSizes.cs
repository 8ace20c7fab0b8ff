namespace MlAva.Diagnostics;

/// <summary>Frame sizes that coordinates in pixels may be of.</summary>
static class FrameSizes
{
    static readonly (double Width, double Height)[] Usual =
    [
        (100, 100), (224, 224), (256, 256), (320, 180), (320, 240), (340, 256), (341, 256), (352, 288), (400, 300), (427, 240),
        (455, 256), (456, 256),
        (480, 270), (480, 360), (512, 288), (640, 360), (640, 480), (720, 404), (720, 480), (720, 576), (768, 432), (800, 600),
        (848, 480), (854, 480), (960, 540), (1000, 1000), (1024, 576), (1024, 768), (1280, 720), (1280, 960), (1440, 1080), (1600, 1200),
        (1920, 1080), (1920, 1200), (2560, 1440), (2704, 1520), (3840, 2160), (4096, 2160),
    ];

    /// <summary>Usual sizes that hold the largest coordinates, those that fit them most tightly first.</summary>
    public static IEnumerable<(double Width, double Height)> Holding(double largestX, double largestY)
    {
        const double Slack = 1.005;
        return Usual.SelectMany(s => (IEnumerable<(double Width, double Height)>)[s, (s.Height, s.Width)]).Distinct()
            .Where(s => s.Width * Slack >= largestX && s.Height * Slack >= largestY)
            .OrderBy(s => s.Width / largestX * (s.Height / largestY));
    }

    /// <summary>The usual size, or whole number, that a measured one is meant to be.</summary>
    public static (double Width, double Height) Snap((double Width, double Height) measured)
    {
        const double Near = 0.005;
        (double Width, double Height)[] near = [.. Holding(1, 1).Where(s =>
            Math.Abs(s.Width / measured.Width - 1) < Near && Math.Abs(s.Height / measured.Height - 1) < Near)];
        return near.Length > 0
            ? near.MinBy(s => Math.Abs(s.Width / measured.Width - 1) + Math.Abs(s.Height / measured.Height - 1))
            : (Whole(measured.Width), Whole(measured.Height));

        static double Whole(double value) => value >= 2 ? Math.Round(value) : value;
    }
}
