using Microsoft.ML;
using MlAva.Networks;
using TorchSharp;

namespace MlAva.Persistence;

/// <summary>Reads weights and feature banks out of a model.</summary>
static class PayloadOf
{
    public static void LoadWeights(ModelLoadContext context, string name, torch.nn.Module module) =>
        Load(context, name, (content, source) => ModuleState.LoadStrict(module, content.Tensors, source));

    /// <summary>Reads an entry of tensors.</summary>
    /// <param name="context">The model.</param>
    /// <param name="name">The entry.</param>
    /// <param name="use">Takes what it needs; told where it is from, for messages.</param>
    public static void Load(ModelLoadContext context, string name, Action<SafetensorsContent, string> use) =>
        Load(context, name, "the network's weights", (stream, source) =>
        {
            using SafetensorsContent content = Safetensors.Read(stream, source);
            use(content, source);
        });

    public static FeatureBank LoadBank(ModelLoadContext context, string name)
    {
        FeatureBank? bank = null;
        Load(context, name, "the feature bank", (stream, source) => bank = FeatureBank.Read(stream, source));
        return bank!;
    }

    static void Load(ModelLoadContext context, string name, string expected, Action<Stream, string> read)
    {
        if (!context.TryLoadBinaryStream(name, reader => read(reader.BaseStream, $"model.zip:{name}")))
            throw new CheckpointFormatException("model.zip", $"no entry '{name}'", expected);
    }
}
