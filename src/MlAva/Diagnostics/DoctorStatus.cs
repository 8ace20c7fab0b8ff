namespace MlAva.Diagnostics;

/// <summary>How a check of <see cref="Doctor"/> came out.</summary>
public enum DoctorStatus
{
    /// <summary>As it should be.</summary>
    Fine,

    /// <summary>Something that not every use needs is missing or scarce.</summary>
    MissingOptional,

    /// <summary>Something that every use needs does not work.</summary>
    Broken,
}
