using static TorchSharp.torch;

namespace MlAva.Networks;

/// <summary>A tensor that is to be written, whose numbers need not be in memory until then.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its numbers.</param>
/// <param name="Shape">Its sides.</param>
/// <param name="Write">Writes its numbers, little-endian, exactly as many bytes as type and shape say.</param>
sealed record SafetensorsEntry(string Name, ScalarType Type, long[] Shape, Action<Stream> Write);
