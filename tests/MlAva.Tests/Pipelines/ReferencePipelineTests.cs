using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlAva.TestSupport;

namespace MlAva.Tests.Pipelines;

/// <summary>The transforms in a row give what the reference's data set and pipeline give for its own small set.</summary>
public sealed class ReferencePipelineTests
{
    [SharedTheory("golden/components/dataset")]
    [InlineData("test", 5)]
    [InlineData("test_custom", 4)]
    public void Frames_pixels_boxes_and_labels_equal_the_reference(string set, int count)
    {
        string folder = SharedData.Path("golden/components/dataset");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, set + ".json")));
        JsonElement infos = document.RootElement.GetProperty("video_infos");
        int classes = infos[0].GetProperty("gt_labels")[0].GetArrayLength();
        using JsonDocument settings = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "pipelines.json")));
        MLContext context = new(1);
        AvaDataView data = context.ActionDetection().LoadAva(new AvaDataViewOptions
        {
            Frames = Path.Combine(folder, "rawframes"),
            Dataset = new()
            {
                AnnotationPath = Path.Combine(folder, "ann.csv"),
                ProposalPath = Path.Combine(folder, "proposals_p4.pkl"),
                // The set's own map has 60 classes, among which some of the custom ones are not.
                LabelMapPath = classes == 81 ? Path.Combine(folder, "labels.pbtxt")
                    : SharedData.Path("ava/annotations/ava_action_list_v2.2.pbtxt"),
                NumClasses = classes,
                CustomClasses = classes == 81 ? null
                    : [.. settings.RootElement.GetProperty("custom_classes").EnumerateArray().Select(v => v.GetInt32())],
                TestMode = true,
            },
        });
        ActionDetectionTransforms transforms = context.ActionDetection().Transforms;
        IDataView rows = transforms.SampleFrames(clipLength: 4, frameInterval: 8, fps: 10)
            .Append(transforms.LoadClip())
            .Append(transforms.ResizeClip(64))
            .Append(transforms.MapBoxes())
            .Append(transforms.NormalizeClip())
            .Fit(data).Transform(data);

        Row[] found = [.. context.Data.CreateEnumerable<Row>(rows, reuseRowObject: false)];
        JsonElement[] items = [.. document.RootElement.GetProperty("items").EnumerateArray()];
        Assert.Equal((count, count), (found.Length, items.Length));
        foreach ((Row row, JsonElement item) in found.Zip(items))
        {
            int index = item.GetProperty("index").GetInt32();
            Assert.Equal(item.GetProperty("video_id").GetString(), row.VideoId);
            Assert.Equal(Numbers(item.GetProperty("frame_inds")).Select(v => (int)v), row.FrameIndices);
            Assert.Equal(row.FrameIndices[2], row.KeyframeIndex);
            Assert.Equal(Numbers(infos[index].GetProperty("gt_labels")).Select(v => (float)v), row.Labels);
            // The columns are Single; the reference multiplies in double, which may round otherwise in the last place.
            AssertNear(Numbers(item.GetProperty("gt_bboxes")), row.PixelBoxes, 1e-5);
            AssertNear(Numbers(item.GetProperty("proposals")), row.PixelProposals, 1e-5);
            Assert.Equal(item.GetProperty("imgs_sum").GetDouble(), row.ClipTensor.Sum(v => (double)v), 1e-6 * row.ClipTensor.Length);
            string exact = Path.Combine(folder, $"{set}_{index}_imgs.npy");
            if (File.Exists(exact)) Assert.Equal(Npy.Read<float>(exact).Values, row.ClipTensor);
        }
        Assert.Equal(set == "test", File.Exists(Path.Combine(folder, $"{set}_0_imgs.npy")));
    }

    static IEnumerable<double> Numbers(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? element.EnumerateArray().SelectMany(Numbers) : [element.GetDouble()];

    static void AssertNear(IEnumerable<double> expected, float[] found, double tolerance)
    {
        double[] numbers = [.. expected];
        Assert.Equal(numbers.Length, found.Length);
        for (int i = 0; i < numbers.Length; i++) Assert.Equal(numbers[i], found[i], tolerance * Math.Max(1, Math.Abs(numbers[i])));
    }

    sealed class Row
    {
        public string VideoId { get; set; } = "";

        [VectorType(4)]
        public int[] FrameIndices { get; set; } = [];

        public int KeyframeIndex { get; set; }

        public float[] Labels { get; set; } = [];

        public float[] PixelBoxes { get; set; } = [];

        public float[] PixelProposals { get; set; } = [];

        public float[] ClipTensor { get; set; } = [];
    }
}
