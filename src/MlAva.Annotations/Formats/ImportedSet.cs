namespace MlAva.Annotations.Formats;

/// <summary>Foreign annotations as AVA's.</summary>
/// <param name="Rows">The annotation rows: by video, time and person.</param>
/// <param name="LabelMap">The classes.</param>
/// <param name="Proposals">A detector's boxes where the files hold any (SlowFast), else every box of every keyframe, with its score where the file gives one, else 1.</param>
/// <param name="Videos">What is known of each video that has a keyframe, by id.</param>
/// <param name="Report">What became of the boxes.</param>
public sealed record ImportedSet(
    IReadOnlyList<AnnotationRow> Rows, LabelMap LabelMap, Proposals Proposals, IReadOnlyDictionary<string, SourceVideo> Videos, ImportReport Report);
