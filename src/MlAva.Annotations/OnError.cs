namespace MlAva.Annotations;

/// <summary>What long work does about one item that cannot be used.</summary>
public enum OnError
{
    /// <summary>It stops, with the item's error.</summary>
    Fail,

    /// <summary>It leaves the item out, counts it and reports it.</summary>
    Skip,
}
