namespace MlAva.Diagnostics;

/// <summary>What is odd about a row; several may hold at once.</summary>
[Flags]
enum RowFault
{
    None = 0,

    /// <summary>No number where the time, a coordinate, the action or the score should be, but names of columns.</summary>
    Header = 1 << 0,

    /// <summary>Too few or too many columns.</summary>
    Width = 1 << 1,

    /// <summary>Columns kept apart by another sign than in most rows.</summary>
    Separator = 1 << 2,

    /// <summary>Quotes around a cell.</summary>
    Quotes = 1 << 3,

    /// <summary>A quote that is not closed in its line.</summary>
    OpenQuote = 1 << 4,

    /// <summary>No video id.</summary>
    EmptyVideo = 1 << 5,

    /// <summary>Blanks around the video id, which belong to it for every reader.</summary>
    PaddedVideo = 1 << 6,

    /// <summary>A cell that should be a number and is none.</summary>
    NotANumber = 1 << 7,

    /// <summary>NaN or infinite.</summary>
    NotFinite = 1 << 8,

    /// <summary>A time below 0.</summary>
    NegativeTime = 1 << 9,

    /// <summary>0,5 in place of 0.5.</summary>
    DecimalComma = 1 << 10,

    /// <summary>A number with an underscore in it.</summary>
    Underscore = 1 << 11,

    /// <summary>A box without an action.</summary>
    EmptyAction = 1 << 12,

    /// <summary>A class's name in place of its id.</summary>
    NamedAction = 1 << 13,

    /// <summary>An id such as 12.0.</summary>
    DecimalAction = 1 << 14,

    /// <summary>A keyframe with nobody in it, written with empty cells in place of two columns.</summary>
    EmptyCells = 1 << 15,
}
