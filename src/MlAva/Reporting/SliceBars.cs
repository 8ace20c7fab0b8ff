namespace MlAva.Reporting;

/// <summary>One bar of mAP for each part of the data.</summary>
static class SliceBars
{
    /// <summary>Adds the bars.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="title">What the parts are parts of.</param>
    /// <param name="unit">What the counts count; empty where there are none.</param>
    /// <param name="rows">Name, mAP, count; NaN where mAP is undefined.</param>
    public static void Add(Markup to, string title, string unit, IEnumerable<(string Name, double Value, int Count)> rows)
    {
        bool counts = unit.Length > 0;
        to.Add($"<table class=\"bars parts\"><thead><tr><th>{title}</th>").If(counts, m => m.Add($"<th class=\"num truths\">{unit}</th>"));
        to.Add($"<th class=\"scale\"><span>0</span><span>0.5</span><span>1</span></th><th class=\"num\">mAP</th></tr></thead><tbody>");
        foreach ((string name, double value, int count) in rows)
        {
            to.Add($"<tr><th scope=\"row\">{name}</th>").If(counts, m => m.Add($"<td class=\"num truths\">{count:N0}</td>"));
            to.Add($"<td class=\"track\"><div>").If(value > 0, m => m.Add($"<i class=\"clip\" style=\"width:{value * 100}%\"></i>"));
            to.Add($"</div></td><td class=\"num ap\">{value:F3}</td></tr>");
        }
        to.Add($"</tbody></table>");
    }
}
