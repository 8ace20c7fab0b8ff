namespace MlAva.Networks;

/// <summary>
/// Which inputs each output of a convolution sees: for each axis, a table from (output, tap) to the input, −1 where it lies in the padding. The same
/// tables, turned round, say which outputs' gradients an input's gradient is made of.
/// </summary>
sealed class ConvolutionGeometry
{
    readonly (int[] Inputs, int[] Outputs)?[] _pairs;
    ConvolutionGeometry? _surrounded, _reversed;

    ConvolutionGeometry(long clips, Axis time, Axis rows, Axis columns)
    {
        (Clips, Time, Rows, Columns) = ((int)clips, time, rows, columns);
        _pairs = new (int[], int[])?[Taps];
    }

    public int Clips { get; }
    public Axis Time { get; }
    public Axis Rows { get; }
    public Axis Columns { get; }

    public int Taps => Time.Taps * Rows.Taps * Columns.Taps;

    /// <summary>Places of the output: clips × frames × rows × columns.</summary>
    public int Places => Clips * Time.Outputs * Rows.Outputs * Columns.Outputs;

    /// <summary>Places of the input.</summary>
    public int Sources => Clips * Time.Inputs * Rows.Inputs * Columns.Inputs;

    /// <summary>Every output sees the one input at its own place.</summary>
    public bool IsPointwise => Time.IsIdentity && Rows.IsIdentity && Columns.IsIdentity;

    /// <param name="shape">The kernel.</param>
    /// <param name="clips">Clips.</param>
    /// <param name="frames">Frames of a clip.</param>
    /// <param name="height">Rows of a frame.</param>
    /// <param name="width">Columns of a frame.</param>
    public static ConvolutionGeometry Of(ConvolutionShape shape, long clips, long frames, long height, long width) => new(clips,
        Axis.Forward((int)frames, shape.Kernel.T, shape.Stride.T, shape.Padding.T, shape.Dilation.T),
        Axis.Forward((int)height, shape.Kernel.H, shape.Stride.H, shape.Padding.H, shape.Dilation.H),
        Axis.Forward((int)width, shape.Kernel.W, shape.Stride.W, shape.Padding.W, shape.Dilation.W));

    /// <summary>The places of input and output that a tap connects; those in the padding are left out.</summary>
    public (int[] Inputs, int[] Outputs) Pairs(int tap)
    {
        lock (_pairs)
        {
            return _pairs[tap] ?? (_pairs[tap] = FindPairs(tap)).Value;
        }
    }

    (int[] Inputs, int[] Outputs) FindPairs(int tap)
    {
        (int rest, int kx) = Math.DivRem(tap, Columns.Taps);
        (int kt, int ky) = Math.DivRem(rest, Rows.Taps);
        List<int> inputs = [], outputs = [];
        for (int line = 0; line < Clips * Time.Outputs * Rows.Outputs; line++)
        {
            (int frame, int row) = Math.DivRem(line, Rows.Outputs);
            (int clip, int time) = Math.DivRem(frame, Time.Outputs);
            (int t, int y) = (Time.Source(time, kt), Rows.Source(row, ky));
            if ((t | y) < 0) continue;
            int start = ((clip * Time.Inputs + t) * Rows.Inputs + y) * Columns.Inputs;
            for (int column = 0; column < Columns.Outputs; column++)
            {
                if (Columns.Source(column, kx) is not (var x and >= 0)) continue;
                inputs.Add(start + x);
                outputs.Add(line * Columns.Outputs + column);
            }
        }
        return ([.. inputs], [.. outputs]);
    }

    /// <summary>Whether some outputs see rows or columns of the padding.</summary>
    public bool IsPadded => Rows.Padding > 0 || Columns.Padding > 0;

    /// <summary>The same convolution over frames that have their padding around them; the padding in time stays outside.</summary>
    public ConvolutionGeometry Surrounded() => _surrounded ??= new(Clips, Time, Rows.Surrounded(), Columns.Surrounded());

    /// <summary>The way of the gradients: its outputs are this one's inputs.</summary>
    public ConvolutionGeometry Reversed() => _reversed ??= new(Clips, Time.Reversed(), Rows.Reversed(), Columns.Reversed());

    /// <summary>One axis.</summary>
    public sealed class Axis
    {
        readonly int[] _sources;
        readonly int _dilation;

        Axis(int inputs, int outputs, int taps, int stride, int dilation, int padding, int[] sources, int[] order)
        {
            (Inputs, Outputs, Taps, Padding, _sources, Order) = (inputs, outputs, taps, padding, sources, order);
            (Stride, _dilation) = (stride, dilation);
            IsIdentity = taps == 1 && inputs == outputs && Enumerable.Range(0, outputs).All(o => sources[o] == o);
            IsWhole = [.. Enumerable.Range(0, outputs).Select(o => Enumerable.Range(0, taps).All(k => Source(o, 0) >= 0 && Source(o, k) == Source(o, 0) + k))];
        }

        public int Inputs { get; }
        public int Outputs { get; }
        public int Taps { get; }

        /// <summary>Inputs from one output's to the next's; 1 for the way of the gradients.</summary>
        public int Stride { get; }

        /// <summary>What lies before the first input and behind the last; 0 for the way of the gradients.</summary>
        public int Padding { get; }

        /// <summary>The outputs in an order that puts those together whose taps are alike.</summary>
        public int[] Order { get; }

        /// <summary>For each output, whether it sees neighbouring inputs, as many as there are taps.</summary>
        public bool[] IsWhole { get; }

        public bool IsIdentity { get; }

        /// <summary>The input that an output sees through a tap, or −1.</summary>
        public int Source(int output, int tap) => _sources[output * Taps + tap];

        public static Axis Forward(int inputs, int taps, int stride, int padding, int dilation)
        {
            int outputs = (inputs + 2 * padding - dilation * (taps - 1) - 1) / stride + 1;
            int[] sources = new int[outputs * taps];
            for (int o = 0; o < outputs; o++)
            {
                for (int k = 0; k < taps; k++)
                {
                    int i = o * stride + k * dilation - padding;
                    sources[o * taps + k] = (uint)i < (uint)inputs ? i : -1;
                }
            }
            return new(inputs, outputs, taps, stride, dilation, padding, sources, [.. Enumerable.Range(0, outputs)]);
        }

        /// <summary>The same over inputs with their padding.</summary>
        public Axis Surrounded() => Forward(Inputs + 2 * Padding, Taps, Stride, 0, _dilation);

        /// <summary>Taps are counted from the other end, so that they go through memory in the same direction.</summary>
        public Axis Reversed()
        {
            int[] sources = new int[Inputs * Taps];
            Array.Fill(sources, -1);
            for (int o = 0; o < Outputs; o++)
            {
                for (int k = 0; k < Taps; k++)
                {
                    if (Source(o, k) is var i and >= 0) sources[i * Taps + Taps - 1 - k] = o;
                }
            }
            IEnumerable<int> order = Enumerable.Range(0, Inputs);
            // Under a stride, inputs differ in which taps reach them: those alike go side by side, and the taps that reach none are left out.
            if (Stride > 1) order = order.OrderBy(i => Enumerable.Range(0, Taps).Aggregate(0L, (mask, k) => sources[i * Taps + k] < 0 ? mask : mask | 1L << k));
            return new(Outputs, Inputs, Taps, 1, 1, 0, sources, [.. order]);
        }
    }
}
