namespace MlAva.Annotations.Formats;

/// <summary>Forms of annotations other than AVA's own.</summary>
public enum AnnotationFormat
{
    /// <summary>CVAT's XML 1.1, for video (tracks) or for images.</summary>
    Cvat,

    /// <summary>A project of the VGG Image Annotator 3, as JSON; the tool with which AVA was annotated.</summary>
    Via,

    /// <summary>COCO's JSON, with a video and a frame number for each image.</summary>
    Coco,

    /// <summary>SlowFast's lists of frames beside AVA's own csv files.</summary>
    SlowFast,
}
