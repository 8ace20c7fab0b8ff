using MlAva.Annotations;

namespace MlAva.Configs;

/// <summary>
/// The files of a data set and how they are read. Defaults are AVA's where there are any (reference specification §1.2, §6.2).
/// </summary>
public sealed record DataOptions
{
    /// <summary>The release of AVA that the files are of, such as 2.1; null: other data.</summary>
    public string? Version { get; init; }

    /// <summary>The folder at which the other paths start. Where it is relative, it starts at the current folder.</summary>
    public string Root { get; init; } = "data/ava";

    /// <summary>The folder that holds, for each video id, a folder of frames or a video file.</summary>
    public string FramesPath { get; init; } = "rawframes";

    /// <summary>The label map: names of the classes, and which of them are evaluated.</summary>
    public string? LabelMapPath { get; init; }

    /// <summary>What is trained on.</summary>
    public DataSplitOptions Train { get; init; } = new();

    /// <summary>What is scored after every epoch.</summary>
    public DataSplitOptions Val { get; init; } = new();

    /// <summary>What is scored in the end; null: the same as <see cref="Val"/>.</summary>
    public DataSplitOptions? Test { get; init; }

    /// <summary>Proposals below this score are left out, unless none reaches it; 0 to 1.</summary>
    public double PersonScoreThreshold { get; init; } = 0.9;

    /// <summary>At most so many proposals a keyframe, the first in file order.</summary>
    public int MaxProposals { get; init; } = 1000;

    /// <summary>
    /// The action ids to keep; null: all. New class i is the i-th of the list, counted from 1. The head's number of classes is one more
    /// than there are ids.
    /// </summary>
    public IReadOnlyList<int>? CustomClasses { get; init; }

    /// <summary>What to do with actions in the gaps of the label map.</summary>
    public UnlistedActions UnlistedActions { get; init; } = UnlistedActions.Keep;

    /// <summary>Whether boxes far outside the frame are refused: they are in pixels, and would train and score as nothing.</summary>
    public bool RefusePixelBoxes { get; init; } = true;

    /// <summary>Whether boxes whose corners are in the wrong order are refused: their features are zeros.</summary>
    public bool RefuseInvertedBoxes { get; init; } = true;

    /// <summary>Whether known faults of the reference in reading data are mirrored.</summary>
    public Compatibility Compatibility { get; init; }

    /// <summary>Banks of long-term features; null: none.</summary>
    public FeatureBankFileOptions? FeatureBank { get; init; }

    /// <summary>The files of a split.</summary>
    public DataSplitOptions Of(DataSplit split) => split switch
    {
        DataSplit.Train => Train,
        DataSplit.Test => Test ?? Val,
        _ => Val,
    };

    /// <summary>A path that starts at <see cref="Root"/>, or the path itself where it is a whole one.</summary>
    public string Resolve(string path) => System.IO.Path.Combine(Root, path);

    /// <exception cref="ArgumentException">An option has an impossible value.</exception>
    public void Validate()
    {
        if (PersonScoreThreshold is not (>= 0 and <= 1))
            throw Illegal(nameof(PersonScoreThreshold), $"is {PersonScoreThreshold}", "0 to 1");
        if (MaxProposals < 1) throw Illegal(nameof(MaxProposals), $"is {MaxProposals}", "at least 1");
        if (CustomClasses is not { } custom) return;
        if (custom.Count == 0) throw Illegal(nameof(CustomClasses), $"is an empty list", "at least one action id");
        foreach (int id in custom)
        {
            if (id < 1) throw Illegal(nameof(CustomClasses), $"holds {id}", "action ids of at least 1");
            if (custom.Count(c => c == id) > 1) throw Illegal(nameof(CustomClasses), $"holds {id} twice", "each action id once");
        }
    }

    static ArgumentException Illegal(string option, FormattableString found, string expected) =>
        new($"{nameof(DataOptions)}.{option} {FormattableString.Invariant(found)}; expected {expected}.");
}
