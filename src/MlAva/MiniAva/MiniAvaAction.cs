namespace MlAva.MiniAva;

/// <summary>The actions of mini-AVA; the numbers are the class ids of its label map. Names and groups: <see cref="MiniAvaClass.All"/>.</summary>
public enum MiniAvaAction
{
    /// <summary>No action: column 0 of a label vector, which AVA never uses.</summary>
    None = 0,

    /// <summary>Legs still, at any phase of the stride.</summary>
    Stand = 1,

    /// <summary>Legs striding.</summary>
    Walk = 2,

    /// <summary>Seated on a stool.</summary>
    Sit = 3,

    /// <summary>From the crouch upwards.</summary>
    GetUp = 4,

    /// <summary>Down into the crouch: <see cref="GetUp"/> backwards in time.</summary>
    Crouch = 5,

    /// <summary>Jumping on the spot.</summary>
    Jump = 6,

    /// <summary>An object held still, at any height.</summary>
    Hold = 7,

    /// <summary>An object on its way up.</summary>
    Lift = 8,

    /// <summary>An object on its way down: <see cref="Lift"/> backwards in time.</summary>
    PutDown = 9,

    /// <summary>An arm held still, at any phase of the wave.</summary>
    Point = 10,

    /// <summary>An arm swinging up and down.</summary>
    Wave = 11,

    /// <summary>Two persons in each other's arms.</summary>
    Hug = 12,

    /// <summary>Two persons throwing punches at each other.</summary>
    Fight = 13,
}
