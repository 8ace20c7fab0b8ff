namespace MlAva.Transforms;

/// <summary>Settings of <see cref="MapBoxesTransformer"/>.</summary>
public sealed record MapBoxesOptions
{
    /// <summary>Whether the labelled boxes are mapped; where they are, the column <c>Boxes</c> must be there.</summary>
    public bool Boxes { get; init; } = true;

    /// <summary>Whether the proposals are mapped; where they are, the column <c>Proposals</c> must be there.</summary>
    public bool Proposals { get; init; } = true;

    /// <exception cref="ArgumentException">Nothing is mapped.</exception>
    public void Validate()
    {
        if (!Boxes && !Proposals)
        {
            throw new ArgumentException(
                $"{nameof(MapBoxesOptions)}.{nameof(Boxes)} is false; expected true, as {nameof(Proposals)} is false too.");
        }
    }
}
