using MlAva.Configs;
using MlAva.TestSupport;

namespace MlAva.Tests.Configs;

/// <summary>What <c>docs/configs.md</c> shows works.</summary>
public sealed class ConfigDocumentationTests
{
    static string Page => File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "configs.md"));

    [Fact]
    public void The_configuration_of_the_page_loads()
    {
        using TemporaryFolder folder = new();
        string block = Assert.Single(Page.Split("```json\n").Skip(1))!;

        DetectionConfig birds = DetectionConfig.Load(folder.Write("birds.json", block[..block.IndexOf("```", StringComparison.Ordinal)]));

        Assert.Equal((6, 4, null), (birds.Model.Head.NumClasses, birds.Training!.BatchSize, birds.Published));
        Assert.Null(birds.ToDataViewOptions(DataSplit.Train).Dataset.ExcludePath);
    }

    [Fact]
    public void The_overrides_of_the_page_can_be_given()
    {
        string[] overrides =
        [
            .. Page.Split('\n').Where(l => l.StartsWith("--set ", StringComparison.Ordinal)).Select(l =>
                l["--set ".Length..].Split(" #")[0].Trim()),
        ];

        Assert.Equal(5, overrides.Length);
        foreach (string text in overrides)
        {
            string[] fitting = text.EndsWith("=SlowFast", StringComparison.Ordinal) ? ["clip.sampling.clipLength=32"] : [];
            DetectionConfig config = DetectionConfig.Load(PublishedConfig.Of("SO50").Name, [text, .. fitting]);
            Assert.Contains(config.Values, v => v.Origin.Source == $"override '{text}'");
        }
    }

    [Fact]
    public void The_links_of_the_page_lead_somewhere()
    {
        foreach (System.Text.RegularExpressions.Match link in System.Text.RegularExpressions.Regex.Matches(Page, @"\]\(([^)#]+)\)"))
            Assert.True(Path.Exists(Path.Combine(SharedData.RepositoryRoot, "docs", link.Groups[1].Value)),
                $"docs/configs.md links to {link.Groups[1].Value}");
    }
}
