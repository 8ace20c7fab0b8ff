using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

/// <summary>The safetensors format, written, read, and refused where it is damaged.</summary>
[Collection(TorchTests.Name)]
public sealed class SafetensorsTests
{
    [Theory]
    [InlineData(ScalarType.Float64, "F64")]
    [InlineData(ScalarType.Float32, "F32")]
    [InlineData(ScalarType.Float16, "F16")]
    [InlineData(ScalarType.BFloat16, "BF16")]
    [InlineData(ScalarType.Int64, "I64")]
    [InlineData(ScalarType.Int32, "I32")]
    [InlineData(ScalarType.Int16, "I16")]
    [InlineData(ScalarType.Int8, "I8")]
    [InlineData(ScalarType.Byte, "U8")]
    [InlineData(ScalarType.Bool, "BOOL")]
    public void Every_type_comes_back_as_it_was(ScalarType type, string name)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor value = tensor(new[] { 0f, 1, 2, 3, 5, 127 }, [2, 3]).to(type);
        byte[] file = Written(("odd", value.slice(0, 0, 1, 1)), ("all", value), ("turned", value.transpose(0, 1)), ("scalar", value[1, 2]), ("empty", value.slice(0, 0, 0, 1)));
        Assert.Contains($"\"dtype\":\"{name}\"", Encoding.UTF8.GetString(file), StringComparison.Ordinal);
        using SafetensorsContent content = Safetensors.Read(new MemoryStream(file));
        Assert.Equal(["all", "empty", "odd", "scalar", "turned"], content.Tensors.Keys.Order());
        Assert.All(content.Tensors.Values, t => Assert.Equal(type, t.dtype));
        Assert.Equal([2, 3], content.Tensors["all"].shape);
        Assert.True(value.bytes.SequenceEqual(content.Tensors["all"].bytes));
        Assert.Equal([3, 2], content.Tensors["turned"].shape);
        Assert.True(value.transpose(0, 1).contiguous().bytes.SequenceEqual(content.Tensors["turned"].bytes));
        Assert.Empty(content.Tensors["scalar"].shape);
        Assert.Equal([0, 3], content.Tensors["empty"].shape);
    }

    [Fact]
    public void The_bytes_are_those_of_the_format()
    {
        using Tensor value = tensor(new[] { 1f, 2 });
        byte[] file = Written(("w", value));
        int header = (int)BitConverter.ToInt64(file);
        Assert.Equal(0, header % 8);
        Assert.Equal("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", Encoding.UTF8.GetString(file, 8, header).TrimEnd());
        Assert.Equal(PthBytes.Floats(1, 2), file[(8 + header)..]);
    }

    [Fact]
    public void Metadata_comes_back_as_it_was()
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, string> metadata = new() { ["format"] = "pt", ["Größe \"x\""] = "line\nline" };
        using MemoryStream stream = new();
        Safetensors.Write(stream, [new("w", ones(2))], metadata);
        stream.Position = 0;
        using SafetensorsContent content = Safetensors.Read(stream);
        Assert.Equal(metadata, content.Metadata);
        Assert.Equal(["w"], content.Tensors.Keys);
    }

    [Fact]
    public void Writing_and_reading_leave_no_tensors()
    {
        using Tensor value = ones(3, 2).t();
        LiveTensors.Unchanged(() => Safetensors.Read(new MemoryStream(Written(("w", value)))).Dispose());
    }

    [Fact]
    public void A_type_that_the_format_does_not_know_is_refused_before_anything_is_written()
    {
        using Tensor value = zeros(2, ScalarType.ComplexFloat32);
        using MemoryStream stream = new();
        Assert.Contains("'w'", Assert.Throws<ArgumentException>(() => Safetensors.Write(stream, [new("w", value)])).Message, StringComparison.Ordinal);
        Assert.Equal(0, stream.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(40)]
    [InlineData(-5)]
    [InlineData(-1)]
    public void A_truncated_file_is_refused_and_leaves_no_tensors(int at)
    {
        using Tensor value = ones(2, 3);
        byte[] file = Written(("a", value), ("b", value));
        Refused(file[..(at < 0 ? file.Length + at : at)]);
    }

    [Theory]
    [InlineData("""{"w":{"dtype":"F32","shape":[1000000000000],"data_offsets":[0,4000000000000]}}""")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2000000000,2000000000,2000000000,2000000000,2000000000],"data_offsets":[0,8]}}""")]
    [InlineData("""{"w":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904,16],"data_offsets":[0,0]}}""")]
    [InlineData("""{"w":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}}""")]
    [InlineData("""{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[8]}}""")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2]}}""")]
    [InlineData("""{"w":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""")]
    [InlineData("""{"w":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1e99],"data_offsets":[0,8]}}""")]
    [InlineData("""{"w":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("""{"w":{"shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"a":1}}""")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":3}""")]
    [InlineData("""{"w":3}""")]
    [InlineData("[1]")]
    [InlineData("{\"w\":")]
    public void A_header_that_lies_is_refused_before_memory_is_asked_for(string header)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        Refused([.. BitConverter.GetBytes((long)json.Length), .. json, .. PthBytes.Floats(1, 2)]);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(long.MaxValue)]
    public void A_header_of_an_impossible_length_is_refused(long length) => Refused([.. BitConverter.GetBytes(length), .. "{}"u8]);

    static byte[] Written(params (string Name, Tensor Value)[] tensors)
    {
        using MemoryStream stream = new();
        Safetensors.Write(stream, tensors.Select(t => KeyValuePair.Create(t.Name, t.Value)));
        return stream.ToArray();
    }

    static void Refused(byte[] file) => LiveTensors.Unchanged(() =>
    {
        CheckpointFormatException error = Assert.Throws<CheckpointFormatException>(() => Safetensors.Read(new MemoryStream(file), "the file.safetensors"));
        Assert.StartsWith("the file.safetensors: found ", error.Message, StringComparison.Ordinal);
    });
}
