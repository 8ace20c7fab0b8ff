using MlAva.Annotations;

namespace MlAva.Evaluation;

/// <summary>The arithmetic of MMAction2 1.x (reference specification §12).</summary>
static class SinglePrecision
{
    /// <summary>As <see cref="Box.IoU"/>, every step rounded to single precision.</summary>
    public static float IoU(in Box a, in Box b)
    {
        (float ax1, float ay1, float ax2, float ay2) = ((float)a.X1, (float)a.Y1, (float)a.X2, (float)a.Y2);
        (float bx1, float by1, float bx2, float by2) = ((float)b.X1, (float)b.Y1, (float)b.X2, (float)b.Y2);
        float width = Math.Max(Math.Min(ax2, bx2) - Math.Max(ax1, bx1), 0);
        float height = Math.Max(Math.Min(ay2, by2) - Math.Max(ay1, by1), 0);
        float intersection = height * width;
        float areaOfA = (ay2 - ay1) * (ax2 - ax1), areaOfB = (by2 - by1) * (bx2 - bx1);
        float both = areaOfA + areaOfB;
        return intersection / (both - intersection);
    }
}
