namespace MlAva.MiniAva;

/// <summary>The two parts of mini-AVA. They share no video, no person and no background.</summary>
public enum MiniAvaSplit
{
    /// <summary>For training.</summary>
    Train,

    /// <summary>For validation.</summary>
    Val,
}
