using System.Runtime.CompilerServices;

namespace MlAva.Networks;

/// <summary>
/// A convolution of any kernel over clips that lie channels last in memory, summed up tile by tile in registers; no input is copied. Every output is
/// the sum of its own products in a fixed order, so neither threads nor batches change it.
/// </summary>
static unsafe class DirectConvolution
{
    // What a strip of tiles may have of inputs (bytes) and of table entries: inputs stay in the second-level cache while the panels of weights go by.
    const int StripBytes = 256 * 1024, StripRuns = 512, MostTiles = 64;

    // Tiles of a line from which on no tile reaches into the next line: the last one goes back and computes some places once more.
    const int WideLine = 8;

    // Weights that stay in the second-level cache beside a strip.
    const long ResidentBytes = 256 * 1024;

    /// <param name="geometry">Which inputs each output sees.</param>
    /// <param name="weights">The weights, packed for this direction.</param>
    /// <param name="input">[clips, frames, rows, columns, channels].</param>
    /// <param name="output">The same of the outputs.</param>
    /// <param name="ending">What is done to the sums; <see cref="TileEnding.AddOffset"/> leads from an output to what is added to it.</param>
    public static void Run(ConvolutionGeometry geometry, PackedWeights weights, float* input, float* output, TileEnding ending)
    {
        if (SurroundedFrames.Pay(geometry, weights.Inputs))
        {
            using SurroundedFrames frames = new(geometry, weights.Inputs, input);
            Run(frames.Geometry, weights, frames.Start, output, ending);
            return;
        }
        using FloatBuffer padding = new(weights.Inputs);
        padding.Clear();
        int width = geometry.Columns.Outputs, lineTiles = !geometry.IsPointwise && width >= WideLine * TileKernel.Places ? (width + TileKernel.Places - 1) / TileKernel.Places : 0;
        int tiles = lineTiles > 0 ? geometry.Places / width * lineTiles : (geometry.Places + TileKernel.Places - 1) / TileKernel.Places;
        int tileBytes = TileKernel.Places * weights.Inputs * sizeof(float) * geometry.Time.Taps;
        // Where every place sees whole rows of the kernel, a row is one run.
        bool isWhole = lineTiles > 0 && geometry.Columns.Taps > 1 && geometry.Columns.IsWhole.All(w => w);
        int mostRuns = isWhole ? geometry.Taps / geometry.Columns.Taps : geometry.Taps;
        int strip = Math.Max(1, Math.Min(Math.Min(StripBytes / tileBytes, StripRuns / mostRuns), MostTiles));
        Job job = new(geometry, weights, (nint)input, (nint)output, (nint)padding.Start, lineTiles, isWhole, mostRuns, ending);
        Workers.For((tiles + strip - 1) / strip, s => job.Run(s * strip, Math.Min(tiles, (s + 1) * strip)));
    }

    sealed class Job(ConvolutionGeometry geometry, PackedWeights weights, nint input, nint output, nint padding, int lineTiles, bool isWhole, int mostRuns, TileEnding ending)
    {
        readonly nint _inputSize = weights.Inputs * sizeof(float), _outputSize = weights.Outputs * sizeof(float);

        [SkipLocalsInit]
        public void Run(int first, int last)
        {
            int size = TileKernel.RunSize * mostRuns, tiles = last - first;
            nint* runs = stackalloc nint[tiles * size], outputs = stackalloc nint[tiles * TileKernel.Places];
            int* counts = stackalloc int[tiles], lengths = stackalloc int[tiles];
            for (int tile = 0; tile < tiles; tile++)
            {
                nint* own = runs + tile * size, places = outputs + tile * TileKernel.Places;
                if (isWhole && tile > 0 && (first + tile) % lineTiles > 0)
                {
                    (counts[tile], lengths[tile]) = (counts[tile - 1], lengths[tile - 1]);
                    MoveRuns(StartOf(first + tile) - StartOf(first + tile - 1), own - size, own, counts[tile], places);
                }
                else FindRuns(first + tile, own, places, out counts[tile], out lengths[tile]);
            }
            // Few weights stay in the cache, so that each place's channels can be written side by side; else one panel serves all tiles.
            if (weights.Bytes <= ResidentBytes)
            {
                for (int tile = 0; tile < tiles; tile++)
                {
                    for (int panel = 0; panel < weights.Panels; panel++) RunTile(runs + tile * size, counts[tile], lengths[tile], panel, outputs + tile * TileKernel.Places);
                }
                return;
            }
            for (int panel = 0; panel < weights.Panels; panel++)
            {
                for (int tile = 0; tile < tiles; tile++) RunTile(runs + tile * size, counts[tile], lengths[tile], panel, outputs + tile * TileKernel.Places);
            }
        }

