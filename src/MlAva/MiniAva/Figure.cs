namespace MlAva.MiniAva;

/// <summary>
/// One person in one shot: the looks, the place, and what it does in each second. A second <c>j</c> of the shot lasts from
/// <c>j − Lead</c> to <c>j + 1 − Lead</c>, with its keyframe at <c>j</c>; times are seconds since the shot's first keyframe.
/// </summary>
sealed class Figure
{
    /// <summary>Parts of its whole way that a ramp (crouch, lift and their reverses) covers in a second; it rests at the ends.</summary>
    const double RampSpeed = 1.25;

    /// <summary>How far a keyframe may lie off the middle of a ramp, seconds to either side.</summary>
    internal const double MaxLag = 0.18;

    internal required int PersonId { get; init; }
    internal required Look Look { get; init; }
    internal required Legs Legs { get; init; }
    internal required Arms Arms { get; init; }
    internal required int Facing { get; init; }
    internal required double Height { get; init; }
    internal required double X { get; init; }
    internal required double Ground { get; init; }

    /// <summary>Seconds between an action's beginning and its keyframe.</summary>
    internal required double Lead { get; init; }

    /// <summary>Action of the legs in each second.</summary>
    internal required MiniAvaAction[] LegActions { get; init; }

    /// <summary>Action of the arms in each second.</summary>
    internal required MiniAvaAction[] ArmActions { get; init; }

    /// <summary>Seconds by which the legs' ramp runs ahead at each keyframe.</summary>
    internal required double[] LegLags { get; init; }

    /// <summary>Seconds by which the object's ramp runs ahead at each keyframe.</summary>
    internal required double[] ArmLags { get; init; }

    /// <summary>Phases at the shot's first action's beginning, radians.</summary>
    internal required double LegPhase { get; init; }
    internal required double ArmPhase { get; init; }

    /// <summary>Radians a second.</summary>
    internal required double LegRate { get; init; }
    internal required double ArmRate { get; init; }

    /// <summary>Small personal differences of posture, radians.</summary>
    internal required double Posture { get; init; }

    internal MiniAvaPose PoseAt(double time) => new(
        Facing, Height, X, Ground,
        Legs == Legs.Stride ? Phase(time, LegActions, MiniAvaAction.Walk, LegPhase, LegRate) : null,
        Legs == Legs.Squat ? Ramp(time, LegActions, LegLags, MiniAvaAction.Crouch, MiniAvaAction.GetUp) : null,
        Legs == Legs.Jump ? Wrap(LegPhase + LegRate * time) : null,
        Arms switch
        {
            Arms.Gesture => Phase(time, ArmActions, MiniAvaAction.Wave, ArmPhase, ArmRate),
            Arms.Hug or Arms.Fight => Wrap(ArmPhase + ArmRate * time),
            _ => null,
        },
        Arms == Arms.Carry ? Ramp(time, ArmActions, ArmLags, MiniAvaAction.Lift, MiniAvaAction.PutDown) : null);

    /// <summary>A phase that runs on during <paramref name="moving"/> and rests during the other action of its kind.</summary>
    double Phase(double time, MiniAvaAction[] actions, MiniAvaAction moving, double start, double rate)
    {
        int now = Second(time, actions.Length);
        double ran = actions[now] == moving ? time + Lead - now : 0;
        for (int j = 0; j < now; j++) ran += actions[j] == moving ? 1 : 0;
        return Wrap(start + rate * ran);
    }

    /// <summary>Where a ramp stands: 0 to 1. Upwards and downwards mirror each other in time; any other action rests somewhere on it.</summary>
    double Ramp(double time, MiniAvaAction[] actions, double[] lags, MiniAvaAction up, MiniAvaAction down)
    {
        int now = Second(time, actions.Length);
        double way = actions[now] == up ? time - now + lags[now] : actions[now] == down ? now - time - lags[now] : lags[now];
        return Smooth(0.5 + RampSpeed * way);
    }

    int Second(double time, int seconds) => Math.Clamp((int)Math.Floor(time + Lead), 0, seconds - 1);

    static double Wrap(double phase) => phase - 2 * Math.PI * Math.Floor(phase / (2 * Math.PI));

    static double Smooth(double x)
    {
        double t = Math.Clamp(x, 0, 1);
        return t * t * (3 - 2 * t);
    }
}
