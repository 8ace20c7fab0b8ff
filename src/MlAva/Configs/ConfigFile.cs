namespace MlAva.Configs;

/// <summary>A configuration's file: on disk, or one of those that travel with the assembly.</summary>
sealed class ConfigFile
{
    const string Ending = ".json", PythonEnding = ".py", Root = "configs/", Models = "configs/detection/", Bases = "/_base_/";

    static readonly Lazy<Dictionary<string, string>> Resources = new(() => typeof(ConfigFile).Assembly.GetManifestResourceNames()
        .Where(r => r.StartsWith(Root, StringComparison.Ordinal)).ToDictionary(r => r.Replace('\\', '/'), StringComparer.Ordinal));

    readonly string? _resource;

    ConfigFile(string path, string? resource) => (Path, _resource) = (path, resource);

    /// <summary>Paths of the published models' configurations that travel with the assembly: AVA, ACRN, LFB.</summary>
    public static IReadOnlyList<string> Shipped { get; } =
    [
        .. Resources.Value.Keys.Where(p => p.StartsWith(Models, StringComparison.Ordinal) && !p.Contains(Bases, StringComparison.Ordinal))
            .OrderBy(p => p.StartsWith(Models + "ava/", StringComparison.Ordinal) ? 0 : 1).ThenBy(p => p, StringComparer.Ordinal),
    ];

    /// <summary>The path, as messages name it; of those that travel with the assembly, that in the repository.</summary>
    public string Path { get; }

    /// <summary>The name that MMAction2 gives it.</summary>
    public string Name => NameOf(Path);

    /// <summary>Tells files apart.</summary>
    public string Identity => _resource is null ? System.IO.Path.GetFullPath(Path) : $"{_resource} (shipped)";

    /// <summary>The text of a file that travels with the assembly.</summary>
    public static string ReadShipped(string path)
    {
        using StreamReader reader = new(Open(Resources.Value[path]));
        return reader.ReadToEnd();
    }

    /// <summary>Finds a configuration by MMAction2's name, with or without folder and ending, or by the path of a file.</summary>
    /// <exception cref="ConfigException">There is none; the message names those most like it.</exception>
    public static ConfigFile Find(string nameOrPath)
    {
        bool isName = nameOrPath == NameOf(nameOrPath);
        ConfigFile? found = isName ? FromShipped(nameOrPath) ?? FromDisk(nameOrPath) : FromDisk(nameOrPath) ?? FromShipped(nameOrPath);
        return found ?? throw None(new(nameOrPath, 0), "", nameOrPath);
    }

    /// <summary>Finds a configuration that this one extends.</summary>
    /// <exception cref="ConfigException">There is none.</exception>
    public ConfigFile Find(string extended, ConfigOrigin origin)
    {
        if (_resource is null)
        {
            string path = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, extended);
            if (FromDisk(Tidy(path)) is { } file) return file;
        }
        else
        {
            string path = new Uri(new Uri("file:///" + Path), extended).AbsolutePath[1..];
            if (Resources.Value.TryGetValue(path, out string? resource)) return new(path, resource);
        }
        return FromShipped(extended) ?? throw None(origin, ConfigLoader.ExtendsKey, extended);
    }

    /// <summary>The whole content.</summary>
    public byte[] Read()
    {
        if (_resource is null) return File.ReadAllBytes(Path);
        using Stream stream = Open(_resource);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    static Stream Open(string resource) => typeof(ConfigFile).Assembly.GetManifestResourceStream(resource)!;

    /// <summary>Without folder and ending, whichever system's separators there are.</summary>
    static string NameOf(string path)
    {
        string name = path[(path.LastIndexOfAny(['/', '\\']) + 1)..];
        return WithoutEnding(WithoutEnding(name, Ending), PythonEnding);
    }

    static string WithoutEnding(string name, string ending) =>
        name.EndsWith(ending, StringComparison.OrdinalIgnoreCase) ? name[..^ending.Length] : name;

    /// <summary>Without steps back; a whole path stays whole.</summary>
    static string Tidy(string path) => System.IO.Path.IsPathRooted(path) ? System.IO.Path.GetFullPath(path)
        : System.IO.Path.GetRelativePath(Directory.GetCurrentDirectory(), System.IO.Path.GetFullPath(path));

    static bool IsPython(string path) => path.EndsWith(PythonEnding, StringComparison.OrdinalIgnoreCase);

    static ConfigFile? FromDisk(string path) => File.Exists(path) && !IsPython(path) ? new(path, null) : null;

    /// <summary>By path in the repository, or by name alone; bases have only paths.</summary>
    static ConfigFile? FromShipped(string nameOrPath)
    {
        string path = nameOrPath.Replace('\\', '/'), name = NameOf(path);
        int start = path.LastIndexOf(Root, StringComparison.Ordinal);
        if (start >= 0 && Resources.Value.TryGetValue(path[start..], out string? resource)) return new(path[start..], resource);
        return Shipped.FirstOrDefault(p => NameOf(p) == name) is { } found ? new(found, Resources.Value[found]) : null;
    }

    static ConfigException None(ConfigOrigin origin, string path, string wanted)
    {
        const int Shown = 3;
        string name = NameOf(wanted);
        IReadOnlyList<string> like = NearestName.Like(name, Shipped.Select(NameOf), Shown);
        bool isPython = IsPython(wanted) && File.Exists(wanted);
        return new(origin, path,
            isPython ? $"the Python configuration '{wanted}'" : $"neither a file '{wanted}' nor a shipped configuration '{name}'",
            "MMAction2's name of an AVA, ACRN or LFB configuration, or the path of a JSON file",
            isPython ? "write what it changes into a JSON file that extends a shipped configuration; 'mlava config list' shows those"
            : like.Count > 0 ? $"did you mean {string.Join(", ", like)}?"
            : "'mlava config list' shows the shipped configurations");
    }
}
