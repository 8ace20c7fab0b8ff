namespace MlAva.Configs;

/// <summary>A configuration's file: on disk, or one of those that travel with the assembly.</summary>
sealed class ConfigFile
{
    const string Ending = ".json", PythonEnding = ".py", Root = "configs/", Models = "configs/detection/", Bases = "/_base_/";

    static readonly Lazy<Dictionary<string, string>> Resources = new(() => typeof(ConfigFile).Assembly.GetManifestResourceNames()
        .Where(r => r.StartsWith(Root, StringComparison.Ordinal)).ToDictionary(r => r.Replace('\\', '/'), StringComparer.Ordinal));

    readonly string? _resource;

    ConfigFile(string path, string? resource) => (Path, _resource) = (path, resource);

    /// <summary>The path, as messages name it; of those that travel with the assembly, that in the repository.</summary>
    public string Path { get; }

    /// <summary>The name that MMAction2 gives it.</summary>
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>Tells files apart.</summary>
    public string Identity => _resource is null ? System.IO.Path.GetFullPath(Path) : $"{_resource} (shipped)";

    /// <summary>Paths of the published models' configurations that travel with the assembly: AVA, ACRN, LFB.</summary>
    public static IReadOnlyList<string> Shipped { get; } =
    [
        .. Resources.Value.Keys.Where(p => p.StartsWith(Models, StringComparison.Ordinal) && !p.Contains(Bases, StringComparison.Ordinal))
            .OrderBy(p => p.StartsWith(Models + "ava/", StringComparison.Ordinal) ? 0 : 1).ThenBy(p => p, StringComparer.Ordinal),
    ];

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
        if (FromDisk(nameOrPath) is { } file) return file;
        if (FromShipped(nameOrPath) is { } shipped) return shipped;
        throw None(new(nameOrPath, 0), "", nameOrPath);
    }

    /// <summary>Finds a configuration that this one extends.</summary>
    /// <exception cref="ConfigException">There is none.</exception>
    public ConfigFile Find(string extended, ConfigOrigin origin)
    {
        string folder = System.IO.Path.GetDirectoryName(Path) ?? "";
        if (_resource is null && FromDisk(Join(folder, extended)) is { } file) return file;
        // In a resource's path there is no disk behind it: 'a/../b' is a matter of letters.
        string path = System.IO.Path.GetRelativePath("/", System.IO.Path.GetFullPath(Join("/" + folder.Replace('\\', '/'), extended))).Replace('\\', '/');
        if (_resource is not null && Resources.Value.TryGetValue(path, out string? resource)) return new(path, resource);
        return FromShipped(extended) ?? throw None(origin, ConfigLoader.ExtendsKey, extended);
    }

    /// <exception cref="ConfigException">The file cannot be read.</exception>
    public byte[] Read()
    {
        if (_resource is null) return File.ReadAllBytes(Path);
        using Stream stream = Open(_resource);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    static Stream Open(string resource) => typeof(ConfigFile).Assembly.GetManifestResourceStream(resource)!;

    static string Join(string folder, string path) => System.IO.Path.Combine(folder, path);

    static ConfigFile? FromDisk(string path) =>
        File.Exists(path) && !path.EndsWith(PythonEnding, StringComparison.OrdinalIgnoreCase) ? new(path, null) : null;

    /// <summary>By path in the repository, or by name alone; bases have only paths.</summary>
    static ConfigFile? FromShipped(string nameOrPath)
    {
        string path = nameOrPath.Replace('\\', '/');
        if (path.EndsWith(PythonEnding, StringComparison.OrdinalIgnoreCase)) path = path[..^PythonEnding.Length];
        if (!path.EndsWith(Ending, StringComparison.OrdinalIgnoreCase)) path += Ending;
        if (path.LastIndexOf(Root, StringComparison.Ordinal) is >= 0 and int start && Resources.Value.TryGetValue(path[start..], out string? resource))
            return new(path[start..], resource);
        string name = path[(path.LastIndexOf('/') + 1)..];
        return Shipped.FirstOrDefault(p => p.EndsWith("/" + name, StringComparison.Ordinal)) is { } found ? new(found, Resources.Value[found]) : null;
    }

    static ConfigException None(ConfigOrigin origin, string path, string wanted)
    {
        bool isPython = File.Exists(wanted) && wanted.EndsWith(PythonEnding, StringComparison.OrdinalIgnoreCase);
        string stem = System.IO.Path.GetFileNameWithoutExtension(wanted.Replace('\\', '/'));
        IReadOnlyList<string> like = NearestName.Like(stem, Shipped.Select(s => System.IO.Path.GetFileNameWithoutExtension(s)), 3);
        return new(new ConfigProblem(origin, path,
            isPython ? $"the Python configuration {wanted}" : $"neither a file '{wanted}' nor a shipped configuration '{stem}'",
            "MMAction2's name of an AVA, ACRN or LFB configuration, or the path of a JSON file",
            $"{(isPython ? "write its changes into a JSON file that extends a shipped configuration. The names most like it" : "did you mean one of these? They")}"
            + $" are {string.Join(", ", like)}"));
    }
}
