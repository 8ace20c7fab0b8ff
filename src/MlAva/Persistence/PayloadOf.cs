using Microsoft.ML;
using MlAva.Networks;
using TorchSharp;

namespace MlAva.Persistence;

/// <summary>Reads weights out of a model.</summary>
static class PayloadOf
{
    public static void LoadWeights(ModelLoadContext context, string name, torch.nn.Module module)
    {
        bool found = context.TryLoadBinaryStream(name, reader =>
        {
            using SafetensorsContent content = Safetensors.Read(reader.BaseStream, $"model.zip:{name}");
            ModuleState.LoadStrict(module, content.Tensors, $"model.zip:{name}");
        });
        if (!found) throw new CheckpointFormatException("model.zip", $"no entry '{name}'", "the network's weights");
    }
}
