using System.Text.Json;
using MlAva.Annotations;
using MlAva.Networks;
using TorchSharp;

namespace MlAva.Checkpoints;

/// <summary>Writes checkpoint files; a killed process leaves the last good one.</summary>
public static class CheckpointExport
{
    /// <summary>Writes a checkpoint in the format that the file's ending names: <c>.pth</c>, <c>.pt</c> or <c>.safetensors</c>.</summary>
    /// <param name="path">The file to write or replace.</param>
    /// <param name="tensors">Names and tensors, parameters and buffers, on any device: a module's <c>state_dict()</c>.</param>
    /// <param name="meta">
    /// Plain values: text, numbers, truth values, null, lists and dictionaries. Safetensors holds text only: others become JSON.
    /// </param>
    /// <param name="extra">Further entries of a PyTorch file, such as <c>optimizer</c> (see <see cref="TorchSgdState"/>).</param>
    /// <exception cref="ArgumentException">
    /// The ending is another one, or something has no place in the format; the old file stays.
    /// </exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, torch.Tensor>> tensors,
        IReadOnlyDictionary<string, object?>? meta = null, IReadOnlyDictionary<string, object?>? extra = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        switch (Path.GetExtension(path).ToLowerInvariant())
        {
            case ".pth" or ".pt":
                AtomicFile.Write(path, stream => TorchCheckpoint.Write(stream, tensors, meta, extra));
                break;
            case ".safetensors":
                if (extra is { Count: > 0 })
                    throw new ArgumentException($"Safetensors has no place for '{extra.Keys.First()}'; write a .pth.", nameof(extra));
                Dictionary<string, string>? texts =
                    meta?.ToDictionary(e => e.Key, e => e.Value as string ?? JsonSerializer.Serialize(e.Value));
                AtomicFile.Write(path, stream => Safetensors.Write(stream, tensors, texts));
                break;
            case string other:
                throw new ArgumentException($"{path} ends with '{other}'; expected .pth or .pt (PyTorch) or .safetensors.", nameof(path));
        }
    }
}
