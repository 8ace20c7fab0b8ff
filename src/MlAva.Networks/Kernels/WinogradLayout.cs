namespace MlAva.Networks;

/// <summary>How the outputs of a convolution of kernel (3,1,1) or (1,3,3) fall into tiles.</summary>
sealed unsafe class WinogradLayout
{
    public WinogradLayout(ConvolutionGeometry geometry, int size)
    {
        (Geometry, Size, InTime) = (geometry, size, geometry.Time.Taps == 3);
        (Frames, Rows, Columns) = (geometry.Time.Outputs, geometry.Rows.Outputs, geometry.Columns.Outputs);
        if (InTime) Frames = (Frames + size - 1) / size;
        else (Rows, Columns) = ((Rows + size - 1) / size, (Columns + size - 1) / size);
    }

    public ConvolutionGeometry Geometry { get; }
    public int Size { get; }
    public bool InTime { get; }
    public int Frames { get; }
    public int Rows { get; }
    public int Columns { get; }
    public int Factors => InTime ? Size + 2 : (Size + 2) * (Size + 2);
    public int Tiles => Geometry.Clips * Frames * Rows * Columns;

    /// <summary>The places of a tile's inputs or outputs, −1 for those outside.</summary>
    /// <param name="tile">The tile.</param>
    /// <param name="margin">Places before the tile's first output: 1 for inputs, 0 for outputs.</param>
    /// <param name="side">Places along an axis.</param>
    /// <param name="places">For each of them, row by row.</param>
    public void Places(int tile, int margin, int side, int* places)
    {
        (int line, int column) = Math.DivRem(tile, Columns);
        (int slice, int row) = Math.DivRem(line, Rows);
        (int clip, int frame) = Math.DivRem(slice, Frames);
        (int frames, int rows, int columns) = (Geometry.Time.Inputs, Geometry.Rows.Inputs, Geometry.Columns.Inputs);
        if (InTime)
        {
            for (int i = 0; i < side; i++)
            {
                int t = frame * Size - margin + i;
                places[i] = (uint)t < (uint)frames ? ((clip * frames + t) * rows + row) * columns + column : -1;
            }
            return;
        }
        int start = (clip * frames + frame) * rows;
        for (int i = 0; i < side; i++)
        {
            int y = row * Size - margin + i;
            for (int j = 0; j < side; j++)
            {
                int x = column * Size - margin + j;
                places[i * side + j] = (uint)y < (uint)rows && (uint)x < (uint)columns ? (start + y) * columns + x : -1;
            }
        }
    }
}