        // Outputs move on to the next panel's channels.
        void RunTile(nint* runs, int count, int length, int panel, nint* outputs)
        {
            int channel = panel * TileKernel.Wide, width = weights.Width(panel), channels = Math.Min(width, weights.Outputs - channel);
            if (channels < width) RunPart(runs, count, length, panel, outputs, channel, channels);
            else RunWhole(runs, count, length, panel, outputs, ending.From(channel));
            for (int i = 0; i < TileKernel.Places; i++) outputs[i] += width * sizeof(float);
        }

        void RunWhole(nint* runs, int count, int length, int panel, nint* outputs, TileEnding end) =>
            TileKernel.Run(weights.Width(panel), runs, count, length, weights.Panel(panel), outputs, end);

        // Fewer channels than the panel has: into a tile aside, and from there what there is of them.
        [SkipLocalsInit]
        void RunPart(nint* runs, int count, int length, int panel, nint* outputs, int channel, int channels)
        {
            int width = weights.Width(panel);
            float* aside = stackalloc float[TileKernel.Places * TileKernel.Wide];
            nint* places = stackalloc nint[TileKernel.Places];
            for (int i = 0; i < TileKernel.Places; i++) places[i] = (nint)(aside + i * width);
            RunWhole(runs, count, length, panel, places, default);
            float* bias = ending.Bias == null ? null : ending.Bias + channel;
            for (int i = 0; i < TileKernel.Places; i++)
            {
                float* from = aside + i * width, to = (float*)outputs[i], add = (float*)(outputs[i] + ending.AddOffset);
                for (int c = 0; c < channels; c++)
                {
                    if (bias != null) from[c] += bias[c];
                    if (ending.AddOffset != 0) from[c] += add[c];
                    if (ending.Rectify && from[c] < 0) from[c] = 0;
                }
            }
            for (int i = 0; i < TileKernel.Places; i++) new Span<float>(aside + i * width, channels).CopyTo(new Span<float>((float*)outputs[i], channels));
        }

        int StartOf(int tile) => lineTiles > 0
            ? tile / lineTiles * geometry.Columns.Outputs + Math.Min(tile % lineTiles * TileKernel.Places, geometry.Columns.Outputs - TileKernel.Places)
            : tile * TileKernel.Places;

        // Further along the same line everything is the same but for the columns.
        void MoveRuns(int places, nint* from, nint* to, int count, nint* outputs)
        {
            nint step = places * geometry.Columns.Stride * _inputSize;
            for (int i = 0; i < TileKernel.Places; i++) outputs[i] = outputs[i - TileKernel.Places] + places * _outputSize;
            for (int run = 0; run < count; run++, from += TileKernel.RunSize, to += TileKernel.RunSize)
            {
                for (int i = 0; i < TileKernel.Places; i++) to[i] = from[i] + step;
                to[TileKernel.Places] = from[TileKernel.Places];
            }
        }

        void FindRuns(int tile, nint* runs, nint* outputs, out int count, out int length)
        {
            int start = StartOf(tile), width = geometry.Columns.Outputs;
            if (geometry.IsPointwise)
            {
                (count, length) = (1, weights.Inputs);
                runs[TileKernel.Places] = 0;
                nint from = input + start * _inputSize, to = output + start * _outputSize;
                int last = Math.Min(TileKernel.Places, geometry.Places - start) - 1;
                for (int i = 0; i < TileKernel.Places; i++)
                {
                    (runs[i], outputs[i]) = (from, to);
                    if (i < last) (from, to) = (from + _inputSize, to + _outputSize);
                }
            }
            else if (start % width + TileKernel.Places <= width && start + TileKernel.Places <= geometry.Places) RunsOfLine(start, runs, outputs, out count, out length);
            else RunsAnywhere(start, runs, outputs, out count, out length);
        }

