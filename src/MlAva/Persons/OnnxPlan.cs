using Microsoft.ML.OnnxRuntime;

namespace MlAva.Persons;

/// <summary>
/// What is known of a detector's file: its kind, its input's size, the names and shapes of what goes in and out. Saved with a model.
/// </summary>
sealed record OnnxPlan
{
    const int UsualSide = 640, LargeSide = 800, DetrClasses = 92;

    public required DetectorOutputs Kind { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    /// <summary>The picture's input, and its dimensions.</summary>
    public required string Input { get; init; }

    public required int[] InputShape { get; init; }

    /// <summary>The input that takes the picture's size; null: none.</summary>
    public string? SizeInput { get; init; }

    /// <summary>The outputs in the order of the kind: rows; logits, boxes; or boxes, labels, scores.</summary>
    public required string[] OutputNames { get; init; }

    /// <summary>Numbers in a row of the first output.</summary>
    public int RowWidth { get; init; }

    public static OnnxPlan Of(OnnxPersonDetectorOptions options)
    {
        if (!File.Exists(options.Model)) throw new FileNotFoundException($"{options.Model}: no such file.", options.Model);
        using InferenceSession session = Open(options.Model);
        KeyValuePair<string, NodeMetadata>[] inputs = [.. session.InputMetadata];
        KeyValuePair<string, NodeMetadata> picture = inputs.FirstOrDefault(i => i.Value.ElementDataType == Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float
            && i.Value.Dimensions is [_, _, _] or [_, _, _, _] && i.Value.Dimensions[^3] is 3 or < 1);
        if (picture.Key is null)
            throw Wrong(options, $"the inputs {Describe(inputs)}", "a picture of float32, [1, 3, H, W] or [3, H, W]", "export the detector with its usual input");
        KeyValuePair<string, NodeMetadata>[] others = [.. inputs.Where(i => i.Key != picture.Key)];
        if (others.Length > 1 || others.Any(o => o.Value.ElementDataType != Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int64))
            throw Wrong(options, $"the inputs {Describe(inputs)}", "a picture, and at most its size as int64", "export the detector without further inputs");
        OnnxPlan? plan = Outputs(session.OutputMetadata, others.Length > 0, options.Outputs);
        if (plan is null)
        {
            throw Wrong(options, $"the outputs {Describe(session.OutputMetadata)}", options.Outputs == DetectorOutputs.Automatic
                ? "those of YOLOX, DETR, RT-DETR or Faster R-CNN" : $"those of {options.Outputs}", "say which of them the outputs are, or export the detector as they do");
        }
        int[] shape = picture.Value.Dimensions;
        int side = plan.Kind is DetectorOutputs.Detr or DetectorOutputs.Boxes ? LargeSide : UsualSide;
        int width = Side(options, shape[^1], options.Width ?? options.Height, side), height = Side(options, shape[^2], options.Height ?? options.Width, side);
        return plan with
        {
            Input = picture.Key, Width = width, Height = height, InputShape = shape.Length == 3 ? [3, height, width] : [1, 3, height, width],
            SizeInput = others.Length > 0 ? others[0].Key : null,
        };
    }

    static InferenceSession Open(string path)
    {
        try
        {
            return new(path);
        }
        catch (OnnxRuntimeException e)
        {
            throw new FormatException($"{path}: no ONNX model that can be run ({e.Message.Trim()}). To mend: export or download it again.", e);
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or EntryPointNotFoundException)
        {
            throw new NotSupportedException("ONNX Runtime's native library does not load; expected that of the package Microsoft.ML.OnnxRuntime. "
                + "To mend: reference that package (or Microsoft.ML.OnnxRuntime.Gpu) in the program.", e);
        }
    }

    static int Side(OnnxPersonDetectorOptions options, int own, int? given, int usual)
    {
        if (own < 1) return given ?? usual;
        return given is null || given == own ? own
            : throw new ArgumentException(FormattableString.Invariant($"{nameof(options.Width)} or {nameof(options.Height)} is {given}; expected {own}, the size that {options.Model} takes."));
    }

    static OnnxPlan? Outputs(IReadOnlyDictionary<string, NodeMetadata> outputs, bool takesSize, DetectorOutputs asked)
    {
        string[] names = [.. outputs.Keys];
        int[] Shape(string name) => outputs[name].Dimensions;
        string? boxes = names.Where(n => Shape(n) is { Length: >= 2 } s && s[^1] == 4).OrderByDescending(n => n.Contains("box", StringComparison.OrdinalIgnoreCase)).FirstOrDefault();
        if (asked is DetectorOutputs.Automatic or DetectorOutputs.Yolox or DetectorOutputs.YoloxDecoded
            && names is [var only] && Shape(only) is { Length: 2 or 3 } rows && rows[^1] >= 6)
        {
            return Plan(asked, [only], rows[^1]);
        }
        string? labels = names.FirstOrDefault(n => outputs[n].ElementDataType == Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int64);
        if (boxes is not null && labels is not null && names.FirstOrDefault(n => n != boxes && n != labels) is { } scores
            && asked is DetectorOutputs.Automatic or DetectorOutputs.Boxes or DetectorOutputs.RtDetr)
        {
            return Plan(asked != DetectorOutputs.Automatic ? asked : takesSize ? DetectorOutputs.RtDetr : DetectorOutputs.Boxes, [boxes, labels, scores], 4);
        }
        string? logits = names.FirstOrDefault(n => n != boxes && Shape(n) is { Length: 2 or 3 } s && s[^1] > 0);
        if (boxes is null || logits is null || asked is not (DetectorOutputs.Automatic or DetectorOutputs.Detr or DetectorOutputs.RtDetr)) return null;
        DetectorOutputs kind = asked != DetectorOutputs.Automatic ? asked : Shape(logits)[^1] >= DetrClasses ? DetectorOutputs.Detr : DetectorOutputs.RtDetr;
        return Plan(kind, [logits, boxes], Shape(logits)[^1]);

        static OnnxPlan Plan(DetectorOutputs kind, string[] names, int width) =>
            new() { Kind = kind, OutputNames = names, RowWidth = width, Input = "", InputShape = [], Width = 0, Height = 0 };
    }

    static FormatException Wrong(OnnxPersonDetectorOptions options, string found, string expected, string mend) =>
        new($"{options.Model}: {found}; expected {expected}. To mend: {mend}.");

    static string Describe(IEnumerable<KeyValuePair<string, NodeMetadata>> nodes) =>
        string.Join(", ", nodes.Select(n => $"{n.Key} [{string.Join(", ", n.Value.Dimensions)}] of {n.Value.ElementDataType}"));
}
