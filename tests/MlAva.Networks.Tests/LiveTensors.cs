using TorchSharp;

namespace MlAva.Networks.Tests;

/// <summary>Counts tensors that are alive, once those forgotten by earlier tests are gone.</summary>
static class LiveTensors
{
    public static long Count()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        return torch.Tensor.TotalCount;
    }

    /// <summary>Runs something that must leave as many tensors as it found, without the help of finalizers.</summary>
    public static void Unchanged(Action action)
    {
        long before = Count();
        action();
        Assert.Equal(before, torch.Tensor.TotalCount);
    }
}
