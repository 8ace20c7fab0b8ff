using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace MlAva.Networks;

/// <summary>What this machine's processor computes with, as this process may use it.</summary>
public static class Processor
{
    // Leaf 7 of cpuid: sub-leaf 0, EDX 22: AMX-BF16; sub-leaf 1, EAX 5: AVX512-BF16.
    const int Extensions = 7, AmxBFloat16 = 1 << 22, Avx512BFloat16 = 1 << 5;

    /// <summary>The vector instructions, widest first: "AVX-512", "AVX2", "FMA", on Arm "AdvSIMD"; empty where there are none.</summary>
    public static IReadOnlyList<string> VectorInstructions { get; } =
    [
        .. Avx512F.IsSupported ? (string[])["AVX-512"] : [],
        .. Avx2.IsSupported ? (string[])["AVX2"] : [],
        .. Fma.IsSupported ? (string[])["FMA"] : [],
        .. AdvSimd.IsSupported ? (string[])["AdvSIMD"] : [],
    ];

    /// <summary>
    /// Whether the processor multiplies bfloat16 itself (AVX512-BF16 or AMX). Otherwise libtorch computes such numbers by way of float32, which takes
    /// several times as long as float32 alone. Null: not known for this kind of processor.
    /// </summary>
    public static bool? MultipliesBFloat16 { get; } = LookForBFloat16();

    static bool? LookForBFloat16()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64 || !X86Base.IsSupported) return null;
        // Without AVX-512 in this process, neither is used.
        if (!Avx512F.IsSupported || X86Base.CpuId(0, 0).Eax < Extensions) return false;
        (int subLeaves, _, _, int features) = X86Base.CpuId(Extensions, 0);
        return (features & AmxBFloat16) != 0 || (subLeaves >= 1 && (X86Base.CpuId(Extensions, 1).Eax & Avx512BFloat16) != 0);
    }
}
