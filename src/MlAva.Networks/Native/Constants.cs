using TorchSharp;

namespace MlAva.Networks;

/// <summary>
/// Scalars that live as long as the program. TorchSharp turns a number argument into a temporary <see cref="Scalar"/> whose finalizer may free it
/// while native code still reads it (seen: rare wrong types, and wrong numbers in silence). So no number goes to a tensor operation by implicit
/// conversion here: constants come from this class, others are held in a <c>using</c> until the operation is over.
/// </summary>
static class Constants
{
    public static Scalar One { get; } = 1;
}
