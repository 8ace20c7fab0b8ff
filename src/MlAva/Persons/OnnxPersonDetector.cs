using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Onnx;
using MlAva.Annotations;
using MlAva.Video;

namespace MlAva.Persons;

/// <summary>
/// Finds persons with an ONNX model (YOLOX, DETR, RT-DETR, Faster R-CNN) that ML.NET's <see cref="OnnxTransformer"/> runs. The program
/// that uses it
/// references a package with ONNX Runtime's native library, such as <c>Microsoft.ML.OnnxRuntime</c>.
/// </summary>
public sealed class OnnxPersonDetector : IPersonDetector
{
    readonly OnnxInput _input;
    readonly DataViewRow _output;
    readonly Delegate[] _getters;
    readonly Lock _lock = new();

    /// <summary>Loads a model.</summary>
    /// <param name="options">The file, and what its outputs mean.</param>
    /// <param name="context">Tells the GPU (<see cref="MLContext.GpuDeviceId"/>); null: the CPU.</param>
    /// <exception cref="ArgumentException">An option is out of range, or is not what the model takes.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="FormatException">The file is no ONNX model, or not one of a detector that is known.</exception>
    /// <exception cref="NotSupportedException">ONNX Runtime's native library does not load.</exception>
    public OnnxPersonDetector(OnnxPersonDetectorOptions options, MLContext? context = null)
        : this(Checked(options), OnnxPlan.Of(options), plan => Load(options, plan, context ?? new MLContext()))
    {
    }

    internal OnnxPersonDetector(OnnxPersonDetectorOptions options, OnnxPlan plan, Func<OnnxPlan, OnnxTransformer> transformer)
    {
        (Options, Plan) = (options, plan);
        Transformer = transformer(plan);
        _input = new(plan);
        IRowToRowMapper mapper = ((ITransformer)Transformer).GetRowToRowMapper(_input.Schema);
        DataViewSchema.Column[] columns = [.. plan.OutputNames.Select(n => mapper.OutputSchema[n])];
        _output = mapper.GetRow(_input, columns);
        _getters = [.. columns.Select(GetterOf)];
    }

    /// <summary>The settings.</summary>
    public OnnxPersonDetectorOptions Options { get; }

    /// <summary>What the model's outputs are taken for.</summary>
    public DetectorOutputs Outputs => Plan.Kind;

    internal OnnxPlan Plan { get; }

    internal OnnxTransformer Transformer { get; }

    /// <inheritdoc/>
    public KeyframeProposals Detect(IFrameStore frames, int index, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(frames);
        return Detect(frames.Read([index], cancellation));
    }

    /// <summary>Finds the persons of a picture.</summary>
    /// <param name="frame">A clip of one frame.</param>
    /// <returns>Boxes normalised to 0–1 with scores of 0 to 1, the best first.</returns>
    public KeyframeProposals Detect(VideoClip frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        bool isYolox = Plan.Kind is DetectorOutputs.Automatic or DetectorOutputs.Yolox or DetectorOutputs.YoloxDecoded;
        FrameSize input = new(Plan.Width, Plan.Height);
        FramePlacement placement = FramePlacement.Of(frame.Size, input,
            Options.Fit ?? (Plan.Kind is DetectorOutputs.Detr or DetectorOutputs.RtDetr ? FrameFit.Stretch : FrameFit.TopLeft));
        PixelScaling scaling = Options.Scaling ?? (isYolox ? PixelScaling.Bytes : Plan.Kind == DetectorOutputs.Detr ? PixelScaling.ImageNet : PixelScaling.Unit);
        float[] tensor = placement.ToTensor(frame, scaling, Options.Bgr ?? isYolox);
        Array[] outputs = Run(tensor);
        int person = Options.PersonClass ?? (Plan.Kind is DetectorOutputs.Detr or DetectorOutputs.Boxes ? 1 : 0);
        if (isYolox || outputs.Length == 2) CheckClass(person, isYolox ? Plan.RowWidth - 5 : Plan.RowWidth);
        List<(Box Box, double Score)> found = outputs switch
        {
            [float[] rows] => OnnxOutputs.Yolox(rows, Plan.RowWidth, input,
                Plan.Kind switch { DetectorOutputs.Yolox => false, DetectorOutputs.YoloxDecoded => true, _ => null }, person),
            [float[] logits, float[] boxes] => OnnxOutputs.Queries(logits, boxes, input, Plan.Kind == DetectorOutputs.Detr, person),
            [float[] boxes, long[] labels, float[] scores] => OnnxOutputs.Labelled(boxes, labels, scores, person),
            _ => throw new FormatException($"{Options.Model}: outputs of other types than its kind has; expected float32, and int64 for labels. To mend: export the detector again."),
        };
        (Box Box, double Score)[] good = [.. found.Where(f => f.Score >= Options.ScoreThreshold).Select(f => (placement.ToFrame(f.Box), Math.Min(1, f.Score)))];
        int[] kept = [.. NonMaximumSuppression.Keep([.. good.Select(g => g.Box)], [.. good.Select(g => g.Score)], Options.NmsIoU).Take(Options.MaxBoxes)];
        return new(Array.ConvertAll(kept, k => good[k].Box), Array.ConvertAll(kept, k => good[k].Score));
    }

    /// <summary>Closes the model.</summary>
    public void Dispose()
    {
        _output.Dispose();
        Transformer.Dispose();
    }

    void CheckClass(int person, int classes)
    {
        if (person >= classes)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"{nameof(Options.PersonClass)} is {person}; expected 0 to {classes - 1}, as {Options.Model} has {classes} classes."));
        }
    }

    Array[] Run(float[] tensor)
    {
        lock (_lock)
        {
            _input.Set(tensor);
            return [.. _getters.Select(g => g switch
            {
                ValueGetter<VBuffer<float>> floats => (Array)Values(floats),
                ValueGetter<VBuffer<long>> longs => Values(longs),
                _ => Array.Empty<byte>(),
            })];
        }
    }

    static T[] Values<T>(ValueGetter<VBuffer<T>> getter)
    {
        VBuffer<T> buffer = default;
        getter(ref buffer);
        return [.. buffer.DenseValues()];
    }

    Delegate GetterOf(DataViewSchema.Column column) => column.Type is VectorDataViewType { ItemType.RawType: { } type }
        ? type == typeof(float) ? _output.GetGetter<VBuffer<float>>(column)
            : type == typeof(long) ? _output.GetGetter<VBuffer<long>>(column) : () => { }
        : () => { };

    static OnnxPersonDetectorOptions Checked(OnnxPersonDetectorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return options;
    }

    static OnnxTransformer Load(OnnxPersonDetectorOptions options, OnnxPlan plan, MLContext context)
    {
        Dictionary<string, int[]> shapes = new() { [plan.Input] = plan.InputShape };
        if (plan.SizeInput is { } size) shapes[size] = [1, 2];
        return context.Transforms.ApplyOnnxModel(plan.OutputNames, [.. shapes.Keys], options.Model, shapes, context.GpuDeviceId, context.FallbackToCpu, recursionLimit: 100)
            .Fit(new EmptyDataView(context, new OnnxInput(plan).Schema));
    }
}
