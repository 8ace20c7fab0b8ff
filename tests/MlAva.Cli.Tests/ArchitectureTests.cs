using System.Text.RegularExpressions;
using System.Xml.Linq;
using MlAva.TestSupport;

namespace MlAva.Cli.Tests;

/// <summary>The plan of the house: a project uses only the floors below it, and only the packages of its trade.</summary>
public partial class ArchitectureTests
{
    static readonly Dictionary<string, int> Floors = new()
    {
        ["MlAva.Pickle"] = 0,
        ["MlAva.Annotations"] = 1,
        ["MlAva.Video"] = 1,
        ["MlAva.Evaluation"] = 2,
        ["MlAva.Networks"] = 2,
        ["MlAva"] = 3,
        ["MlAva.Interactive"] = 4,
        ["MlAva.Cli"] = 4,
    };

    static readonly Dictionary<string, string[]> Packages = new()
    {
        ["MlAva.Pickle"] = [],
        ["MlAva.Annotations"] = [],
        ["MlAva.Evaluation"] = [],
        ["MlAva.Video"] = ["SkiaSharp"],
        ["MlAva.Networks"] = ["TorchSharp"],
        ["MlAva"] = ["Microsoft.ML", "Microsoft.Data.Analysis", "NJsonSchema", "OxyPlot"],
        ["MlAva.Interactive"] = ["Microsoft.DotNet.Interactive"],
        ["MlAva.Cli"] = ["System.CommandLine", "Spectre.Console"],
    };

    static readonly (string Project, XDocument Content)[] Projects =
    [
        .. Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "src"), "*.csproj", SearchOption.AllDirectories)
            .Select(p => (Path.GetFileNameWithoutExtension(p), XDocument.Load(p))),
    ];

    static IEnumerable<string> References(XDocument project, string kind) =>
        project.Descendants(kind).Select(e => e.Attribute("Include")!.Value.Replace('\\', '/'));

    [Fact]
    public void Every_project_has_a_floor() =>
        Assert.Equal(Floors.Keys.Order(StringComparer.Ordinal), Projects.Select(p => p.Project).Order(StringComparer.Ordinal));

    [Fact]
    public void A_project_uses_only_the_floors_below_it()
    {
        foreach ((string project, XDocument content) in Projects)
        {
            foreach (string used in References(content, "ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r)!))
                Assert.True(Floors[used] < Floors[project], $"{project} (floor {Floors[project]}) uses {used} (floor {Floors[used]}).");
        }
    }

    [Fact]
    public void A_project_uses_only_the_packages_of_its_trade()
    {
        foreach ((string project, XDocument content) in Projects)
        {
            foreach (string package in References(content, "PackageReference"))
                Assert.True(Packages[project].Any(p => package == p || package.StartsWith(p + ".", StringComparison.Ordinal)),
                    $"{project} uses {package}, which is not of its trade.");
        }
    }

    [Fact]
    public void Only_the_tool_writes_to_the_console()
    {
        foreach (string file in Projects.Select(p => p.Project).Where(p => p != "MlAva.Cli")
            .SelectMany(p => Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "src", p), "*.cs",
            SearchOption.AllDirectories))
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)))
            Assert.False(File.ReadAllText(file).Contains("Console.", StringComparison.Ordinal), $"{file} writes to the console.");
    }

    [Fact]
    public void A_file_holds_one_public_type_and_bears_its_name()
    {
        foreach (string file in Files("src").Where(f => f.EndsWith(".cs", StringComparison.Ordinal)))
        {
            string[] types = [.. PublicType().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value)];
            if (types.Length == 0) continue;
            Assert.True(types.Length == 1, $"{file} holds the public types {string.Join(", ", types)}.");
            Assert.True(types[0] == Path.GetFileNameWithoutExtension(file), $"{file} holds {types[0]}.");
        }
    }

    [Fact]
    public void No_file_names_a_path_of_a_machine_or_a_registry()
    {
        string[] endings = [".cs", ".csproj", ".props", ".targets", ".md", ".json", ".ipynb", ".txt", ".yml", ".sh", ".py"];
        string[] files = [.. Files("src"), .. Files("tests"), .. Files("docs"), .. Files("configs"), Path.Combine(SharedData.RepositoryRoot, "README.md")];
        foreach (string file in files.Where(f => endings.Contains(Path.GetExtension(f))))
        {
            Match place = PlaceOfAMachine().Match(File.ReadAllText(file));
            Assert.False(place.Success, $"{file} names {place.Value}.");
        }
    }

    /// <summary>What people wrote: nothing that a build made.</summary>
    static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, folder), "*", SearchOption.AllDirectories)
            .Where(f => !f.Split(Path.DirectorySeparatorChar).Any(p => p is "obj" or "bin" or "TestResults"));

    [GeneratedRegex(@"^public (?:(?:static|sealed|abstract|partial|readonly|ref|record) )*(?:class|record|struct|interface|enum) (\w+)", RegexOptions.Multiline)]
    private static partial Regex PublicType();

    // Written so that this file does not find itself.
    [GeneratedRegex(@"(?<![\w.}])/(?:work|root|tmp)/|https?://[^/\s""]*(?:api\.nuget|pypi|npmjs|registry|artifactory|proxy)[^/\s""]*")]
    private static partial Regex PlaceOfAMachine();
}
