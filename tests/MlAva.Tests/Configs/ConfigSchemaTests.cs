using System.Reflection;
using System.Text.Json;
using MlAva.Annotations;
using MlAva.Configs;
using MlAva.TestSupport;
using MlAva.Training;

namespace MlAva.Tests.Configs;

/// <summary>The committed schema says what the options records say, and no setting of theirs is without a home in configurations.</summary>
public sealed class ConfigSchemaTests
{
    const string WriteIt = "MLAVA_WRITE_SCHEMA";

    static string File => Path.Combine(SharedData.RepositoryRoot, "configs", "schema", "detection.schema.json");

    [Fact]
    public void The_schema_has_the_keys_types_defaults_and_descriptions_of_the_options()
    {
        string expected = new SchemaWriter().Write();
        if (Environment.GetEnvironmentVariable(WriteIt) == "1") AtomicFile.WriteAllText(File, expected);

        string[] own = System.IO.File.ReadAllLines(File), right = expected.TrimEnd('\n').Split('\n');
        int line = Enumerable.Range(0, Math.Min(own.Length, right.Length)).FirstOrDefault(i => own[i] != right[i], -1);
        Assert.True(line < 0 && own.Length == right.Length,
            $"{File}:{line + 1}: '{own.ElementAtOrDefault(line)}', expected '{right.ElementAtOrDefault(line)}'. "
            + $"Options and schema go together: run this test with {WriteIt}=1 and commit both.");
    }

    [Fact]
    public void The_schema_that_travels_with_the_assembly_is_the_committed_one() =>
        Assert.Equal(System.IO.File.ReadAllText(File), DetectionConfig.Schema);

    [Fact]
    public void Every_setting_of_the_trainer_is_in_a_configuration_or_of_a_single_run()
    {
        string[] elsewhere = ["Network", "Clip", "FeatureBank", "WarmStart"],
            ofARun = ["ValidationSet", "Resume", "Progress", "CancellationToken", "OnError"];
        AssertHome(typeof(ActionDetectorOptions), [typeof(TrainingOptions)], [.. elsewhere, .. ofARun]);
        ActionDetectorOptions defaults = new(), own = new TrainingOptions().ToTrainerOptions();
        foreach (PropertyInfo property in typeof(TrainingOptions).GetProperties())
        {
            PropertyInfo same = typeof(ActionDetectorOptions).GetProperty(property.Name)!;
            Assert.Equal(Json(same.GetValue(defaults)), Json(property.GetValue(new TrainingOptions())));
            Assert.Equal(Json(same.GetValue(defaults)), Json(same.GetValue(own)));
        }
    }

    [Fact]
    public void Every_setting_of_the_data_set_is_in_a_configuration_or_follows()
    {
        AssertHome(typeof(AvaDatasetOptions), [typeof(DataOptions), typeof(DataSplitOptions)], ["NumClasses", "TestMode", "OnError"]);
        AvaDatasetOptions defaults = new() { AnnotationPath = "" };
        foreach (PropertyInfo property in typeof(DataOptions).GetProperties())
        {
            if (typeof(AvaDatasetOptions).GetProperty(property.Name) is { } same)
                Assert.Equal(Json(same.GetValue(defaults)), Json(property.GetValue(new DataOptions())));
        }
    }

    static void AssertHome(Type options, Type[] homes, string[] elsewhere)
    {
        string[] all = [.. options.GetProperties().Select(p => p.Name)];
        Assert.Equal(all.Except(elsewhere).Order(), homes.SelectMany(h => h.GetProperties()).Select(p => p.Name).Intersect(all).Order());
    }

    static string Json(object? value) => JsonSerializer.Serialize(value);
}
