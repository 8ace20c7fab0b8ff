namespace MlAva.Networks;

/// <summary>What a file's name says about its content.</summary>
public enum CheckpointHashVerdict
{
    /// <summary>The content has the hash that the name tells.</summary>
    Matches,

    /// <summary>The content has another hash than the name tells: the file is damaged, or another one.</summary>
    Differs,

    /// <summary>The name tells no hash.</summary>
    NoneInName,
}
