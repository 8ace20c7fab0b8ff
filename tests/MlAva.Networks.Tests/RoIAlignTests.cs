using System.Text.Json;
using MlAva.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace MlAva.Networks.Tests;

[Collection(TorchTests.Name)]
public sealed class RoIAlignTests
{
    // Reference specification §11: a 4×5 map f(y, x) = 10y + x at scale 1/16.
    [Theory]
    [InlineData(8, 8, 56, 40, 5.75f, 7.25f, 15.75f, 17.25f)]
    [InlineData(0, 0, 80, 64, 5.777778f, 8.222222f, 25.777778f, 28.222222f)]
    [InlineData(20, 10, 20, 50, 0f, 0f, 0f, 0f)]
    [InlineData(-16, -8, 30, 30, 0f, 0.65625f, 3.90625f, 8.46875f)]
    public void A_linear_map_gives_the_worked_example(float x1, float y1, float x2, float y2, float a, float b, float c, float d)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor map = tensor(Enumerable.Range(0, 20).Select(i => (float)(10 * (i / 5) + i % 5)).ToArray(), [1, 1, 4, 5]);
        Near.Absolute([a, b, c, d], RoIAlign.Apply(map, new[] { 0, x1, y1, x2, y2 }, (2, 2)).contiguous().data<float>().ToArray(), 1e-5);
    }

    [SharedTheory("golden/components/roi_align")]
    [InlineData(0, ScalarType.Float32)]
    [InlineData(1, ScalarType.Float32)]
    [InlineData(2, ScalarType.Float32)]
    [InlineData(3, ScalarType.Float32)]
    [InlineData(0, ScalarType.Float64)]
    [InlineData(1, ScalarType.Float64)]
    [InlineData(2, ScalarType.Float64)]
    [InlineData(3, ScalarType.Float64)]
    public void Values_and_gradients_are_the_reference_kernels(int index, ScalarType type)
    {
        // Float64 takes the way of other devices: matrix products instead of the CPU's loops.
        using DisposeScope scope = NewDisposeScope();
        using JsonDocument cases = JsonDocument.Parse(File.ReadAllText(SharedData.Path("golden/components/roi_align/cases.json")));
        JsonElement options = cases.RootElement[index];
        Tensor input = Load("input").to(type).requires_grad_();
        float[] rois = Npy.Read<float>(SharedData.Path("golden/components/roi_align/rois.npy")).Values;
        Tensor output = RoIAlign.Apply(
            input, rois, (options.GetProperty("output_size")[0].GetInt32(), options.GetProperty("output_size")[1].GetInt32()),
            options.GetProperty("spatial_scale").GetSingle(), options.GetProperty("sampling_ratio").GetInt32(), options.GetProperty("aligned").GetBoolean());
        Near.Absolute(Load($"{index}_output"), output.to(ScalarType.Float32), 2e-5);
        output.backward([Load($"{index}_grad_output").to(type)]);
        Tensor gradient = Load($"{index}_grad_input");
        Near.Absolute(gradient, input.grad!.to(ScalarType.Float32), 1e-5 * Math.Max(1, gradient.abs().max().item<float>()));
    }

    [Fact]
    public void Loops_and_matrix_products_agree_on_many_boxes()
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(3);
        Tensor map = randn([3, 7, 9, 13]);
        Random boxes = new(4);
        float[] rois = [.. Enumerable.Range(0, 40).SelectMany(i =>
        {
            float x = boxes.NextSingle() * 180 - 20, y = boxes.NextSingle() * 120 - 20;
            return new[] { i % 3, x, y, x + boxes.NextSingle() * 90, y + boxes.NextSingle() * 70 };
        })];
        Near.Absolute(RoIAlign.Apply(map.to(ScalarType.Float64), rois, (8, 8)).to(ScalarType.Float32), RoIAlign.Apply(map, rois, (8, 8)), 1e-5);
    }

    [Fact]
    public void A_box_of_an_image_that_is_not_there_is_an_error_in_words()
    {
        using Tensor map = zeros(1, 2, 4, 4);
        ArgumentException error = Assert.Throws<ArgumentException>(() => RoIAlign.Apply(map, new float[] { 1, 0, 0, 8, 8 }, (2, 2)));
        Assert.Contains("images 0 to 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_boxes_give_an_empty_result()
    {
        using Tensor map = zeros(1, 2, 4, 4);
        using Tensor result = RoIAlign.Apply(map, ReadOnlyMemory<float>.Empty, (8, 8));
        Assert.Equal([0, 2, 8, 8], result.shape);
    }

    static Tensor Load(string name)
    {
        (int[] shape, float[] values) = Npy.Read<float>(SharedData.Path($"golden/components/roi_align/{name}.npy"));
        return tensor(values, [.. shape.Select(s => (long)s)]);
    }
}
