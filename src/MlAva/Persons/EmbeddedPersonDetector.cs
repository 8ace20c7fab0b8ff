using System.Runtime.CompilerServices;
using MlAva.Annotations;
using MlAva.Video;

namespace MlAva.Persons;

/// <summary>
/// Finds persons without a network and without a download, where the camera stands still: what differs from the background that its shot
/// has for most of the time, and what moves within half a second, in pieces of a person's proportions. It takes a dog for a person too,
/// and sees
/// nobody who sits still from beginning to end; an ONNX detector (<see cref="OnnxPersonDetector"/>) is better wherever there is one.
/// </summary>
public sealed class EmbeddedPersonDetector : IPersonDetector
{
    const double LeastArea = 0.004, LeastHeight = 0.1, MotionTrust = 0.85, StillShare = 0.65, PartShare = 0.85;

    readonly ConditionalWeakTable<IFrameStore, VideoMemory> _videos = [];

    /// <summary>Creates the detector.</summary>
    /// <param name="options">Thresholds; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public EmbeddedPersonDetector(EmbeddedPersonDetectorOptions? options = null)
    {
        Options = options ?? new();
        Options.Validate();
    }

    /// <summary>The settings.</summary>
    public EmbeddedPersonDetectorOptions Options { get; }

    /// <inheritdoc/>
    public KeyframeProposals Detect(IFrameStore frames, int index, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(frames);
        VideoMemory memory = _videos.GetValue(frames, f => new(f, Options));
        SmallFrame frame = memory.Frame(index, cancellation);
        List<(Box Box, double Score)> found = [];
        if (memory.BackgroundOf(index, cancellation)?.Difference(frame) is { } difference && Mask.Share(difference) is var share and < StillShare)
            AddPieces(found, difference, frame, 1 - Math.Max(0, share - StillShare / 2));
        int whole = found.Count;
        if (memory.MotionAt(index, cancellation) is { } motion) AddPieces(found, motion, frame, MotionTrust);
        // An arm that moves is no person beside the one whom it belongs to.
        for (int i = found.Count - 1; i >= whole; i--)
            if (found.Take(whole).Any(f => f.Score >= found[i].Score && Inside(found[i].Box, f.Box) >= PartShare)) found.RemoveAt(i);
        int[] kept = NonMaximumSuppression.Keep([.. found.Select(f => f.Box)], [.. found.Select(f => f.Score)], Options.NmsIoU);
        kept = [.. kept.Where(k => found[k].Score >= Options.ScoreThreshold).Take(Options.MaxBoxes)];
        return new(Array.ConvertAll(kept, k => found[k].Box), Array.ConvertAll(kept, k => found[k].Score));
    }

    /// <summary>Nothing is held beyond the videos that are open.</summary>
    public void Dispose()
    {
    }

    static void AddPieces(List<(Box Box, double Score)> found, byte[] mask, SmallFrame frame, double trust)
    {
        int width = frame.Width, height = frame.Height, reach = Math.Max(1, Math.Min(width, height) / 72);
        List<Mask.Piece> pieces = [.. Mask.Pieces(mask, width, height, reach).Where(p => p.Area >= LeastArea / 8 * width * height)];
        Join(pieces, height);
        foreach (Mask.Piece piece in pieces)
        {
            Box box = piece.Box();
            if (piece.Area < LeastArea * width * height || box.Height < LeastHeight * height) continue;
            found.Add((box.Scale(1.0 / width, 1.0 / height), trust * Score(piece, box, width, height)));
        }
    }

    /// <summary>A person's head, trunk and legs may stand out each for itself.</summary>
    static void Join(List<Mask.Piece> pieces, int height)
    {
        const double LeastOverlap = 0.5, LargestGap = 0.08;
        bool joined;
        do
        {
            joined = false;
            for (int a = 0; a < pieces.Count && !joined; a++)
            {
                for (int b = a + 1; b < pieces.Count && !joined; b++)
                {
                    Box first = pieces[a].Box(), second = pieces[b].Box();
                    double overlap = Math.Min(first.X2, second.X2) - Math.Max(first.X1, second.X1);
                    double gap = Math.Max(first.Y1, second.Y1) - Math.Min(first.Y2, second.Y2);
                    if (overlap < LeastOverlap * Math.Min(first.Width, second.Width) || gap > LargestGap * height) continue;
                    pieces[a].Add(pieces[b]);
                    pieces.RemoveAt(b);
                    joined = true;
                }
            }
        }
        while (joined);
    }

    /// <summary>How much a piece is like a person: proportions, size, how full its box is, how much it differs.</summary>
    static double Score(Mask.Piece piece, Box box, int width, int height)
    {
        double proportion = box.Height / box.Width;
        // A person who reaches out of the frame may have any proportions.
        bool isCut = box.X1 <= 1 || box.Y1 <= 1 || box.X2 >= width - 1 || box.Y2 >= height - 1;
        double shape = Math.Max(Plateau(proportion, 0.35, 1.1, 4.5, 8), isCut ? 0.75 : 0);
        double size = Ramp(box.Height / height, 0.06, 0.25), fill = Ramp(piece.Area / box.Area, 0.1, 0.4);
        double strength = Ramp((double)piece.Strength / piece.Area, 14, 34);
        return shape * (0.35 + 0.64 * Math.Cbrt(size * fill * strength));
    }

    /// <summary>The share of a box that lies in another.</summary>
    static double Inside(Box part, Box whole) =>
        Math.Max(0, Math.Min(part.X2, whole.X2) - Math.Max(part.X1, whole.X1)) * Math.Max(0, Math.Min(part.Y2, whole.Y2) - Math.Max(part.Y1, whole.Y1)) / part.Area;

    static double Ramp(double value, double zero, double one) => Math.Clamp((value - zero) / (one - zero), 0, 1);

    static double Plateau(double value, double low, double from, double to, double high) => Math.Min(Ramp(value, low, from), Ramp(-value, -high, -to));
}
