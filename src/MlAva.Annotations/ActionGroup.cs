namespace MlAva.Annotations;

/// <summary>AVA's three groups of actions (<c>label_type</c> in its label maps).</summary>
public enum ActionGroup
{
    /// <summary>The label map does not say.</summary>
    Unknown,

    /// <summary>Pose or movement of the person alone: ids 1–14 in AVA.</summary>
    PersonMovement,

    /// <summary>The person with an object: ids 15–63 in AVA.</summary>
    ObjectManipulation,

    /// <summary>The person with another person: ids 64–80 in AVA.</summary>
    PersonInteraction,
}
