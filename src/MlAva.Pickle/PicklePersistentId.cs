namespace MlAva.Pickle;

/// <summary>Stands for an object kept outside the pickle (torch keeps the bytes of a tensor so); written as BINPERSID.</summary>
/// <param name="id">What names the object; torch uses a tuple <c>('storage', type, key, device, count)</c>.</param>
public sealed class PicklePersistentId(object? id)
{
    /// <summary>What names the object.</summary>
    public object? Id { get; } = id;
}
