using MlAva.Annotations.Formats;
using MlAva.TestSupport;

namespace MlAva.Annotations.Tests.Formats;

public sealed class JsonFormatTests : IDisposable
{
    const string Via = """
        {
          "project": { "pid": "1", "vid_list": ["1", "2"] }, "config": {},
          "attribute": {
            "1": { "aname": "ACTION", "anchor_id": "FILE1_Z1_XY1", "type": 2, "options": { "0": "walk", "1": "sit" } },
            "2": { "aname": "SCENE", "anchor_id": "FILE1_Z2_XY0", "type": 4, "options": { "5": "rain" } }
          },
          "file": { "1": { "fid": "1", "fname": "clip.mp4", "type": 4 }, "2": { "fid": "2", "fname": "other_000031.jpg", "type": 2 } },
          "view": { "1": { "fid_list": ["1"] }, "2": { "fid_list": ["2"] } },
          "metadata": {
            "1_a": { "vid": "1", "flg": 0, "z": [2.02], "xy": [2, 20, 10, 40, 60], "av": { "1": "0,1" } },
            "1_b": { "vid": "1", "flg": 0, "z": [2.5], "xy": [2, 20, 10, 40, 60], "av": { "1": "0" } },
            "1_c": { "vid": "1", "flg": 0, "z": [3], "xy": [1, 20, 10], "av": { "1": "0" } },
            "1_d": { "vid": "1", "flg": 0, "z": [1.5, 2.5], "xy": [], "av": { "2": "5" } },
            "1_e": { "vid": "1", "flg": 0, "z": [4], "xy": [2, 20, 10, 40, 60], "av": { "1": "1" } },
            "2_f": { "vid": "2", "flg": 0, "z": [], "xy": [2, 100, 50, 100, 50], "av": { "1": "1" } }
          }
        }
        """;

    const string Coco = """
        {
          "videos": [{ "id": 1, "name": "clip.mp4", "fps": 10 }],
          "images": [
            { "id": 11, "video_id": 1, "frame_id": 20, "file_name": "x.jpg", "width": 200, "height": 100 },
            { "id": 12, "video_id": 1, "frame_id": 25, "file_name": "y.jpg", "width": 200, "height": 100 },
            { "id": 13, "file_name": "free/img_00041.jpg", "width": 100, "height": 100 }
          ],
          "categories": [{ "id": 3, "name": "walk" }, { "id": 5, "name": "sit" }],
          "annotations": [
            { "id": 1, "image_id": 11, "category_id": 3, "bbox": [20, 10, 40, 60], "track_id": 9, "score": 0.75 },
            { "id": 2, "image_id": 12, "category_id": 3, "bbox": [20, 10, 40, 60] },
            { "id": 3, "image_id": 13, "category_id": 3, "bbox": [0, 0, 50, 100], "actions": [3, 5] }
          ]
        }
        """;

    readonly TemporaryFolder _folder = new();

    ImportedSet Read(AnnotationFormat format, string json, ImportOptions? options = null) =>
        AnnotationImport.Read(format, [_folder.Write("in.json", json)], options ?? new() { Fps = 10, FirstFrame = 1, FrameSize = new(200, 100) });

    [Fact]
    public void A_VIA_project_gives_rectangles_at_their_times_with_the_actions_of_segments()
    {
        ImportedSet set = Read(AnnotationFormat.Via, Via);

        Assert.Equal(["walk", "sit", "rain"], set.LabelMap.Select(c => c.Name));
        Box box = new(0.1, 0.1, 0.3, 0.7);
        Assert.Equal(
        [
            new("clip", 2, box, 1, 0), new("clip", 2, box, 2, 0), new("clip", 2, box, 3, 0), new("clip", 4, box, 2, 1),
            new("other", 3, new(0.5, 0.5, 1, 1), 2, 0),
        ], set.Rows);
        Assert.Equal((1, 1), (set.Report.BetweenKeyframes, set.Report.OtherShapes));
    }

    [Fact]
    public void COCO_gives_frames_by_number_or_name_and_keeps_its_ids()
    {
        ImportedSet set = Read(AnnotationFormat.Coco, Coco);

        Assert.Equal([(3, "walk"), (5, "sit")], set.LabelMap.Select(c => (c.Id, c.Name)));
        Assert.Equal([new("clip", 2, new(0.1, 0.1, 0.3, 0.7), 3, 9), new("free", 4, new(0, 0, 0.5, 1), 3, 0), new("free", 4, new(0, 0, 0.5, 1), 5, 0)], set.Rows);
        Assert.Equal(0.75, Assert.Single(set.Proposals[new("clip", 2)].Scores!));
        Assert.Equal(1, set.Report.BetweenKeyframes);
    }

    [Theory]
    [InlineData(AnnotationFormat.Via, "\"xy\": [2, 100, 50, 100, 50]", "\"xy\": [2, 100, 50]", "xy of 3 numbers in metadata.2_f")]
    [InlineData(AnnotationFormat.Via, "\"xy\": [2, 100, 50, 100, 50], \"av\": { \"1\": \"1\" }", "\"xy\": [2, 100, 50, 100, 50], \"av\": { \"1\": \"7\" }", "option '7' of 'ACTION'")]
    [InlineData(AnnotationFormat.Via, "\"vid\": \"2\"", "\"vid\": \"8\"", "the view 8")]
    [InlineData(AnnotationFormat.Coco, "\"image_id\": 13", "\"image_id\": 99", "image_id 99, which is not among the images in annotations[2]")]
    [InlineData(AnnotationFormat.Coco, "[0, 0, 50, 100]", "[0, 0, -50, 100]", "(0, 0, -0.5, 1)")]
    [InlineData(AnnotationFormat.Coco, "[0, 0, 50, 100]", "[0, 0, \"NaN\", 100]", "\"NaN\" for bbox")]
    [InlineData(AnnotationFormat.Coco, "[3, 5]", "[3, 8]", "actions 8, which is no category")]
    public void Bad_elements_are_named_or_counted(AnnotationFormat format, string good, string bad, string found)
    {
        string json = (format == AnnotationFormat.Via ? Via : Coco).Replace(good, bad, StringComparison.Ordinal);

        AnnotationFormatException error = Assert.Throws<AnnotationFormatException>(() => Read(format, json));
        ImportedSet rest = Read(format, json, new() { Fps = 10, FirstFrame = 1, FrameSize = new(200, 100), OnError = OnError.Skip });

        Assert.Contains(found, error.Message, StringComparison.Ordinal);
        Assert.Equal(1, rest.Report.Skipped);
        Assert.DoesNotContain(rest.Rows, r => r.VideoId is "other" or "free");
        Assert.Contains(rest.Rows, r => r.VideoId == "clip");
    }

    [Theory]
    [InlineData(AnnotationFormat.Via, "", 1)]
    [InlineData(AnnotationFormat.Via, "{\n\"attribute\": {}, ", 2)]
    [InlineData(AnnotationFormat.Coco, "[]", 1)]
    [InlineData(AnnotationFormat.Coco, "{}", 0)]
    public void Other_files_are_refused(AnnotationFormat format, string json, long line)
    {
        AnnotationFormatException error = Assert.Throws<AnnotationFormatException>(() => Read(format, json));

        Assert.Equal(line, error.Row);
    }

    public void Dispose() => _folder.Dispose();
}
