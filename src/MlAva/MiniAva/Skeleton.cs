using SkiaSharp;

namespace MlAva.MiniAva;

/// <summary>A figure's joints at one moment, in pixels of the frame. Lengths are parts of the standing height; angles are radians from straight down, forward positive.</summary>
sealed class Skeleton
{
    internal const double HeadRadius = 0.085, TorsoWidth = 0.165, ThighWidth = 0.105, ShinWidth = 0.085, UpperArmWidth = 0.088,
        ForearmWidth = 0.074, HandRadius = 0.046, FootWidth = 0.062, BoxSide = 0.22, BallRadius = 0.12;

    const double Thigh = 0.24, Shin = 0.235, Foot = 0.085, Torso = 0.29, Neck = 0.125, UpperArm = 0.175, Forearm = 0.165;

    readonly Figure _figure;
    readonly MiniAvaPose _pose;
    double _hipX, _hipY, _air;

    internal Skeleton(Figure figure, double time)
    {
        _figure = figure;
        _pose = figure.PoseAt(time);
        Build();
    }

    internal SKPoint Hip { get; private set; }
    internal SKPoint Shoulder { get; private set; }
    internal SKPoint Head { get; private set; }
    internal SKPoint[] NearLeg { get; private set; } = [];
    internal SKPoint[] FarLeg { get; private set; } = [];
    internal SKPoint[] NearArm { get; private set; } = [];
    internal SKPoint[] FarArm { get; private set; } = [];
    internal SKPoint? Object { get; private set; }

    /// <summary>The direction from hip to shoulder, radians: 0 upright, positive forward.</summary>
    internal double Lean { get; private set; }

    /// <summary>Height of the feet above the ground, parts of the standing height.</summary>
    internal double Air => _air;

    internal double Scale => _figure.Height;

    /// <summary>The tight box of the figure and its object, pixels.</summary>
    internal SKRect Bounds()
    {
        SKRect bounds = Around(Head, HeadRadius * 1.08);
        bounds.Union(Around(Hip, TorsoWidth / 2));
        bounds.Union(Around(Shoulder, TorsoWidth / 2));
        foreach (SKPoint[] leg in (SKPoint[][])[NearLeg, FarLeg])
        {
            bounds.Union(Around(leg[1], ThighWidth / 2));
            bounds.Union(Around(leg[2], FootWidth / 2));
            bounds.Union(Around(leg[3], FootWidth / 2));
        }
        foreach (SKPoint[] arm in (SKPoint[][])[NearArm, FarArm])
        {
            bounds.Union(Around(arm[1], UpperArmWidth / 2));
            bounds.Union(Around(arm[2], HandRadius));
        }
        if (Object is SKPoint thing) bounds.Union(Around(thing, _figure.Look.IsBall ? BallRadius : BoxSide / 2));
        return bounds;
    }

    void Build()
    {
        (double thigh, double shin) near, far;
        double lean = 0.02 + _figure.Posture;
        double crouch = 0;
        switch (_figure.Legs)
        {
            case Legs.Stride:
                double size = _figure.Arms is Arms.Fight or Arms.Hug ? 0.6 : 1;
                near = Stride(_pose.StridePhase!.Value, size);
                far = Stride(_pose.StridePhase.Value + Math.PI, size);
                lean += 0.04;
                break;
            case Legs.Squat:
                crouch = _pose.Crouch!.Value;
                (near, far) = (Squat(crouch, 0.1), Squat(crouch, -0.1));
                lean += 0.5 * crouch;
                break;
            case Legs.Jump:
                (crouch, _air) = Jump(_pose.JumpPhase!.Value);
                (near, far) = (Squat(crouch, 0.07), Squat(crouch, -0.07));
                lean += 0.35 * crouch;
                break;
            default:
                (near, far) = ((1.5, 0.02), (1.36, -0.12));
                lean -= 0.06;
                break;
        }

        (double upper, double elbow) nearArm, farArm;
        (nearArm, farArm) = FreeArms(crouch);
        double? objectAngle = null;
        switch (_figure.Arms)
        {
            case Arms.Gesture:
                nearArm = (2.1 + 0.98 * Math.Sin(_pose.ArmPhase!.Value), 0.12);
                break;
            case Arms.Carry:
                objectAngle = 0.4 + 2.4 * _pose.ObjectHeight!.Value;
                nearArm = (objectAngle.Value - 0.16, 0.3);
                farArm = (objectAngle.Value - 0.06, 0.22);
                break;
            case Arms.Hug:
                double sway = Math.Sin(_pose.ArmPhase!.Value);
                nearArm = (1.2 + 0.06 * sway, 0.5);
                farArm = (1.45 - 0.06 * sway, 0.35);
                lean = 0.13 + 0.05 * sway;
                break;
            case Arms.Fight:
                double strike = Math.Sin(_pose.ArmPhase!.Value);
                nearArm = Punch(Math.Max(0, strike));
                farArm = Punch(Math.Max(0, -strike));
                lean = 0.04 + 0.16 * Math.Abs(strike);
                break;
        }
        Place(near, far, lean, nearArm, farArm, objectAngle);
    }

