namespace MlAva.MiniAva;

/// <summary>A tile of value noise in four octaves, mean 0, about −1 to 1, seamless at its edges.</summary>
static class Noise
{
    internal const int Side = 256;

    static readonly float[] Tile = Make();

    /// <summary>The noise at a point; the tile repeats.</summary>
    internal static double At(double x, double y) => Tile[((int)y & (Side - 1)) * Side + ((int)x & (Side - 1))];

    static float[] Make()
    {
        float[] tile = new float[Side * Side];
        SplitMix dice = new(0x5EED);
        double weight = 1;
        for (int cells = 8; cells <= 128; cells *= 2, weight *= 0.62)
        {
            double[] lattice = new double[cells * cells];
            for (int i = 0; i < lattice.Length; i++) lattice[i] = dice.Range(-1, 1);
            for (int y = 0; y < Side; y++)
            {
                for (int x = 0; x < Side; x++) tile[y * Side + x] += (float)(weight * Sample(lattice, cells, x * (double)cells / Side, y * (double)cells / Side));
            }
        }
        return tile;
    }

    static double Sample(double[] lattice, int cells, double x, double y)
    {
        int left = (int)x, top = (int)y;
        double across = Ease(x - left), down = Ease(y - top);
        double upper = Between(lattice[top * cells + left], lattice[top * cells + (left + 1) % cells], across);
        int below = (top + 1) % cells;
        return Between(upper, Between(lattice[below * cells + left], lattice[below * cells + (left + 1) % cells], across), down);
    }

    static double Ease(double t) => t * t * (3 - 2 * t);

    static double Between(double a, double b, double part) => a + (b - a) * part;
}
