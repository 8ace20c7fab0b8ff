using MlAva.Annotations;

namespace MlAva.Diagnostics;

/// <summary>What the four numbers of a box mean.</summary>
enum BoxForm
{
    /// <summary>x1, y1, x2, y2: AVA's.</summary>
    Corners,

    /// <summary>The same with the corners in any order.</summary>
    AnyCorners,

    /// <summary>x1, y1, width, height.</summary>
    WidthHeight,

    /// <summary>Middle and size.</summary>
    MiddleSize,

    /// <summary>y1, x1, y2, x2.</summary>
    YFirst,

    /// <summary>x1, x2, y1, y2.</summary>
    XXYY,
}

static class BoxForms
{
    public static Box ToCorners(this BoxForm form, in Box b) => form switch
    {
        BoxForm.AnyCorners => new(Math.Min(b.X1, b.X2), Math.Min(b.Y1, b.Y2), Math.Max(b.X1, b.X2), Math.Max(b.Y1, b.Y2)),
        BoxForm.WidthHeight => new(b.X1, b.Y1, b.X1 + b.X2, b.Y1 + b.Y2),
        BoxForm.MiddleSize => new(b.X1 - b.X2 / 2, b.Y1 - b.Y2 / 2, b.X1 + b.X2 / 2, b.Y1 + b.Y2 / 2),
        BoxForm.YFirst => new(b.Y1, b.X1, b.Y2, b.X2),
        BoxForm.XXYY => new(b.X1, b.X2, b.Y1, b.Y2),
        _ => b,
    };

    public static string Describe(this BoxForm form) => form switch
    {
        BoxForm.AnyCorners => "corners in the wrong order",
        BoxForm.WidthHeight => "x1, y1, width, height",
        BoxForm.MiddleSize => "middle x, middle y, width, height",
        BoxForm.YFirst => "y1, x1, y2, x2",
        BoxForm.XXYY => "x1, x2, y1, y2",
        _ => "x1, y1, x2, y2",
    };

    /// <summary>Assignments of awk that make corners of columns 3 to 6.</summary>
    public static string ToAwk(this BoxForm form) => form switch
    {
        BoxForm.AnyCorners => "if($3>$5){t=$3;$3=$5;$5=t} if($4>$6){t=$4;$4=$6;$6=t}",
        BoxForm.WidthHeight => "$5+=$3;$6+=$4",
        BoxForm.MiddleSize => "w=$5/2;h=$6/2;$5=$3+w;$6=$4+h;$3-=w;$4-=h",
        BoxForm.YFirst => "t=$3;$3=$4;$4=t;t=$5;$5=$6;$6=t",
        BoxForm.XXYY => "t=$4;$4=$5;$5=t",
        _ => "",
    };
}
