namespace MlAva.MiniAva;

/// <summary>
/// Plans every video of a split: who stands where and does what. What a single frame shows (place, size, clothes, phases, heights) is
/// drawn without regard to which member of a group of <see cref="MiniAvaClass.SameSingleFrames"/> is chosen, and the choice is
/// exchangeable between the members; so their single frames follow one distribution.
/// </summary>
sealed class Director
{
    enum Cast { Alone, Two, Three, Hugging, Fighting, HuggingAndOne, FightingAndOne, HuggingAndTwo }

    readonly MiniAvaOptions _options;
    readonly MiniAvaSplit _split;
    readonly Deck<Cast> _casts;
    readonly Deck<(Legs, Arms)> _roles;
    readonly Deck<MiniAvaAction> _strides, _squats, _gestures, _carries;
    readonly Deck<int> _lengths;
    readonly SplitMix _root;

    internal Director(MiniAvaOptions options, MiniAvaSplit split)
    {
        (_options, _split) = (options, split);
        _root = new SplitMix(options.Seed).Fork((ulong)split + 1);
        ulong deck = 1_000_000;
        SplitMix Dice() => _root.Fork(deck++);
        _casts = new(Dice(), (Cast.Alone, 2), (Cast.Two, 5), (Cast.Three, 4), (Cast.Hugging, 1), (Cast.Fighting, 1), (Cast.HuggingAndOne, 1), (Cast.FightingAndOne, 2), (Cast.HuggingAndTwo, 1));
        // Gestures and objects go with quiet legs: on a body that rises or falls, a hand that is held still moves too.
        _roles = new(Dice(),
            ((Legs.Stride, Arms.Free), 1), ((Legs.Stride, Arms.Gesture), 5), ((Legs.Stride, Arms.Carry), 7),
            ((Legs.Squat, Arms.Free), 6), ((Legs.Jump, Arms.Free), 3),
            ((Legs.Sit, Arms.Free), 1), ((Legs.Sit, Arms.Gesture), 3), ((Legs.Sit, Arms.Carry), 5));
        _strides = new(Dice(), (MiniAvaAction.Stand, 3), (MiniAvaAction.Walk, 3));
        _squats = new(Dice(), (MiniAvaAction.GetUp, 3), (MiniAvaAction.Crouch, 3));
        _gestures = new(Dice(), (MiniAvaAction.Point, 3), (MiniAvaAction.Wave, 3));
        _carries = new(Dice(), (MiniAvaAction.Hold, 2), (MiniAvaAction.Lift, 2), (MiniAvaAction.PutDown, 2));
        _lengths = new(Dice(), (1, 2), (2, 3), (3, 1));
    }

    double Unit => _options.Unit;

    internal MiniAvaVideo[] Plan() => [.. Enumerable.Range(0, _options.VideosIn(_split)).Select(Video)];

    MiniAvaVideo Video(int index)
    {
        SplitMix dice = _root.Fork((ulong)index);
        List<Shot> shots = [];
        int persons = 0;
        for (int planned = 0; planned < _options.KeyframesPerVideo;)
        {
            int keyframes = Math.Min(_lengths.Draw(), _options.KeyframesPerVideo - planned);
            int first = MiniAvaOptions.FirstKeyframe + planned, seconds = keyframes;
            planned += keyframes;
            // The two seconds before the first keyframe and the one after the last belong to the shots beside them.
            if (shots.Count == 0) (first, seconds) = (MiniAvaOptions.FirstSecond, seconds + 2);
            if (planned == _options.KeyframesPerVideo) seconds++;
            shots.Add(NewShot(dice.Fork((ulong)shots.Count), first, seconds, ref persons));
        }
        return new(_options, _split, index, [.. shots], dice.Fork(1_000_000));
    }

    Shot NewShot(SplitMix dice, int first, int seconds, ref int persons)
    {
        Scenery scenery = dice.Pick(Palette.Sceneries);
        Cast cast = _casts.Draw();
        (int singles, Arms? pair) = cast switch
        {
            Cast.Alone => (1, (Arms?)null),
            Cast.Two => (2, null),
            Cast.Three => (3, null),
            Cast.Hugging => (0, Arms.Hug),
            Cast.Fighting => (0, Arms.Fight),
            Cast.HuggingAndOne => (1, Arms.Hug),
            Cast.FightingAndOne => (1, Arms.Fight),
            _ => (2, Arms.Hug),
        };
        List<double> widths = [.. Enumerable.Repeat(1.0, singles)];
        int pairSlot = pair is null ? -1 : dice.Below(singles + 1);
        if (pair is Arms kind) widths.Insert(pairSlot, kind == Arms.Hug ? 1.2 : 1.7);
        double slot = _options.Width / widths.Sum();
        double most = Math.Clamp(slot / Unit * 1.25, 64, 86), least = Math.Max(62, most - 14);

        List<Figure[]> groups = [];
        double left = 0;
        for (int i = 0; i < widths.Count; i++)
        {
            double height = dice.Range(least, most) * Unit;
            double slack = 0.5 * (widths[i] * slot - 0.62 * height - (i == pairSlot ? 0.4 * height : 0));
            double center = left + widths[i] * slot / 2 + Math.Max(0, slack) * dice.Range(-0.8, 0.8);
            if (i != pairSlot) center = Math.Clamp(center, 0.36 * height, _options.Width - 0.36 * height);
            // The nearer stand lower in the picture and are larger.
            double ground = _options.Height * (0.86 + 0.1 * (height / Unit - 62) / 24) + dice.Range(-1.5, 1.5) * Unit;
            left += widths[i] * slot;
            if (i == pairSlot) groups.Add(Pair(dice, scenery, pair!.Value, height, center, ground, seconds, ref persons));
            else
            {
                (Legs legs, Arms arms) = _roles.Draw();
                groups.Add([NewFigure(dice, scenery, legs, arms, dice.Chance(0.5) ? 1 : -1, height, center, ground, seconds, dice.Angle(), persons++)]);
            }
        }
        groups.Sort((a, b) => a[0].Ground.CompareTo(b[0].Ground));
        double drift = dice.Range(3, 9) * (dice.Chance(0.5) ? 1 : -1) * Unit;
        return new(first, seconds, [.. groups], scenery, dice.Fork(7).BackdropKey(), drift);
    }

