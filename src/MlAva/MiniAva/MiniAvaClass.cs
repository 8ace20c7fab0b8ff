using MlAva.Annotations;

namespace MlAva.MiniAva;

/// <summary>One class of mini-AVA.</summary>
/// <param name="Action">The action; its number is the class id.</param>
/// <param name="Name">The name in the label map, AVA's own where AVA has the class.</param>
/// <param name="Group">AVA's group.</param>
/// <param name="MotionOnly">
/// True where the class shares its single frames with another one: pose, phase, place, clothing, object and background of the
/// keyframe follow the same distribution for both, so that only the clip's motion tells them apart. A detector's AP on these classes
/// must drop to chance when every frame of the clip is replaced by the keyframe.
/// </param>
public sealed record MiniAvaClass(MiniAvaAction Action, string Name, ActionGroup Group, bool MotionOnly)
{
    /// <summary>The class id in the files, 1-based.</summary>
    public int Id => (int)Action;

    /// <summary>All classes, by id from 1 without gaps.</summary>
    public static IReadOnlyList<MiniAvaClass> All { get; } =
    [
        new(MiniAvaAction.Stand, "stand", ActionGroup.PersonMovement, true),
        new(MiniAvaAction.Walk, "walk", ActionGroup.PersonMovement, true),
        new(MiniAvaAction.Sit, "sit", ActionGroup.PersonMovement, false),
        new(MiniAvaAction.GetUp, "get up", ActionGroup.PersonMovement, true),
        new(MiniAvaAction.Crouch, "crouch/kneel", ActionGroup.PersonMovement, true),
        new(MiniAvaAction.Jump, "jump/leap", ActionGroup.PersonMovement, false),
        new(MiniAvaAction.Hold, "carry/hold (an object)", ActionGroup.ObjectManipulation, true),
        new(MiniAvaAction.Lift, "lift/pick up", ActionGroup.ObjectManipulation, true),
        new(MiniAvaAction.PutDown, "put down", ActionGroup.ObjectManipulation, true),
        new(MiniAvaAction.Point, "point to (an object)", ActionGroup.ObjectManipulation, true),
        new(MiniAvaAction.Wave, "hand wave", ActionGroup.PersonInteraction, true),
        new(MiniAvaAction.Hug, "hug (a person)", ActionGroup.PersonInteraction, false),
        new(MiniAvaAction.Fight, "fight/hit (a person)", ActionGroup.PersonInteraction, false),
    ];

    /// <summary>The classes that only motion tells apart: <see cref="MotionOnly"/>.</summary>
    public static IReadOnlyList<MiniAvaClass> MotionOnlyClasses { get; } = [.. All.Where(c => c.MotionOnly)];

    /// <summary>Groups of classes that share their single frames; every <see cref="MotionOnly"/> class is in exactly one of them.</summary>
    public static IReadOnlyList<IReadOnlyList<MiniAvaAction>> SameSingleFrames { get; } =
    [
        [MiniAvaAction.Stand, MiniAvaAction.Walk],
        [MiniAvaAction.GetUp, MiniAvaAction.Crouch],
        [MiniAvaAction.Hold, MiniAvaAction.Lift, MiniAvaAction.PutDown],
        [MiniAvaAction.Point, MiniAvaAction.Wave],
    ];

    /// <summary>The class of an action.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="action"/> is no class of mini-AVA.</exception>
    public static MiniAvaClass Of(MiniAvaAction action) => (int)action >= 1 && (int)action <= All.Count
        ? All[(int)action - 1]
        : throw new ArgumentOutOfRangeException(nameof(action), action, $"mini-AVA's classes are 1 to {All.Count}");
}
