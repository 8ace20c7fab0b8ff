using System.Globalization;

namespace MlAva.Diagnostics;

/// <summary>Turns the keyframes of one file into those of the annotations.</summary>
/// <param name="Videos">The annotations' id for every video id that is spelled otherwise.</param>
/// <param name="Scale">Multiplies times.</param>
/// <param name="Offset">Seconds added to times, after the scale.</param>
/// <param name="Rounds">Whether times are rounded to whole seconds, at last.</param>
sealed record KeyMap(IReadOnlyDictionary<string, string> Videos, double Scale = 1, double Offset = 0, bool Rounds = false)
{
    public static KeyMap Identity { get; } = new(new Dictionary<string, string>());

    public bool ChangesTimes => Scale != 1 || Offset != 0 || Rounds;

    public bool IsIdentity => Videos.Count == 0 && !ChangesTimes;

    public string VideoOf(string video) => Videos.Count == 0 ? video : Videos.GetValueOrDefault(video, video);

    public double TimeOf(double time)
    {
        if (!ChangesTimes) return time;
        double mapped = time * Scale + Offset;
        // A product of decimal numbers is hardly ever the decimal number meant: microseconds are.
        return Rounds ? Math.Round(mapped) : Math.Round(mapped * 1e6) / 1e6;
    }

    /// <summary>What is done to times, in words.</summary>
    public string DescribeTimes()
    {
        List<string> steps = [];
        if (Scale != 1) steps.Add(Scale < 1 ? $"divided by {Number(1 / Scale)}" : $"multiplied by {Number(Scale)}");
        if (Offset != 0) steps.Add($"shifted by {(Offset > 0 ? "+" : "")}{Number(Offset)} s");
        if (Rounds) steps.Add("rounded to whole seconds");
        return string.Join(" and ", steps);
    }

    /// <summary>The same as an awk expression for column 2.</summary>
    public string ToAwk()
    {
        string time = "$2";
        if (Scale != 1) time = Scale < 1 ? $"{time}/{Number(1 / Scale)}" : $"{time}*{Number(Scale)}";
        if (Offset != 0) time += $"{(Offset > 0 ? "+" : "")}{Number(Offset)}";
        return Rounds ? $"$2=int({time}+0.5)" : $"$2={time}";
    }

    static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
