namespace MlAva.Cli;

/// <summary>What becomes of keyframes whose own frame lies outside their video.</summary>
enum BeyondEnd
{
    /// <summary>They are left out, with a note, where they are no more than half.</summary>
    Skip,

    /// <summary>They are an error.</summary>
    Fail,
}
