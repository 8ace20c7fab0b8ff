using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>
/// RoIAlign point by point (reference specification §3.3): for each box, bin and sampling point the four cells around it. The points'
/// places are computed in float32, as the reference does; shares and sums are float64.
/// </summary>
static class EagerRoIAlign
{
    /// <param name="map">[N, C, H, W].</param>
    /// <param name="rois">R×5 numbers: image, x1, y1, x2, y2.</param>
    /// <param name="bins">P.</param>
    /// <param name="scale">Cells per pixel.</param>
    /// <param name="samplingRatio">Points per bin and axis; 0: adaptive.</param>
    /// <param name="aligned">Whether half a cell is taken off.</param>
    /// <returns>[R, C, P, P], differentiable.</returns>
    public static Tensor Apply(Tensor map, float[] rois, int bins, float scale, int samplingRatio, bool aligned)
    {
        int count = rois.Length / 5, height = (int)map.shape[2], width = (int)map.shape[3], cells = (int)map.shape[0] * height * width;
        double[] shares = new double[count * bins * bins * cells];
        for (int r = 0; r < count; r++)
        {
            float[] roi = rois[(r * 5)..(r * 5 + 5)];
            float offset = aligned ? 0.5f : 0;
            float x1 = roi[1] * scale - offset, y1 = roi[2] * scale - offset, x2 = roi[3] * scale - offset, y2 = roi[4] * scale - offset;
            float w = aligned ? x2 - x1 : Math.Max(x2 - x1, 1), h = aligned ? y2 - y1 : Math.Max(y2 - y1, 1);
            int pointsX = samplingRatio > 0 ? samplingRatio : (int)Math.Ceiling(w / bins),
                pointsY = samplingRatio > 0 ? samplingRatio : (int)Math.Ceiling(h / bins);
            for (int by = 0; by < bins; by++)
            {
                for (int bx = 0; bx < bins; bx++)
                {
                    Span<double> bin = shares.AsSpan(((r * bins + by) * bins + bx) * cells + (int)roi[0] * height * width, height * width);
                    for (int iy = 0; iy < pointsY; iy++)
                    {
                        for (int ix = 0; ix < pointsX; ix++)
                        {
                            float x = x1 + bx * (w / bins) + (ix + 0.5f) * (w / bins) / pointsX,
                                y = y1 + by * (h / bins) + (iy + 0.5f) * (h / bins) / pointsY;
                            Add(bin, height, width, x, y, 1.0 / Math.Max(pointsX * pointsY, 1));
                        }
                    }
                }
            }
        }
        Tensor flat = map.permute(0, 2, 3, 1).reshape(cells, map.shape[1]);
        Tensor weights = tensor(shares, [count * bins * bins, cells]).to(map.dtype);
        return weights.matmul(flat).view(count, bins, bins, map.shape[1]).permute(0, 3, 1, 2);
    }

    static void Add(Span<double> cells, int height, int width, float x, float y, double share)
    {
        if (y < -1 || y > height || x < -1 || x > width) return;
        (int left, int right, double fx) = Neighbours(x, width);
        (int top, int bottom, double fy) = Neighbours(y, height);
        cells[top * width + left] += share * (1 - fy) * (1 - fx);
        cells[top * width + right] += share * (1 - fy) * fx;
        cells[bottom * width + left] += share * fy * (1 - fx);
        cells[bottom * width + right] += share * fy * fx;
    }

    static (int Low, int High, double Fraction) Neighbours(float at, int size)
    {
        if (at < 0) at = 0;
        int low = (int)at;
        return low >= size - 1 ? (size - 1, size - 1, 0) : (low, low + 1, at - low);
    }
}