    Figure[] Pair(SplitMix dice, Scenery scenery, Arms arms, double height, double center, double ground, int seconds, ref int persons)
    {
        double apart = (arms == Arms.Hug ? dice.Range(0.25, 0.31) : dice.Range(0.56, 0.68)) * height;
        double phase = dice.Angle();
        double other = arms == Arms.Hug ? phase : phase + dice.Range(0.6, 1.4) * Math.PI;
        Figure left = NewFigure(dice, scenery, Legs.Stride, arms, 1, height, center - apart / 2, ground, seconds, phase, persons++);
        // A couple's boxes lie on each other, so the two walk and stand together: a box must not have two answers.
        Figure right = NewFigure(dice, scenery, Legs.Stride, arms, -1, height * dice.Range(0.93, 1.07), center + apart / 2, ground, seconds, other, persons++, left.LegActions);
        return dice.Chance(0.5) ? [left, right] : [right, left];
    }

    Figure NewFigure(SplitMix dice, Scenery scenery, Legs legs, Arms arms, int facing, double height, double x, double ground, int seconds, double armPhase, int person, MiniAvaAction[]? partner = null)
    {
        MiniAvaAction[] legActions = partner ?? legs switch
        {
            Legs.Stride => Script(_strides, seconds),
            Legs.Squat => Script(_squats, seconds),
            Legs.Jump => Constant(MiniAvaAction.Jump, seconds),
            _ => Constant(MiniAvaAction.Sit, seconds),
        };
        MiniAvaAction[] armActions = arms switch
        {
            Arms.Gesture => Script(_gestures, seconds),
            Arms.Carry => Script(_carries, seconds),
            Arms.Hug => Constant(MiniAvaAction.Hug, seconds),
            Arms.Fight => Constant(MiniAvaAction.Fight, seconds),
            _ => Constant(MiniAvaAction.None, seconds),
        };
        return new()
        {
            PersonId = person,
            Look = Palette.Dress(dice, scenery),
            Legs = legs,
            Arms = arms,
            Facing = facing,
            Height = legs == Legs.Jump ? Math.Min(height, 76 * Unit) : height,
            X = x,
            Ground = ground,
            Lead = ((_options.Fps + 1) / 2 - 0.5) / _options.Fps,
            LegActions = legActions,
            ArmActions = armActions,
            LegLags = Lags(dice, legActions),
            ArmLags = Lags(dice, armActions),
            LegPhase = dice.Angle(),
            ArmPhase = armPhase,
            LegRate = 2 * Math.PI / (legs == Legs.Jump ? dice.Range(0.75, 0.95) : dice.Range(0.85, 1.1)),
            ArmRate = 2 * Math.PI / (arms == Arms.Fight ? dice.Range(0.65, 0.85) : arms == Arms.Hug ? dice.Range(1.2, 1.8) : dice.Range(0.8, 1.0)),
            Posture = dice.Range(-0.04, 0.06),
        };
    }

    /// <summary>One action a second. What went up comes down next and what is held stays held, so that nothing springs from one second to the next.</summary>
    static MiniAvaAction[] Script(Deck<MiniAvaAction> deck, int seconds)
    {
        MiniAvaAction[] script = new MiniAvaAction[seconds];
        script[0] = deck.Draw();
        for (int i = 1; i < seconds; i++)
        {
            script[i] = script[i - 1] switch
            {
                MiniAvaAction.GetUp => MiniAvaAction.Crouch,
                MiniAvaAction.Crouch => MiniAvaAction.GetUp,
                MiniAvaAction.Lift => MiniAvaAction.PutDown,
                MiniAvaAction.PutDown => MiniAvaAction.Lift,
                MiniAvaAction.Hold => MiniAvaAction.Hold,
                _ => deck.Draw(),
            };
        }
        return script;
    }

    static MiniAvaAction[] Constant(MiniAvaAction action, int seconds) => [.. Enumerable.Repeat(action, seconds)];

    static double[] Lags(SplitMix dice, MiniAvaAction[] actions)
    {
        double[] lags = [.. actions.Select(_ => dice.Range(-Figure.MaxLag, Figure.MaxLag))];
        for (int i = 1; i < lags.Length; i++)
        {
            if (actions[i] == MiniAvaAction.Hold) lags[i] = lags[0];
        }
        return lags;
    }
}
