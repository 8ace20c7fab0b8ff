using MlAva.Networks;

namespace MlAva.Cli;

/// <summary>Says what a reduced precision costs where the processor does not compute in it.</summary>
static class Reduced
{
    /// <summary>One line, where bfloat16 is asked for on a processor that has to emulate it.</summary>
    public static void Warn(bool isBFloat16, bool onCpu)
    {
        if (isBFloat16 && onCpu && Processor.MultipliesBFloat16 == false)
            Terminal.Note("note: this processor does not multiply bfloat16 itself (no AVX512-BF16, no AMX), so it takes several times as long as float32, the default.");
    }
}
