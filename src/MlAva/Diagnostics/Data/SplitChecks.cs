
namespace MlAva.Diagnostics;

/// <summary>Whether the two splits are apart.</summary>
static class SplitChecks
{
    public static void Look(ExaminedSet set, FindingList found)
    {
        if (set.Validation is not { } other || other.Keys.Count == 0) return;
        string[] videos = [.. other.Keys.Videos.Where(set.Truth.Keys.HasVideo)];
        int keyframes = Enumerable.Range(0, other.Keys.Count)
            .Select(i => other.Keys[i]).Count(k => set.Truth.Keys.Contains(k.VideoId, k.Timestamp));
        if (videos.Length == 0)
        {
            found.Add(new()
            {
                Severity = DataSeverity.Fine, Code = "splits-apart", File = other.Path, Counts = [("videos", other.Keys.Videos.Count)],
                Sentence = $"none of the {other.Keys.Videos.Count} videos of the validation annotations is in the annotations",
            });
        }
        else
        {
            found.Add(new()
            {
                Severity = DataSeverity.Remark, Code = "splits-overlap", File = other.Path, Likelihood = 0.1,
                Sentence = $"{FindingList.Part(videos.Length, other.Keys.Videos.Count)} videos of the validation annotations are also "
                    + "in the annotations, "
                    + $"with {FindingList.Part(keyframes, other.Keys.Count)} keyframes: what a model has seen flatters its mAP",
                Counts = [("videos", videos.Length), ("of", other.Keys.Videos.Count), ("keyframes", keyframes),
                    ("ofKeyframes", other.Keys.Count)],
                Evidence = [.. videos.Take(set.Options.EvidenceRows)
                    .Select(v => new DataEvidence(other.Path, other.Keys.LineOf(v), $"'{v}'"))],
                Mend = "split by video: no video in both files",
            });
        }
        int[] unknown = [.. other.Classes.Ids.Where(id => set.Truth.Classes[id] == 0)];
        if (unknown.Length == 0) return;
        found.Add(new()
        {
            Severity = DataSeverity.Remark, Code = "classes-untrained", File = other.Path, Likelihood = 0.12,
            Sentence = $"{FindingList.Part(unknown.Length, other.Classes.Ids.Count)} classes of the validation annotations never occur "
                + $"in the annotations ({string.Join(", ", unknown.Take(5))}): a model cannot learn them",
            Counts = [("classes", unknown.Length)], Evidence = other.Classes.FirstOf(id => unknown.Contains(id), set.Options.EvidenceRows),
            Mend = "move videos with these classes to the training split, or leave the classes out",
        });
    }
}
