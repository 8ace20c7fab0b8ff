namespace MlAva.Networks;

/// <summary>One preparation of a detector: its options, and what its convolutions chose.</summary>
sealed class Preparation
{
    readonly Dictionary<Key, ConvolutionForm> _given = [];
    readonly List<InferencePlanEntry> _chosen = [];

    public Preparation(InferenceOptions options)
    {
        Options = options;
        foreach (InferencePlanEntry entry in options.Plan?.Entries ?? []) _given[new(entry.Layer, entry.Clips, entry.Frames, entry.Height, entry.Width)] = entry.Form;
    }

    public InferenceOptions Options { get; }

    public bool Measures => Options is { Measure: true, Plan: null };

    public InferencePlan Plan => new([.. _chosen]);

    public ConvolutionForm? Given(string layer, ConvolutionGeometry g) =>
        _given.TryGetValue(new(layer, g.Clips, g.Time.Inputs, g.Rows.Inputs, g.Columns.Inputs), out ConvolutionForm form) ? form : null;

    public void Add(string layer, ConvolutionGeometry g, ConvolutionForm form, double? milliseconds, double gigaFlop) =>
        _chosen.Add(new(layer, g.Clips, g.Time.Inputs, g.Rows.Inputs, g.Columns.Inputs, form, milliseconds, gigaFlop));

    readonly record struct Key(string Layer, int Clips, int Frames, int Height, int Width);
}
