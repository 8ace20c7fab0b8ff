using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>
/// RoIAlign with average pooling (He et al., "Mask R-CNN", ICCV 2017), equal to torchvision's and mmcv's kernels (reference specification
/// §3.3). A box of zero width or height gives zeros. On the CPU own vectorised loops over channels-last memory, forward and gradient; on
/// other devices two batched matrix products.
/// </summary>
public static class RoIAlign
{
    /// <summary>Pools <paramref name="features"/> over boxes.</summary>
    /// <param name="features">[N, C, H, W] float32.</param>
    /// <param name="rois">R×5 numbers: image index, x1, y1, x2, y2 in pixels of the network's input.</param>
    /// <param name="outputSize">Height and width of the grid.</param>
    /// <param name="scale">Cells per pixel, 1/16 for AVA.</param>
    /// <param name="samplingRatio">Points per bin and axis; 0: adaptive.</param>
    /// <param name="aligned">Whether pixel centres lie at half coordinates.</param>
    /// <returns>[R, C, height, width]; differentiable with respect to <paramref name="features"/>.</returns>
    /// <exception cref="ArgumentException">A shape is wrong or an image index lies outside the batch.</exception>
    public static Tensor Apply(Tensor features, ReadOnlyMemory<float> rois, (int Height, int Width) outputSize, float scale = 1f / 16, int samplingRatio = 0, bool aligned = true)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (features.dim() != 4) throw new ArgumentException($"The feature map has shape [{string.Join(", ", features.shape)}]; expected [N, C, H, W].", nameof(features));
        if (rois.Length % 5 != 0) throw new ArgumentException($"There are {rois.Length} numbers; expected five a RoI (image, x1, y1, x2, y2).", nameof(rois));
        Plan plan = new(features.shape, rois.Span, outputSize, scale, samplingRatio, aligned);
        if (plan.Count == 0) return zeros([0, features.shape[1], outputSize.Height, outputSize.Width], dtype: features.dtype, device: features.device);
        return features.device_type == DeviceType.CPU && features.dtype == ScalarType.Float32 ? CpuFunction.apply(features, plan) : Product(features, plan);
    }

    /// <summary>Both axes as dense interpolation matrices: [R,1,h,H] × [R,C,H,W] × [R,1,W,w]. Autograd comes for free.</summary>
    static Tensor Product(Tensor features, Plan plan)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = tensor(plan.RowWeights, [plan.Count, 1, plan.BinRows, plan.Height]).to(features.dtype, features.device);
        Tensor columns = tensor(plan.ColumnWeights, [plan.Count, 1, plan.BinColumns, plan.Width]).to(features.dtype, features.device);
        Tensor perRoI = features.index_select(0, tensor(plan.Images, ScalarType.Int64, features.device));
        return rows.matmul(perRoI).matmul(columns.transpose(2, 3)).MoveToOuterDisposeScope();
    }

    /// <summary>Everything that depends on boxes alone; forward and gradient share it.</summary>
    sealed class Plan
    {
        public Plan(long[] shape, ReadOnlySpan<float> rois, (int Height, int Width) bins, float scale, int samplingRatio, bool aligned)
        {
            (Shape, BinRows, BinColumns, Count) = (shape, bins.Height, bins.Width, rois.Length / 5);
            (Height, Width) = ((int)shape[2], (int)shape[3]);
            Images = new long[Count];
            RowWeights = new float[Count * BinRows * Height];
            ColumnWeights = new float[Count * BinColumns * Width];
            (Rows, Columns) = (new (int, int)[Count * BinRows], new (int, int)[Count * BinColumns]);
            RoIGrid rowGrid = new(BinRows, Height, samplingRatio, aligned), columnGrid = new(BinColumns, Width, samplingRatio, aligned);
            float offset = aligned ? 0.5f : 0;
            for (int r = 0; r < Count; r++)
            {
                ReadOnlySpan<float> roi = rois.Slice(r * 5, 5);
                Images[r] = (long)roi[0];
                if (Images[r] < 0 || Images[r] >= shape[0])
                    throw new ArgumentException($"RoI {r} belongs to image {roi[0]}; the batch has images 0 to {shape[0] - 1}.", nameof(rois));
                rowGrid.Fill(roi[2] * scale - offset, roi[4] * scale - offset, RowWeights.AsSpan(r * BinRows * Height, BinRows * Height), Rows.AsSpan(r * BinRows, BinRows));
                columnGrid.Fill(roi[1] * scale - offset, roi[3] * scale - offset, ColumnWeights.AsSpan(r * BinColumns * Width, BinColumns * Width), Columns.AsSpan(r * BinColumns, BinColumns));
            }
        }

        public long[] Shape { get; }
        public int BinRows { get; }
        public int BinColumns { get; }
        public int Count { get; }
        public int Height { get; }
        public int Width { get; }
        public int Channels => (int)Shape[1];
        public long[] Images { get; }
        public float[] RowWeights { get; }
        public float[] ColumnWeights { get; }
        public (int First, int Count)[] Rows { get; }
        public (int First, int Count)[] Columns { get; }
    }

    sealed class CpuFunction : autograd.SingleTensorFunction<CpuFunction>
    {
        [ThreadStatic]
        static Tensor? _returned;

        public override string Name => "mlava_roi_align";

        public static Tensor apply(Tensor features, Plan plan) => autograd.SingleTensorFunction<CpuFunction>.apply(features, plan);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            Tensor features = (Tensor)vars[0];
            Plan plan = (Plan)vars[1];
            ctx.save_data(nameof(Plan), plan);
            using DisposeScope scope = NewDisposeScope();
            Tensor source = features.permute(0, 2, 3, 1).contiguous();
            Tensor output = empty([plan.Count, plan.BinRows, plan.BinColumns, plan.Channels]);
            Gather(plan, MemoryMarshal.Cast<byte, float>(source.bytes), MemoryMarshal.Cast<byte, float>(output.bytes));
            return output.permute(0, 3, 1, 2).MoveToOuterDisposeScope();
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            Plan plan = (Plan)ctx.get_data(nameof(Plan));
            using DisposeScope scope = NewDisposeScope();
            Tensor incoming = grad_output.permute(0, 2, 3, 1).contiguous();
            Tensor gradient = zeros([plan.Shape[0], plan.Height, plan.Width, plan.Channels]);
            Scatter(plan, MemoryMarshal.Cast<byte, float>(incoming.bytes), MemoryMarshal.Cast<byte, float>(gradient.bytes));
            // TorchSharp leaves both tensors to the finalizer, and could lose the returned one to it before native code has taken it over.
            grad_output.Dispose();
            _returned?.Dispose();
            _returned = gradient.permute(0, 3, 1, 2).DetachFromDisposeScope();
            return [_returned, null!];
        }
    }

    static unsafe void Gather(Plan plan, ReadOnlySpan<float> features, Span<float> output)
    {
        fixed (float* from = features, to = output)
        {
            (nint source, nint target) = ((nint)from, (nint)to);
            Parallel.For(0, plan.Count, r =>
            {
                int channels = plan.Channels, rows = plan.BinRows, columns = plan.BinColumns;
                float* image = (float*)source + plan.Images[r] * plan.Height * plan.Width * channels;
                float* cells = (float*)target + (long)r * rows * columns * channels;
                new Span<float>(cells, rows * columns * channels).Clear();
                float[] rented = ArrayPool<float>.Shared.Rent(plan.Width * channels);
                fixed (float* line = rented)
                {
                    for (int row = 0; row < rows; row++, cells += columns * channels)
                    {
                        // The rows of the bin first, added up into one line of cells, then its columns.
                        (int y, int height) = plan.Rows[r * rows + row];
                        (int left, int right) = Extent(plan, r);
                        if (height == 0 || right <= left) continue;
                        new Span<float>(line + (long)left * channels, (right - left) * channels).Clear();
                        for (int i = 0; i < height; i++)
                        {
                            float weight = plan.RowWeights[(r * rows + row) * plan.Height + y + i];
                            AddScaled(image + ((long)(y + i) * plan.Width + left) * channels, weight, line + (long)left * channels, (right - left) * channels);
                        }
                        for (int column = 0; column < columns; column++)
                        {
                            (int x, int width) = plan.Columns[r * columns + column];
                            for (int i = 0; i < width; i++)
                            {
                                float weight = plan.ColumnWeights[(r * columns + column) * plan.Width + x + i];
                                AddScaled(line + (long)(x + i) * channels, weight, cells + (long)column * channels, channels);
                            }
                        }
                    }
                }
                ArrayPool<float>.Shared.Return(rented);
            });
        }
    }

    static unsafe void Scatter(Plan plan, ReadOnlySpan<float> incoming, Span<float> gradient)
    {
        fixed (float* from = incoming, to = gradient)
        {
            (nint source, nint target) = ((nint)from, (nint)to);
            // One image's RoIs add into the same cells, so they go one after another: the sum's order, and so its bits, never change.
            Parallel.ForEach(Enumerable.Range(0, plan.Count).GroupBy(r => plan.Images[r]), rois =>
            {
                int channels = plan.Channels, rows = plan.BinRows, columns = plan.BinColumns;
                float* image = (float*)target + rois.Key * plan.Height * plan.Width * channels;
                float[] rented = ArrayPool<float>.Shared.Rent(plan.Width * channels);
                fixed (float* line = rented)
                {
                    foreach (int r in rois)
                    {
                        float* cells = (float*)source + (long)r * rows * columns * channels;
                        (int left, int right) = Extent(plan, r);
                        for (int row = 0; row < rows; row++, cells += columns * channels)
                        {
                            (int y, int height) = plan.Rows[r * rows + row];
                            if (height == 0 || right <= left) continue;
                            new Span<float>(line + (long)left * channels, (right - left) * channels).Clear();
                            for (int column = 0; column < columns; column++)
                            {
                                (int x, int width) = plan.Columns[r * columns + column];
                                for (int i = 0; i < width; i++)
                                {
                                    float weight = plan.ColumnWeights[(r * columns + column) * plan.Width + x + i];
                                    AddScaled(cells + (long)column * channels, weight, line + (long)(x + i) * channels, channels);
                                }
                            }
                            for (int i = 0; i < height; i++)
                            {
                                float weight = plan.RowWeights[(r * rows + row) * plan.Height + y + i];
                                AddScaled(line + (long)left * channels, weight, image + ((long)(y + i) * plan.Width + left) * channels, (right - left) * channels);
                            }
                        }
                    }
                }
                ArrayPool<float>.Shared.Return(rented);
            });
        }
    }

    /// <summary>The cells that any column of a RoI reads.</summary>
    static (int Left, int Right) Extent(Plan plan, int roi)
    {
        int left = plan.Width, right = 0;
        foreach ((int first, int count) in plan.Columns.AsSpan(roi * plan.BinColumns, plan.BinColumns))
        {
            if (count == 0) continue;
            left = Math.Min(left, first);
            right = Math.Max(right, first + count);
        }
        return (left, right);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static unsafe void AddScaled(float* source, float weight, float* target, int length)
    {
        Vector<float> factor = new(weight);
        int i = 0;
        for (; i <= length - Vector<float>.Count; i += Vector<float>.Count)
            Unsafe.WriteUnaligned(target + i, Unsafe.ReadUnaligned<Vector<float>>(target + i) + Unsafe.ReadUnaligned<Vector<float>>(source + i) * factor);
        for (; i < length; i++) target[i] += source[i] * weight;
    }
}
