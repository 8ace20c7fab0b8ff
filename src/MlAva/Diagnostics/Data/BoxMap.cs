using MlAva.Annotations;

namespace MlAva.Diagnostics;

/// <summary>Turns a file's boxes into AVA's: divides by a frame size, then makes corners of them.</summary>
/// <param name="Form">What the four numbers mean.</param>
/// <param name="Width">What x is divided by.</param>
/// <param name="Height">What y is divided by.</param>
/// <param name="Sizes">The same for each video, where it is known; null: one size for all.</param>
/// <param name="OnlyPixels">Whether only boxes that are in pixels are divided, because others are shares already.</param>
sealed record BoxMap(
    BoxForm Form = BoxForm.Corners, double Width = 1, double Height = 1,
    IReadOnlyDictionary<string, (double Width, double Height)>? Sizes = null, bool OnlyPixels = false)
{
    public static BoxMap Identity { get; } = new();

    public bool Scales => Width != 1 || Height != 1 || Sizes is not null;

    public bool IsIdentity => Form == BoxForm.Corners && !Scales;

    public Box Apply(string video, in Box box)
    {
        if (IsIdentity) return box;
        Box shares = box;
        if (Scales && (!OnlyPixels || BoxTally.IsPixels(box)))
        {
            (double width, double height) = Sizes?.TryGetValue(video, out (double, double) size) == true ? size : (Width, Height);
            bool isTurned = Form is BoxForm.YFirst or BoxForm.XXYY;
            shares = Form == BoxForm.YFirst ? new(box.X1 / height, box.Y1 / width, box.X2 / height, box.Y2 / width)
                : isTurned ? new(box.X1 / width, box.Y1 / width, box.X2 / height, box.Y2 / height)
                : new(box.X1 / width, box.Y1 / height, box.X2 / width, box.Y2 / height);
        }
        return Form.ToCorners(shares);
    }
}
