using Microsoft.ML;
using Microsoft.ML.Data;
using MlAva.Annotations;
using MlAva.Persons;
using MlAva.TestSupport;
using MlAva.Transforms;

namespace MlAva.Tests.Persons;

public sealed class DetectPersonsTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly MLContext _context = new(1);

    AvaDataView Load()
    {
        Scene.Write(_folder.File("videos/room.avi"));
        AnnotationFile.Write(_folder.File("truth.csv"), Enumerable.Range(6, 8).Select(t => new AnnotationRow("room", 900 + t, Scene.Person(t * Scene.Fps)!.Value, 1, 0)));
        LabelMap.FromEntries([new(1, "walk", ActionGroup.PersonMovement)]).Write(_folder.File("labels.pbtxt"));
        return _context.ActionDetection().LoadAva(_folder.File("truth.csv"), _folder.File("videos"), _folder.File("labels.pbtxt"));
    }

    static float[][] ProposalsOf(IDataView data) => [.. data.GetColumn<float[]>(AvaColumns.Proposals)];

    [Fact]
    public void The_embedded_detector_fills_the_proposals()
    {
        AvaDataView data = Load();
        using DetectPersonsTransformer transformer = _context.ActionDetection().Transforms.DetectPersons(fps: Scene.Fps).Fit(data);
        _context.Model.Save(transformer, data.Schema, _folder.File("model.zip"));
        using DetectPersonsTransformer loaded = (DetectPersonsTransformer)_context.Model.Load(_folder.File("model.zip"), out _);

        float[][] found = ProposalsOf(transformer.Transform(data));

        Assert.Equal(8, found.Length);
        for (int i = 0; i < found.Length; i++)
        {
            Box box = new(found[i][0], found[i][1], found[i][2], found[i][3]);
            Assert.True(Box.IoU(box, Scene.Person((6 + i) * Scene.Fps)!.Value) > 0.75 && found[i][4] > 0.9, box.ToString());
        }
        Assert.Equal(found, ProposalsOf(loaded.Transform(data)));
    }

    [Fact]
    public void An_onnx_model_goes_into_model_zip()
    {
        AvaDataView data = Load();
        string file = new OnnxModel("image", 3, 24, 32).Constant("boxes", [8f, 6, 16, 18], 1, 4).Constant("labels", [1L], 1).Pixels("scores", (0, 0, 0)).Save(_folder.File("rcnn.onnx"));
        using DetectPersonsTransformer transformer = _context.ActionDetection().Transforms.DetectPersons(new DetectPersonsOptions
        {
            Onnx = new() { Model = file, ScoreThreshold = 0.1 }, Fps = Scene.Fps,
        }).Fit(data);
        _context.Model.Save(transformer, data.Schema, _folder.File("model.zip"));
        File.Delete(file);
        using DetectPersonsTransformer loaded = (DetectPersonsTransformer)new MLContext().Model.Load(_folder.File("model.zip"), out _);

        float[][] found = ProposalsOf(transformer.Transform(data));

        Assert.All(found, f => Assert.Equal([0.25f, 0.25f, 0.5f, 0.75f], f[..4]));
        Assert.All(found, f => Assert.InRange(f[4], 0.2f, 0.8f));
        Assert.Equal(found, ProposalsOf(loaded.Transform(data)));
        Assert.IsType<OnnxPersonDetector>(loaded.Detector);
    }

    public void Dispose() => _folder.Dispose();
}
