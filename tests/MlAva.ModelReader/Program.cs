// Loads a model.zip in a fresh process with nothing but ML.NET's own call, and scores one keyframe.
// Nothing here names a type of MlAva: the model alone must bring them back.
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

string model = args[0], source = args[1];
float timestamp = float.Parse(args[2], CultureInfo.InvariantCulture);
MLContext context = new(1);
ITransformer transformer = context.Model.Load(model, out DataViewSchema schema);
foreach (ITransformer part in transformer is IEnumerable<ITransformer> chain ? chain : [transformer]) Console.WriteLine($"type {part.GetType().FullName}");
Console.WriteLine($"schema {string.Join(",", schema.Select(c => c.Name))}");

using PredictionEngine<Keyframe, Scores> engine = context.Model.CreatePredictionEngine<Keyframe, Scores>(transformer);
Scores scores = engine.Predict(new() { VideoId = "video", Timestamp = timestamp, Source = source, Proposals = [0.1f, 0.1f, 0.6f, 0.9f, 1, 0.3f, 0.2f, 0.9f, 0.8f, 0.95f] });
Console.WriteLine($"score {string.Join(",", scores.Score.Select(s => s.ToString("R", CultureInfo.InvariantCulture)))}");

VBuffer<ReadOnlyMemory<char>> names = default;
engine.OutputSchema["Score"].Annotations.GetValue("SlotNames", ref names);
Console.WriteLine($"names {string.Join(",", names.DenseValues())}");

sealed class Keyframe
{
    public string VideoId { get; set; } = "";

    public float Timestamp { get; set; }

    public string Source { get; set; } = "";

    public float[] Proposals { get; set; } = [];
}

sealed class Scores
{
    public float[] Score { get; set; } = [];
}
