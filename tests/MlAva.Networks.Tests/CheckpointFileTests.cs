using MlAva.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>Checkpoints are told by their content; damaged ones are refused, whatever the damage.</summary>
[Collection(TorchTests.Name)]
public sealed class CheckpointFileTests
{
    const string Legacy = "golden/slowonly_r50_4x16/checkpoint_legacy.pth";

    [Fact]
    public void The_content_decides_and_not_the_name()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        foreach ((CheckpointFormat format, byte[] file) in Files())
        {
            foreach (string name in (string[])["a.pth", "a.safetensors", "a"])
            {
                string path = folder.File(name);
                File.WriteAllBytes(path, file);
                LiveTensors.Unchanged(() =>
                {
                    using CheckpointFile checkpoint = CheckpointFile.Read(path);
                    Assert.Equal(path, checkpoint.Path);
                    Assert.Equal(format, checkpoint.Format);
                    Assert.Equal(["b", "w"], checkpoint.Tensors.Keys.Order(StringComparer.Ordinal));
                    Assert.Equal([1, 2, 3, 4], checkpoint.Tensors["w"].data<float>().ToArray());
                    Assert.Equal("x", checkpoint.Meta["config"]);
                });
            }
        }
        Assert.Throws<FileNotFoundException>(() => CheckpointFile.Read(folder.File("none.pth")));
    }

    /// <summary>
    /// Thousands of damaged files: each is read, where the damage does no harm, or refused with its name; none takes memory it has no
    /// right to.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Damaged_files_are_refused_and_never_take_the_process_down(int which)
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        byte[] file = Files()[which].File;
        Random random = new(1 + which);
        LiveTensors.Unchanged(() =>
        {
            int refused = 0;
            for (int length = 0; length < file.Length; length += 1 + file.Length / 400)
                refused += IsRefused(folder, file[..length]) ? 1 : 0;
            Assert.InRange(refused, 1, int.MaxValue);
            for (int i = 0; i < 1500; i++) IsRefused(folder, Damaged(file, file.Length, random));
        });
    }

    [SharedFact(Legacy)]
    public void A_damaged_older_file_of_torchs_own_is_refused()
    {
        using TemporaryFolder folder = new();
        byte[] file = File.ReadAllBytes(SharedData.Path(Legacy));
        Random random = new(9);
        LiveTensors.Unchanged(() =>
        {
            for (int i = 0; i < 150; i++) IsRefused(folder, Damaged(file, 60_000, random)); // where the pickles are
        });
    }

    static bool IsRefused(TemporaryFolder folder, byte[] file)
    {
        const long Enough = 256L << 20;
        string path = folder.File("damaged.pth");
        File.WriteAllBytes(path, file);
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using CheckpointFile checkpoint = CheckpointFile.Read(path);
            // The size of what is read in torch's own memory.
            Assert.InRange(checkpoint.Tensors.Values.Sum(t => t.numel() * t.element_size()), 0, Enough);
            return false;
        }
        catch (CheckpointFormatException e)
        {
            Assert.StartsWith(path, e.Message, StringComparison.Ordinal);
            return true;
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Enough);
        }
    }

    static byte[] Damaged(byte[] file, int within, Random random)
    {
        List<byte> bytes = [.. file];
        for (int change = random.Next(1, 5); change > 0; change--)
        {
            int at = random.Next(Math.Min(within, bytes.Count));
            switch (random.Next(6))
            {
                case 0: bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at)); break;
                case 1: bytes.InsertRange(at, Enumerable.Range(0, random.Next(1, 9)).Select(_ => (byte)random.Next(256))); break;
                case 2: bytes[at] = 0xff; break;
                case 3: bytes[at] = 0; break;
                case 4: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                default: bytes[at] = (byte)random.Next(256); break;
            }
        }
        return [.. bytes];
    }

    static (CheckpointFormat Format, byte[] File)[] Files()
    {
        KeyValuePair<string, Tensor>[] tensors = [new("w", tensor(new[] { 1f, 2, 3, 4 }, [2, 2])), new("b", tensor(new[] { 7L }))];
        using MemoryStream zip = new(), safe = new();
        Dictionary<string, object?> extra =
            new() { ["optimizer"] = TorchSgdState.ToTorch(["w"], new Dictionary<string, Tensor> { ["w"] = ones(2, 2) }, new(), 1, 1) };
        TorchCheckpoint.Write(zip, tensors, new Dictionary<string, object?> { ["config"] = "x", ["epoch"] = 3 }, extra);
        Safetensors.Write(safe, tensors, new Dictionary<string, string> { ["config"] = "x" });
        byte[] numbers = PthBytes.Floats(1, 2, 3, 4);
        byte[] legacy = PthBytes.Legacy(PthBytes.Dictionary(("meta", "(S'config'\nS'x'\nd"),
            ("state_dict", $"(S'w'\n{PthBytes.Tensor("0", 4, "2,2", "2,1")}S'b'\n{PthBytes.Tensor("0", 4, "1", "1", 2)}d")), "(lS'0'\na.",
            (4, numbers));
        return
        [
            (CheckpointFormat.TorchZip, zip.ToArray()), (CheckpointFormat.TorchZip, WithoutChecksums(zip.ToArray())),
            (CheckpointFormat.TorchLegacy, legacy), (CheckpointFormat.Safetensors, safe.ToArray()),
        ];
    }

    /// <summary>As torch writes it when told to, so that damage reaches what stands behind the checksums.</summary>
    static byte[] WithoutChecksums(byte[] zip)
    {
        for (int at = zip.AsSpan().IndexOf("PK\u0001\u0002"u8), next = 0; next >= 0; at += next + 4)
        {
            zip.AsSpan(at + 16, 4).Clear();
            next = zip.AsSpan(at + 4).IndexOf("PK\u0001\u0002"u8);
        }
        return zip;
    }
}
