namespace MlAva.Reporting;

/// <summary>How a <see cref="PreviewPicture"/> is laid out.</summary>
public sealed record PreviewOptions
{
    /// <summary>Examples in a row: 1 to 12. Default 3.</summary>
    public int Columns { get; init; } = 3;

    /// <summary>Width of one example in pixels: 160 to 2000. Default 320: three beside each other suit a README.</summary>
    public int Width { get; init; } = 320;

    /// <summary>Lines of text under each example at most: 1 to 20. Default 6; a last line counts what finds no room.</summary>
    public int Lines { get; init; } = 6;

    /// <summary>Score from which on a label counts as predicted, 0–1. Default 0.5.</summary>
    public double Threshold { get; init; } = 0.5;

    /// <summary>Throws when an option is outside its legal range.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and the legal range.</exception>
    public void Validate()
    {
        Check(Columns is >= 1 and <= 12, nameof(Columns), Columns, "1 to 12");
        Check(Width is >= 160 and <= 2000, nameof(Width), Width, "160 to 2000");
        Check(Lines is >= 1 and <= 20, nameof(Lines), Lines, "1 to 20");
        Check(Threshold is >= 0 and <= 1, nameof(Threshold), Threshold, "0 to 1");
    }

    static void Check(bool legal, string option, double value, string range)
    {
        if (!legal) throw new ArgumentException($"{option} is {Markup.Number(value, "R")}; it must be {range}.", option);
    }
}
