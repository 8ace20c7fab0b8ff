namespace MlAva.Diagnostics;

/// <summary>What the rows of a file look like, counted.</summary>
sealed class FormTally(string path, int examples)
{
    readonly Dictionary<RowFault, Examples> _faults = [];

    public string Path { get; } = path;

    /// <summary>Rows that are not blank.</summary>
    public long Rows { get; set; }

    /// <summary>Rows that could be understood.</summary>
    public long Usable { get; set; }

    /// <summary>Rows of two columns in annotations.</summary>
    public long EmptyKeyframes { get; set; }

    public bool HasByteOrderMark { get; set; }

    public bool IsUtf16 { get; set; }

    public (long Lf, long CrLf, long Cr) Ends { get; set; }

    /// <summary>Rows by their number of columns.</summary>
    public SortedDictionary<int, long> Widths { get; } = [];

    /// <summary>Times written as 0902, as 902 with fewer than four digits, and with a decimal point.</summary>
    public (long Padded, long Short, long Decimal) TimeForms { get; set; }

    /// <summary>Times that are no whole second.</summary>
    public Examples Fractions { get; } = new(path, examples);

    public double FirstTime { get; private set; } = double.PositiveInfinity;

    public double LastTime { get; private set; } = double.NegativeInfinity;

    public Examples Of(RowFault fault) => _faults.TryGetValue(fault, out Examples? found) ? found : new(Path, 0);

    public long Count(RowFault fault) => _faults.TryGetValue(fault, out Examples? found) ? found.Count : 0;

    public void Time(double time) => (FirstTime, LastTime) = (Math.Min(FirstTime, time), Math.Max(LastTime, time));

    public void Add(RowFault faults, long line, Func<string> text)
    {
        for (int rest = (int)faults; rest != 0; rest &= rest - 1)
        {
            RowFault fault = (RowFault)(rest & -rest);
            if (!_faults.TryGetValue(fault, out Examples? counted)) _faults[fault] = counted = new(Path, examples);
            if (counted.IsOpen) counted.Add(line, text());
            else counted.Add();
        }
    }
}
