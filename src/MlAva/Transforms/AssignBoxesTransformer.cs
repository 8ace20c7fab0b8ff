using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MlAva.Networks;
using MlAva.Persistence;
using MlAva.Training;
using MlAva.Transforms;
using MlAva.Video;

[assembly: LoadableClass(typeof(AssignBoxesTransformer), null, typeof(SignatureLoadModel), "MlAva assign boxes", AssignBoxesTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(IRowMapper), typeof(AssignBoxesTransformer), null, typeof(SignatureLoadRowMapper), "MlAva assign boxes", AssignBoxesTransformer.LoaderSignature)]

namespace MlAva.Transforms;

/// <summary>
/// Chooses the boxes that a head is trained on, ground truths and proposals that fit them tightly: <c>Clip</c>, <c>Boxes</c>, <c>Labels</c>,
/// <c>Proposals</c> → <c>Rois</c>, <c>RoiLabels</c>. Append it with <c>TransformerScope.TrainTest</c>; scoring then uses the proposals.
/// </summary>
public sealed class AssignBoxesTransformer : AvaTransformer
{
    internal const string LoaderSignature = "MlAvaAssignBoxes";
    readonly BoxAssigner _assigner;
    readonly BoxSampler _sampler;

    internal AssignBoxesTransformer(IHostEnvironment environment, AssignBoxesOptions options)
        : base(environment, nameof(AssignBoxesTransformer))
    {
        Options = options;
        _assigner = new BoxAssigner(options.Assigner);
        _sampler = new BoxSampler(options.Sampler);
    }

    /// <summary>The settings.</summary>
    public AssignBoxesOptions Options { get; }

    private protected override VersionInfo Version => MakeVersion(typeof(AssignBoxesTransformer), "AVAASSGN", LoaderSignature);

    private protected override string SaveOptions() => ModelJson.Write(Options);

    private protected override RowBinding Bind(DataViewSchema schema)
    {
        DataViewSchema.Column clip = ColumnOf.Clip(schema, AvaColumns.Clip), boxes = ColumnOf.Singles(schema, AvaColumns.Boxes);
        DataViewSchema.Column labels = ColumnOf.Singles(schema, AvaColumns.Labels), proposals = ColumnOf.Singles(schema, AvaColumns.Proposals);
        DataViewSchema.Column video = ColumnOf.Text(schema, AvaColumns.VideoId), timestamp = ColumnOf.Single(schema, AvaColumns.Timestamp);
        DataViewSchema.DetachedColumn[] outputs = [ColumnOf.Matrix(AvaColumns.RoIs), ColumnOf.Matrix(AvaColumns.RoILabels, labels.Annotations)];
        return new([clip.Index, boxes.Index, labels.Index, proposals.Index, video.Index, timestamp.Index], outputs, row =>
        {
            Func<VideoClip?> readClip = RowReader.Scalar<VideoClip?>(row, clip);
            Func<float[]> readBoxes = RowReader.Vector<float>(row, boxes), readLabels = RowReader.Vector<float>(row, labels), readProposals = RowReader.Vector<float>(row, proposals);
            Func<ReadOnlyMemory<char>> readVideo = RowReader.Scalar<ReadOnlyMemory<char>>(row, video);
            Func<float> readTimestamp = RowReader.Scalar<float>(row, timestamp);
            Func<SampledBoxes> choose = RowReader.OncePerRow(row, () =>
            {
                ClipRandom chance = RowRandom.For((ulong)Options.Seed, readVideo().Span, readTimestamp(), LoaderSignature.Length);
                return readClip() is { } given
                    ? Choose(given, readBoxes(), readLabels(), readProposals(), new Random((int)(chance.NextBits() & int.MaxValue)))
                    : new([], [], [], []);
            });
            return [RowReader.VectorGetter(() => choose().Boxes), RowReader.VectorGetter(() => choose().Labels)];
        });
    }

    SampledBoxes Choose(VideoClip clip, float[] truths, float[] labels, float[] proposals, Random random)
    {
        int count = truths.Length / 4, classes = count == 0 ? 0 : labels.Length / count;
        if (Options.DropCroppedBoxes) (truths, labels) = CroppedBoxes.Drop(truths, clip.Geometry.ToPixels(truths), labels);
        float[] candidates = ProposalColumn.Boxes(proposals);
        // Overlap is measured in the clip's pixels, as in training end to end; the result is normalised again.
        BoxAssignment assignment = _assigner.Assign(clip.Geometry.ToPixels(candidates), clip.Geometry.ToPixels(truths));
        SampledBoxes sampled = _sampler.Sample(candidates, truths, labels, classes, assignment, random);
        if (!Options.PositivesOnly) return sampled;
        int kept = sampled.Positives.Length;
        return sampled with { Boxes = sampled.Boxes[..(kept * 4)], Labels = sampled.Labels[..(kept * classes)], Negatives = [] };
    }

    static AssignBoxesTransformer Create(IHostEnvironment env, ModelLoadContext ctx) =>
        new(env, LoadOptions<AssignBoxesOptions>(ctx, MakeVersion(typeof(AssignBoxesTransformer), "AVAASSGN", LoaderSignature)));

    static IRowMapper Create(IHostEnvironment env, ModelLoadContext ctx, DataViewSchema inputSchema) => Create(env, ctx).MapperFor(inputSchema);
}
