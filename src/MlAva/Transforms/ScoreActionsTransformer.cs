using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MlAva.Networks;
using MlAva.Persistence;
using MlAva.Training;
using MlAva.Transforms;
using TorchSharp;
using static TorchSharp.torch;

[assembly: LoadableClass(typeof(ScoreActionsTransformer), null, typeof(SignatureLoadModel), "MlAva score actions", ScoreActionsTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(IRowMapper), typeof(ScoreActionsTransformer), null, typeof(SignatureLoadRowMapper), "MlAva score actions", ScoreActionsTransformer.LoaderSignature)]

namespace MlAva.Transforms;

/// <summary>A trained action head: <c>RoiFeatures</c> (n×D) → <c>Score</c> (n×C probabilities). Thread-safe. Holds native memory; dispose of it.</summary>
public sealed class ScoreActionsTransformer : AvaTransformer, IDisposable
{
    internal const string LoaderSignature = "MlAvaScoreActions";
    const string Weights = "Weights";
    readonly ActionHead _head;
    readonly Device _device;
    readonly Lock _gate = new();

    internal ScoreActionsTransformer(IHostEnvironment environment, ScoreActionsOptions options, ActionHead head, Device device)
        : base(environment, nameof(ScoreActionsTransformer))
    {
        Options = options;
        _head = head;
        _device = device;
        _head.to(device);
        _head.eval();
    }

    /// <summary>The settings.</summary>
    public ScoreActionsOptions Options { get; }

    internal ActionHead Head => _head;

    private protected override VersionInfo Version => MakeVersion(typeof(ScoreActionsTransformer), "AVASCORE", LoaderSignature);

    private protected override string SaveOptions() => ModelJson.Write(Options);

    /// <summary>Frees the head.</summary>
    public void Dispose()
    {
        lock (_gate) _head.Dispose();
    }

    private protected override RowBinding Bind(DataViewSchema schema)
    {
        DataViewSchema.Column features = ColumnOf.Singles(schema, AvaColumns.RoIFeatures);
        return new([features.Index], [ColumnOf.Matrix(AvaColumns.Score, ClassNameAnnotations.Build(Options.ClassNames))], row =>
        {
            Func<float[]> read = RowReader.Vector<float>(row, features);
            return [RowReader.VectorGetter(() => Score(read()))];
        });
    }

    float[] Score(float[] features)
    {
        int width = Options.Head.InputChannels;
        if (features.Length % width != 0)
            throw new ArgumentException($"Column '{AvaColumns.RoIFeatures}' holds {features.Length} numbers; expected {width} a box. The head was trained on another backbone's features.");
        if (features.Length == 0) return [];
        lock (_gate)
        {
            using var _ = no_grad();
            using DisposeScope scope = NewDisposeScope();
            // Copied into torch's own, aligned memory: over a managed array the last bits depend on where the collector put it.
            Tensor input = tensor(features, [features.Length / width, width]).clone().to(_device);
            return _head.Probabilities(_head.forward(input)).cpu().data<float>().ToArray();
        }
    }

    private protected override void SavePayload(ModelSaveContext context) => context.SaveBinaryStream(Weights, writer => Safetensors.Write(writer.BaseStream, _head.state_dict()));

    static ScoreActionsTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ScoreActionsOptions options = LoadOptions<ScoreActionsOptions>(ctx, MakeVersion(typeof(ScoreActionsTransformer), "AVASCORE", LoaderSignature));
        ActionHead head = new(options.Head);
        PayloadOf.LoadWeights(ctx, Weights, head);
        return new(env, options, head, ComputeDevice.Choose(env));
    }

    static IRowMapper Create(IHostEnvironment env, ModelLoadContext ctx, DataViewSchema inputSchema) => Create(env, ctx).MapperFor(inputSchema);
}
