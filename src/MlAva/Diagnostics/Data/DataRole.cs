namespace MlAva.Diagnostics;

/// <summary>What a file of a data set is for.</summary>
enum DataRole
{
    Annotations,
    Detections,
    Proposals,
    Exclusions,
    Validation,
}

static class DataRoles
{
    /// <summary>As the options of the command line call it, without the dashes.</summary>
    public static string Name(this DataRole role) => role switch
    {
        DataRole.Annotations => "annotations",
        DataRole.Detections => "detections",
        DataRole.Proposals => "proposals",
        DataRole.Exclusions => "exclusions",
        _ => "validation annotations",
    };

    /// <summary>Whether a row of so many columns can be meant.</summary>
    public static bool IsLegalWidth(this DataRole role, int columns) => role switch
    {
        DataRole.Detections => columns is 7 or 8 or 9,
        DataRole.Proposals => columns is 6 or 7 or 8 or 9,
        DataRole.Exclusions => columns == 2,
        _ => columns is 2 or 7 or 8,
    };

    /// <summary>The columns in words.</summary>
    public static string Columns(this DataRole role) => role switch
    {
        DataRole.Detections => "8 columns (video, seconds, x1, y1, x2, y2, action, score)",
        DataRole.Proposals => "8 columns (video, seconds, x1, y1, x2, y2, nothing, score), or 6 without scores",
        DataRole.Exclusions => "2 columns (video, seconds)",
        _ => "8 columns (video, seconds, x1, y1, x2, y2, action, person)",
    };
}
