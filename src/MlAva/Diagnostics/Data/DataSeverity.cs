namespace MlAva.Diagnostics;

/// <summary>How much a finding of <see cref="DataDoctor"/> matters.</summary>
public enum DataSeverity
{
    /// <summary>Looked at and as it should be.</summary>
    Fine,

    /// <summary>Worth knowing; it does not explain a failure.</summary>
    Remark,

    /// <summary>Explains why training learns nothing or why mAP is near 0.</summary>
    LikelyCause,

    /// <summary>The strict readers refuse the file, or training cannot begin.</summary>
    Broken,
}
