namespace MlAva.Networks;

/// <summary>How a checkpoint is written; told by its content, not by its name.</summary>
public enum CheckpointFormat
{
    /// <summary>PyTorch's zip file (torch 1.6 and later).</summary>
    TorchZip,

    /// <summary>PyTorch's older stream of pickles.</summary>
    TorchLegacy,

    /// <summary>Safetensors.</summary>
    Safetensors,
}
