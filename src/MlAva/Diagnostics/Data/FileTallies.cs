namespace MlAva.Diagnostics;

static class FileTallies
{
    public static DataFileTally Of(DataRole role, string path, FormTally form, KeyframeTable keys, int classes) => new(
        role.Name(), path, form.Rows, form.Usable, keys.Videos.Count, keys.Count, classes,
        double.IsFinite(form.FirstTime) ? form.FirstTime : null, double.IsFinite(form.LastTime) ? form.LastTime : null);
}