        // All eight places on one line of the output: only their columns differ.
        [SkipLocalsInit]
        void RunsOfLine(int start, nint* runs, nint* outputs, out int count, out int length)
        {
            ConvolutionGeometry.Axis time = geometry.Time, rows = geometry.Rows, columns = geometry.Columns;
            Place place = Locate(start);
            nint line = output + LineOf(time.Outputs, rows.Outputs, place.Clip, place.Frame, place.Row) * columns.Outputs * _outputSize;
            bool whole = columns.Taps > 1;
            for (int i = 0; i < TileKernel.Places; i++)
            {
                int x = columns.Order[start % columns.Outputs + i];
                outputs[i] = line + x * _outputSize;
                whole &= columns.IsWhole[x];
            }
            // Where every place sees a whole row of its kernel, that row is one run.
            int columnTaps = whole ? 1 : columns.Taps;
            length = weights.Inputs * (whole ? columns.Taps : 1);
            nint* offsets = stackalloc nint[columnTaps * TileKernel.Places];
            for (int i = 0; i < TileKernel.Places; i++)
            {
                int x = columns.Order[start % columns.Outputs + i];
                for (int kx = 0; kx < columnTaps; kx++) offsets[kx * TileKernel.Places + i] = columns.Source(x, kx) is var source and >= 0 ? source * _inputSize : -1;
            }
            count = 0;
            for (int kt = 0; kt < time.Taps; kt++)
            {
                int t = time.Source(place.Frame, kt);
                if (t < 0) continue;
                for (int ky = 0; ky < rows.Taps; ky++)
                {
                    int y = rows.Source(place.Row, ky);
                    if (y < 0) continue;
                    nint source = input + LineOf(time.Inputs, rows.Inputs, place.Clip, t, y) * columns.Inputs * _inputSize;
                    for (int kx = 0; kx < columnTaps; kx++)
                    {
                        nint* own = offsets + kx * TileKernel.Places;
                        bool any = whole;
                        if (whole)
                        {
                            for (int i = 0; i < TileKernel.Places; i++) runs[i] = source + own[i];
                        }
                        else
                        {
                            for (int i = 0; i < TileKernel.Places; i++)
                            {
                                runs[i] = own[i] >= 0 ? source + own[i] : padding;
                                any |= own[i] >= 0;
                            }
                        }
                        if (!any) continue;
                        runs[TileKernel.Places] = ((kt * rows.Taps + ky) * columns.Taps + kx) * weights.Inputs;
                        runs += TileKernel.RunSize;
                        count++;
                    }
                }
            }
        }

        [SkipLocalsInit]
        void RunsAnywhere(int start, nint* runs, nint* outputs, out int count, out int length)
        {
            ConvolutionGeometry.Axis time = geometry.Time, rows = geometry.Rows, columns = geometry.Columns;
            Place* places = stackalloc Place[TileKernel.Places];
            for (int i = 0; i < TileKernel.Places; i++)
            {
                places[i] = Locate(Math.Min(start + i, geometry.Places - 1));
                Place p = places[i];
                outputs[i] = output + (LineOf(time.Outputs, rows.Outputs, p.Clip, p.Frame, p.Row) * columns.Outputs + p.Column) * _outputSize;
            }
            (count, length) = (0, weights.Inputs);
            for (int kt = 0; kt < time.Taps; kt++)
            {
                for (int ky = 0; ky < rows.Taps; ky++)
                {
                    for (int kx = 0; kx < columns.Taps; kx++)
                    {
                        bool any = false;
                        for (int i = 0; i < TileKernel.Places; i++)
                        {
                            Place p = places[i];
                            (int t, int y, int x) = (time.Source(p.Frame, kt), rows.Source(p.Row, ky), columns.Source(p.Column, kx));
                            bool inside = (t | y | x) >= 0;
                            any |= inside;
                            runs[i] = inside ? input + (LineOf(time.Inputs, rows.Inputs, p.Clip, t, y) * columns.Inputs + x) * _inputSize : padding;
                        }
                        if (!any) continue;
                        runs[TileKernel.Places] = ((kt * rows.Taps + ky) * columns.Taps + kx) * weights.Inputs;
                        runs += TileKernel.RunSize;
                        count++;
                    }
                }
            }
        }

        Place Locate(int place)
        {
            (int line, int column) = Math.DivRem(place, geometry.Columns.Outputs);
            (int frame, int row) = Math.DivRem(line, geometry.Rows.Outputs);
            (int clip, int time) = Math.DivRem(frame, geometry.Time.Outputs);
            return new(clip, geometry.Time.Order[time], geometry.Rows.Order[row], geometry.Columns.Order[column]);
        }

        static nint LineOf(int frames, int rows, int clip, int frame, int row) => ((nint)clip * frames + frame) * rows + row;

        readonly record struct Place(int Clip, int Frame, int Row, int Column);
    }
}
