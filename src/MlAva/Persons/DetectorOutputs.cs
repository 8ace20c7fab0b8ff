namespace MlAva.Persons;

/// <summary>How an ONNX detector takes a picture and tells what it found.</summary>
public enum DetectorOutputs
{
    /// <summary>Told by the number, names and shapes of the model's outputs.</summary>
    Automatic,

    /// <summary>
    /// YOLOX as exported: one output [1, N, 5 + C] on the grids of strides 8, 16 and 32 (offset x, offset y, log width, log height,
    /// objectness,
    /// classes). Takes BGR of 0 to 255, fitted into the upper left corner.
    /// </summary>
    Yolox,

    /// <summary>YOLOX with <c>decode_in_inference</c>: the same with centres and sizes in pixels.</summary>
    YoloxDecoded,

    /// <summary>
    /// DETR: logits [1, Q, C + 1], the last for nothing (softmax), and boxes [1, Q, 4] (centre and size, 0 to 1). Takes RGB normalised as
    /// ImageNet, stretched; a person is class 1.
    /// </summary>
    Detr,

    /// <summary>
    /// RT-DETR: logits [1, Q, C] (sigmoid) and boxes as DETR's; or, with a second input of the picture's size, labels, boxes (corners in
    /// pixels) and scores.
    /// Takes RGB of 0 to 1, stretched; a person is class 0.
    /// </summary>
    RtDetr,

    /// <summary>
    /// Faster R-CNN as torchvision exports it: boxes [N, 4] (corners in pixels), labels [N] and scores [N]. Takes RGB of 0 to 1, fitted
    /// into the upper left
    /// corner; a person is class 1.
    /// </summary>
    Boxes,
}
