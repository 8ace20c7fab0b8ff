using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace MlAva.Cli;

/// <summary>How far work is, on standard error: a bar where that is a terminal, else a line now and then.</summary>
sealed class ConsoleProgress
{
    static readonly TimeSpan Shortest = TimeSpan.FromSeconds(5), Longest = TimeSpan.FromSeconds(30);
    readonly Terminal _terminal;
    readonly string _title;
    readonly ProgressTask? _task;
    readonly Stopwatch _sinceLine = Stopwatch.StartNew(), _clock = Stopwatch.StartNew();
    int _tenth;

    ConsoleProgress(Terminal terminal, string title, ProgressTask? task) => (_terminal, _title, _task) = (terminal, title, task);

    /// <summary>Does the work and shows how far it is.</summary>
    public static T Run<T>(Terminal terminal, string title, Func<ConsoleProgress, T> work)
    {
        if (!terminal.ShowsBars) return work(new(terminal, title, null));
        return terminal.Log.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .Start(context => work(new(terminal, title, context.AddTask(Markup.Escape(title), maxValue: 1))));
    }

    /// <summary>Tells how far the work is.</summary>
    /// <param name="share">0–1; NaN where the end is not known.</param>
    /// <param name="text">What there is to say.</param>
    public void Report(double share, string text)
    {
        if (_task is not null)
        {
            _task.IsIndeterminate = double.IsNaN(share);
            _task.Value = double.IsNaN(share) ? 0 : share;
            _task.Description = Markup.Escape($"{_title}: {text}");
            return;
        }
        int tenth = double.IsNaN(share) ? 0 : (int)(share * 10 + 1e-9);
        if (_sinceLine.Elapsed < Shortest || (tenth <= _tenth && _sinceLine.Elapsed < Longest)) return;
        _tenth = tenth;
        Line(double.IsNaN(share) ? $"{_title}: {text}"
            : string.Create(CultureInfo.InvariantCulture, $"{_title}: {share * 100:F0} %, {text}"));
    }

    /// <summary>Tells how many items are done, at which rate, and how long the rest will take.</summary>
    /// <param name="done">Items done.</param>
    /// <param name="total">Items in all.</param>
    /// <param name="what">What they are, in the plural.</param>
    /// <param name="before">How many of those done an earlier run did: they say nothing about the rate.</param>
    public void Report(long done, long total, string what, long before = 0)
    {
        double rate = (done - before) / Math.Max(1e-9, _clock.Elapsed.TotalSeconds);
        string left = done == before ? "" : string.Create(CultureInfo.InvariantCulture,
            $", {rate:0.0##} a second, {Time(TimeSpan.FromSeconds(Math.Max(0, total - done) / rate))} left");
        Report((double)done / Math.Max(1, total), string.Create(CultureInfo.InvariantCulture, $"{done} of {total} {what}{left}"));
    }

    /// <summary>For example <c>1:02:03</c>.</summary>
    public static string Time(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time:mm\\:ss}");

    /// <summary>Writes a line that stays.</summary>
    public void Line(string text)
    {
        _sinceLine.Restart();
        // On a terminal, through the console that moves the bar, which steps aside for the line.
        if (_task is not null) _terminal.Log.WriteLine(text);
        else Terminal.Note(text);
    }

    /// <summary>Counts the items that pass.</summary>
    /// <param name="items">The items.</param>
    /// <param name="what">What they are, in the plural.</param>
    /// <param name="every">How many pass between two reports.</param>
    public IEnumerable<T> Count<T>(IEnumerable<T> items, string what, int every = 1 << 14)
    {
        long count = 0;
        foreach (T item in items)
        {
            yield return item;
            if (++count % every == 0) Report(double.NaN, string.Create(CultureInfo.InvariantCulture, $"{count:N0} {what}"));
        }
    }
}
