using MlAva.Annotations;

namespace MlAva.Diagnostics;

/// <summary>What the boxes of a file look like: counts over all of them, and a sample drawn by chance from a fixed seed.</summary>
sealed class BoxTally(string file, int examples)
{
    const int Sampled = 20_000;

    /// <summary>As the data set's reader has it: coordinates beyond −1 to 2 are no shares of a frame.</summary>
    const double LowestShare = -1, HighestShare = 2;

    /// <summary>How far outside of 0–1 rounding and sloppy drawing may lead.</summary>
    const double Margin = 0.02;

    readonly List<(string Video, Box Box)> _sample = [];
    readonly Random _random = new(0);

    public long Count { get; private set; }

    /// <summary>Boxes with a coordinate far outside of 0–1.</summary>
    public Examples Pixels { get; } = new(file, examples);

    /// <summary>Boxes that reach out of the frame, but are no pixels.</summary>
    public Examples Outside { get; } = new(file, examples);

    /// <summary>Boxes with x1 &gt; x2 or y1 &gt; y2.</summary>
    public Examples Inverted { get; } = new(file, examples);

    /// <summary>Boxes with x1 = x2 or y1 = y2.</summary>
    public Examples Empty { get; } = new(file, examples);

    /// <summary>The largest x and y.</summary>
    public (double X, double Y) Largest { get; private set; } = (double.NegativeInfinity, double.NegativeInfinity);

    public IReadOnlyList<(string Video, Box Box)> Sample => _sample;

    public double PixelShare => Count == 0 ? 0 : (double)Pixels.Count / Count;

    public double InvertedShare => Count == 0 ? 0 : (double)Inverted.Count / Count;

    public static bool IsPixels(in Box box) => Math.Min(Math.Min(box.X1, box.Y1), Math.Min(box.X2, box.Y2)) < LowestShare
        || Math.Max(Math.Max(box.X1, box.Y1), Math.Max(box.X2, box.Y2)) > HighestShare;

    public void Add(string video, in Box box, long line, Func<string> text)
    {
        Count++;
        (double x, double y) = (Math.Max(box.X1, box.X2), Math.Max(box.Y1, box.Y2));
        Largest = (Math.Max(Largest.X, x), Math.Max(Largest.Y, y));
        if (IsPixels(box)) Note(Pixels, line, text);
        else if (x > 1 + Margin || y > 1 + Margin || Math.Min(box.X1, box.X2) < -Margin || Math.Min(box.Y1, box.Y2) < -Margin)
            Note(Outside, line, text);
        if (box.X1 > box.X2 || box.Y1 > box.Y2) Note(Inverted, line, text);
        else if (!box.HasArea) Note(Empty, line, text);
        if (_sample.Count < Sampled) _sample.Add((video, box));
        else if (_random.NextInt64(Count) is var place and < Sampled) _sample[(int)place] = (video, box);
    }

    static void Note(Examples examples, long line, Func<string> text)
    {
        if (examples.IsOpen) examples.Add(line, text());
        else examples.Add();
    }
}
