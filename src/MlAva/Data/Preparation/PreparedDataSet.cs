using MlAva.Annotations.Formats;

namespace MlAva.Preparation;

/// <summary>A data set on disk, ready to be trained on.</summary>
/// <param name="Config">The configuration: <c>config.json</c>.</param>
/// <param name="TrainingArguments">What <c>mlava train</c> takes: the set's files, rate and start of its time axis.</param>
/// <param name="ResponseFile">The same as a file for <c>mlava train @FILE</c>.</param>
/// <param name="Imported">The annotations as they came in.</param>
/// <param name="Extraction">The frames.</param>
/// <param name="Overlap">How the set's proposals cover its boxes.</param>
/// <param name="Unseen">Frames in which persons could not be looked for.</param>
public sealed record PreparedDataSet(string Config, IReadOnlyList<string> TrainingArguments, string ResponseFile, ImportedSet Imported, ExtractionReport Extraction,
    ProposalOverlap Overlap, IReadOnlyList<string> Unseen);