    void Place((double Thigh, double Shin) near, (double Thigh, double Shin) far, double lean,
        (double Upper, double Elbow) nearArm, (double Upper, double Elbow) farArm, double? objectAngle)
    {
        double nearX = Thigh * Math.Sin(near.Thigh) + Shin * Math.Sin(near.Shin), nearY = Thigh * Math.Cos(near.Thigh) + Shin * Math.Cos(near.Shin);
        double farX = Thigh * Math.Sin(far.Thigh) + Shin * Math.Sin(far.Shin), farY = Thigh * Math.Cos(far.Thigh) + Shin * Math.Cos(far.Shin);
        // The lower foot stands on the ground, which also gives a walker its bob; the feet stay where they are.
        _hipY = Math.Max(nearY, farY) + FootWidth / 2 + _air;
        _hipX = _figure.Legs == Legs.Stride ? 0 : -0.85 * (nearX + farX) / 2;
        Lean = lean;
        double shoulderX = _hipX + Torso * Math.Sin(lean), shoulderY = _hipY + Torso * Math.Cos(lean);
        double nod = 0.6 * lean;
        Hip = Pixel(_hipX, _hipY);
        Shoulder = Pixel(shoulderX, shoulderY);
        Head = Pixel(shoulderX + Neck * Math.Sin(nod) + 0.012, shoulderY + Neck * Math.Cos(nod));
        NearLeg = Leg(near.Thigh, near.Shin);
        FarLeg = Leg(far.Thigh, far.Shin);
        NearArm = Arm(shoulderX, shoulderY - 0.02, nearArm.Upper, nearArm.Elbow);
        FarArm = Arm(shoulderX + 0.02, shoulderY - 0.02, farArm.Upper, farArm.Elbow);
        if (objectAngle is double angle)
        {
            double reach = UpperArm + Forearm + 0.035;
            Object = Pixel(shoulderX + reach * Math.Sin(angle), shoulderY - 0.02 - reach * Math.Cos(angle));
        }
    }

    static (double Thigh, double Shin) Stride(double phase, double size)
    {
        double thigh = 0.06 + 0.56 * size * Math.Sin(phase);
        // The knee bends while the thigh swings forward.
        double knee = 0.1 + 0.95 * size * Math.Max(0, Math.Cos(phase + 0.2));
        return (thigh, thigh - knee);
    }

    static (double Thigh, double Shin) Squat(double crouch, double apart) => (1.75 * crouch + apart, -0.85 * crouch + apart);

    static (double Crouch, double Air) Jump(double phase)
    {
        double part = phase / (2 * Math.PI);
        if (part < 0.4) return (0.08 + 0.42 * Math.Sin(Math.PI * part / 0.4), 0);
        double flight = (part - 0.4) / 0.6;
        double height = 4 * flight * (1 - flight);
        return (0.08 + 0.16 * height, 0.17 * height);
    }

    ((double Upper, double Elbow) Near, (double Upper, double Elbow) Far) FreeArms(double crouch)
    {
        if (_figure.Legs == Legs.Stride)
        {
            double swing = 0.6 * Math.Sin(_pose.StridePhase!.Value);
            return ((-swing, 0.4), (swing, 0.4));
        }
        if (_figure.Legs == Legs.Jump)
        {
            double raise = 1.1 * _air / 0.17 - 0.9 * crouch;
            return ((0.2 + raise, 0.4), (0.4 + raise, 0.4));
        }
        return _figure.Legs == Legs.Sit ? ((0.45, 0.75), (0.55, 0.8)) : ((0.05 + 0.75 * crouch, 0.25 + 0.3 * crouch), (0.2 + 0.75 * crouch, 0.3 + 0.3 * crouch));
    }

    static (double Upper, double Elbow) Punch(double reach) => (0.35 + 1.2 * reach, 2.1 - 2 * reach);

    SKPoint[] Leg(double thigh, double shin)
    {
        double kneeX = _hipX + Thigh * Math.Sin(thigh), kneeY = _hipY - Thigh * Math.Cos(thigh);
        double ankleX = kneeX + Shin * Math.Sin(shin), ankleY = kneeY - Shin * Math.Cos(shin);
        // A raised foot points down, a standing one lies flat.
        double pitch = Math.PI / 2 + Math.Clamp(0.8 * shin, -0.9, 0) * Math.Clamp((ankleY - FootWidth / 2) / 0.05, 0, 1);
        return [Hip, Pixel(kneeX, kneeY), Pixel(ankleX, ankleY), Pixel(ankleX + Foot * Math.Sin(pitch), ankleY - Foot * Math.Cos(pitch))];
    }

    SKPoint[] Arm(double x, double y, double upper, double elbow)
    {
        double elbowX = x + UpperArm * Math.Sin(upper), elbowY = y - UpperArm * Math.Cos(upper);
        return [Pixel(x, y), Pixel(elbowX, elbowY), Pixel(elbowX + Forearm * Math.Sin(upper + elbow), elbowY - Forearm * Math.Cos(upper + elbow))];
    }

    SKPoint Pixel(double x, double y) => new((float)(_figure.X + _figure.Facing * x * Scale), (float)(_figure.Ground - y * Scale));

    SKRect Around(SKPoint center, double radius)
    {
        float r = (float)(radius * Scale);
        return new(center.X - r, center.Y - r, center.X + r, center.Y + r);
    }
}
