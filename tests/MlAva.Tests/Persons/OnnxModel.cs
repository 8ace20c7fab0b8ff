using System.Runtime.InteropServices;
using System.Text;

namespace MlAva.Tests.Persons;

/// <summary>
/// Writes small ONNX models: a picture goes in, and out come constants or single pixels of it. Field numbers are those of onnx.proto3.
/// </summary>
sealed class OnnxModel
{
    const int Varint = 0, Bytes = 2, FloatType = 1, LongType = 7, IntAttribute = 2;
    readonly List<byte[]> _nodes = [], _initializers = [], _inputs = [], _outputs = [];
    readonly string _picture;

    /// <param name="picture">The name of the input.</param>
    /// <param name="shape">The picture's dimensions; −1: any.</param>
    public OnnxModel(string picture, params int[] shape)
    {
        _picture = picture;
        _inputs.Add(Value(picture, FloatType, shape));
    }

    public OnnxModel SizeInput(string name)
    {
        _inputs.Add(Value(name, LongType, [1, 2]));
        return this;
    }

    /// <summary>An output that is always the same.</summary>
    public OnnxModel Constant(string name, float[] values, params int[] shape) => Constant(name, MemoryMarshal.AsBytes<float>(values).ToArray(), FloatType, shape, shape);

    public OnnxModel Constant(string name, long[] values, params int[] shape) => Constant(name, MemoryMarshal.AsBytes<long>(values).ToArray(), LongType, shape, shape);

    /// <summary>A constant of which the model does not tell the length.</summary>
    public OnnxModel AnyLength(string name, float[] values, params int[] shape) =>
        Constant(name, MemoryMarshal.AsBytes<float>(values).ToArray(), FloatType, shape, [-1, .. shape[1..]]);

    /// <summary>An output [n] of the picture's pixels.</summary>
    /// <param name="name">The output.</param>
    /// <param name="at">Channel, row and column of each.</param>
    public OnnxModel Pixels(string name, params (int Channel, int Y, int X)[] at)
    {
        Tensor("one", MemoryMarshal.AsBytes<long>([1]).ToArray(), LongType, [1]);
        Tensor("axes", MemoryMarshal.AsBytes<long>([-3, -2, -1]).ToArray(), LongType, [3]);
        for (int i = 0; i < at.Length; i++)
        {
            (int channel, int y, int x) = at[i];
            Tensor($"from{i}", MemoryMarshal.AsBytes<long>([channel, y, x]).ToArray(), LongType, [3]);
            Tensor($"to{i}", MemoryMarshal.AsBytes<long>([channel + 1, y + 1, x + 1]).ToArray(), LongType, [3]);
            Node("Slice", [_picture, $"from{i}", $"to{i}", "axes"], $"cut{i}");
            Node("Reshape", [$"cut{i}", "one"], $"pixel{i}");
        }
        Node("Concat", [.. at.Select((_, i) => $"pixel{i}")], name, Join(Text(1, "axis"), Number(3, 0), Number(20, IntAttribute)));
        _outputs.Add(Value(name, FloatType, [at.Length]));
        return this;
    }

    public string Save(string path)
    {
        byte[] graph = Join(Join([.. _nodes.Select(n => Field(1, n))]), Text(2, "detector"), Join([.. _initializers.Select(i => Field(5, i))]),
            Join([.. _inputs.Select(i => Field(11, i))]), Join([.. _outputs.Select(o => Field(12, o))]));
        File.WriteAllBytes(path, Join(Number(1, 8), Field(8, Join(Text(1, ""), Number(2, 13))), Field(7, graph)));
        return path;
    }

    OnnxModel Constant(string name, byte[] values, int type, int[] shape, int[] told)
    {
        Tensor(name + "_values", values, type, shape);
        Node("Identity", [name + "_values"], name);
        _outputs.Add(Value(name, type, told));
        return this;
    }

    void Tensor(string name, byte[] values, int type, int[] shape) =>
        _initializers.Add(Join(Join([.. shape.Select(d => Number(1, d))]), Number(2, type), Text(8, name), Field(9, values)));

    void Node(string operation, string[] inputs, string output, byte[]? attribute = null) =>
        _nodes.Add(Join(Join([.. inputs.Select(i => Text(1, i))]), Text(2, output), Text(4, operation), attribute is null ? [] : Field(5, attribute)));

    static byte[] Value(string name, int type, int[] shape)
    {
        byte[] dimensions = Join([.. shape.Select((d, i) => Field(1, d >= 0 ? Number(1, d) : Text(2, $"{name}{i}")))]);
        return Join(Text(1, name), Field(2, Field(1, Join(Number(1, type), Field(2, dimensions)))));
    }

    static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(p => p)];

    static byte[] Text(int field, string text) => Field(field, Encoding.UTF8.GetBytes(text));

    static byte[] Field(int field, byte[] content) => Join(Base128((ulong)(field << 3 | Bytes)), Base128((ulong)content.Length), content);

    static byte[] Number(int field, long value) => Join(Base128((ulong)(field << 3 | Varint)), Base128((ulong)value));

    static byte[] Base128(ulong value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
