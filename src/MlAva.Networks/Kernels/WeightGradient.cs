namespace MlAva.Networks;

/// <summary>The gradient of a convolution's weights: for each tap, input channel and output channel the sum over places of input times gradient.</summary>
static unsafe class WeightGradient
{
    // Parts into which the frames of a map of few channels are divided, so that threads find work.
    const int LineParts = 4;

    /// <summary>Whether a convolution's is computed here: channels in eights or sixteens; or few inputs, whose rows of a kernel are then taken as one.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="inputs">Input channels.</param>
    /// <param name="outputs">Output channels.</param>
    public static bool Takes(ConvolutionGeometry geometry, int inputs, int outputs) =>
        (inputs % TileKernel.Half == 0 || SurroundedFrames.Pay(geometry, inputs)) && (outputs % TileKernel.Lanes == 0 || outputs == TileKernel.Half);

    /// <param name="form">The convolution's form: Winograd's gives the gradient in fewer products, too.</param>
    /// <param name="geometry">Which inputs each output sees.</param>
    /// <param name="inputs">Input channels.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="input">[clips, frames, rows, columns, inputs].</param>
    /// <param name="gradient">[clips, frames, rows, columns, outputs]: of the outputs.</param>
    /// <param name="weights">[outputs][inputs][taps]: is written.</param>
    public static void Run(ConvolutionForm form, ConvolutionGeometry geometry, int inputs, int outputs, float* input, float* gradient, float* weights)
    {
        if (inputs % TileKernel.Half != 0)
        {
            RunByRows(geometry, inputs, outputs, input, gradient, weights);
            return;
        }
        int taps = geometry.Taps;
        using FloatBuffer sums = new((long)taps * inputs * outputs);
        if (form == ConvolutionForm.Winograd4) WinogradGradient.Sum(geometry, inputs, outputs, input, gradient, sums.Start);
        else
        {
            (nint x, nint g) = ((nint)input, (nint)gradient);
            OuterProducts.Sum(taps, tap => geometry.Pairs(tap) is var (from, to) ? new(x, g, from, to) : default, inputs, outputs, geometry.Places, sums.Start, adds: false);
        }
        if (outputs < TileKernel.Lanes)
        {
            for (int output = 0; output < outputs; output++)
            {
                for (int i = 0; i < inputs * taps; i++) weights[output * inputs * taps + i] = sums.Start[(long)(i % taps * inputs + i / taps) * outputs + output];
            }
            return;
        }
        (nint start, nint end) = ((nint)sums.Start, (nint)weights);
        Workers.For(outputs / TileKernel.Lanes, lane => Gather((float*)start, taps, inputs, outputs, lane * TileKernel.Lanes, (float*)end));
    }

    // A row of the kernel over all inputs counts as the channels of one tap, in eights; what that reads too far counts for nothing. Places of a line lie close together, so they are read where they are.
    static void RunByRows(ConvolutionGeometry geometry, int inputs, int outputs, float* input, float* gradient, float* weights)
    {
        using SurroundedFrames frames = new(geometry, inputs, input);
        ConvolutionGeometry around = frames.Geometry;
        (ConvolutionGeometry.Axis time, ConvolutionGeometry.Axis rows, ConvolutionGeometry.Axis columns) = (around.Time, around.Rows, around.Columns);
        int taps = time.Taps * rows.Taps, size, length = (columns.Taps * inputs + TileKernel.Half - 1) / TileKernel.Half * TileKernel.Half;
        size = length * outputs;
        int parts = Math.Min(around.Clips * time.Outputs, LineParts);
        using FloatBuffer sums = new((long)taps * size * parts);
        sums.Clear();
        (nint from, nint above, nint start) = ((nint)frames.Start, (nint)gradient, (nint)sums.Start);
        Workers.For(taps * parts, piece =>
        {
            (int part, int tap) = Math.DivRem(piece, taps);
            (int kt, int ky) = Math.DivRem(tap, rows.Taps);
            float* target = (float*)start + (long)piece * size;
            int last = around.Clips * time.Outputs * (part + 1) / parts;
            for (int frame = around.Clips * time.Outputs * part / parts; frame < last; frame++)
            {
                (int clip, int moment) = Math.DivRem(frame, time.Outputs);
                if (time.Source(moment, kt) is not (var t and >= 0)) continue;
                for (int row = 0; row < rows.Outputs; row++)
                {
                    float* x = (float*)from + (((long)clip * time.Inputs + t) * rows.Inputs + rows.Source(row, ky)) * columns.Inputs * inputs;
                    float* g = (float*)above + ((long)frame * rows.Outputs + row) * columns.Outputs * outputs;
                    AddLine(x, columns.Stride * inputs, length, g, columns.Outputs, outputs, target);
                }
            }
        });
        float* to = weights;
        for (int output = 0; output < outputs; output++)
        {
            int panel = output / TileKernel.Wide * TileKernel.Wide, width = Math.Min(TileKernel.Wide, outputs - panel);
            for (int channel = 0; channel < inputs; channel++)
            {
                for (int tap = 0; tap < around.Taps; tap++)
                {
                    (int line, int column) = Math.DivRem(tap, columns.Taps);
                    float* sum = sums.Start + (long)line * size + (long)panel * length + (column * inputs + channel) * width + output - panel;
                    *to = 0;
                    for (int part = 0; part < parts; part++, sum += (long)taps * size) *to += *sum;
                    to++;
                }
            }
        }
    }

    // [panel][input][width] += over the places of a line.
    static void AddLine(float* x, int stride, int length, float* g, int places, int outputs, float* sums)
    {
        for (int output = 0; output < outputs; output += TileKernel.Wide)
        {
            int width = Math.Min(TileKernel.Wide, outputs - output);
            for (int input = 0; input < length; input += OuterKernel.Inputs)
            {
                int tile = Math.Min(OuterKernel.Inputs, length - input);
                OuterKernel.Run(tile, width, x + input, stride, g + output, outputs, places, sums, adds: true);
                sums += tile * width;
            }
        }
    }

    // From [tap][panel][input][width] to [output][input][tap], for 16 outputs.
    static void Gather(float* sums, int taps, int inputs, int outputs, int first, float* weights)
    {
        int panel = first / TileKernel.Wide * TileKernel.Wide, wide = Math.Min(TileKernel.Wide, outputs - panel);
        float* start = sums + (long)panel * inputs + (first - panel);
        long tapSize = (long)inputs * outputs;
        nint* lines = stackalloc nint[TileKernel.Lanes], rows = stackalloc nint[TileKernel.Lanes];
        int length = inputs * taps;
        for (int next = 0; next < length; next += TileKernel.Lanes)
        {
            // The last block goes back where the row is not a multiple of 16 long; what is written twice is the same.
            int begin = Math.Max(0, Math.Min(next, length - TileKernel.Lanes));
            for (int i = 0; i < TileKernel.Lanes; i++)
            {
                (int input, int tap) = Math.DivRem(Math.Min(begin + i, length - 1), taps);
                lines[i] = (nint)(start + tap * tapSize + (long)input * wide);
                rows[i] = (nint)(weights + (long)(first + i) * length + begin);
            }
            if (length >= TileKernel.Lanes) Transposition.Run(lines, rows);
            else
            {
                for (int i = 0; i < TileKernel.Lanes; i++)
                {
                    for (int j = 0; j < length; j++) ((float*)rows[i])[j] = ((float*)lines[j])[i];
                }
            }
        }
    }
}
