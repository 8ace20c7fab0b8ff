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
    readonly Deck<Legs> _legs;
    readonly Deck<Arms> _arms;
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
        _legs = new(Dice(), (Legs.Stride, 4), (Legs.Squat, 4), (Legs.Jump, 2), (Legs.Sit, 2));
        _arms = new(Dice(), (Arms.Free, 2), (Arms.Gesture, 3), (Arms.Carry, 4));
        _strides = new(Dice(), (MiniAvaAction.Stand, 3), (MiniAvaAction.Walk, 3));
        _squats = new(Dice(), (MiniAvaAction.GetUp, 3), (MiniAvaAction.Crouch, 3));
        _gestures = new(Dice(), (MiniAvaAction.Point, 3), (MiniAvaAction.Wave, 3));
        _carries = new(Dice(), (MiniAvaAction.Hold, 2), (MiniAvaAction.Lift, 2), (MiniAvaAction.PutDown, 2));
        _lengths = new(Dice(), (1, 2), (2, 2), (3, 2));
    }

    double Unit => Math.Min(_options.Height / 120.0, _options.Width / 160.0);

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
        string id = $"mini-{(_split == MiniAvaSplit.Train ? "train" : "val")}-{index + 1:000}";
        return new(_options, _split, index, id, [.. shots], dice.Fork(1_000_000));
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
            // The nearer stand lower in the picture and are larger.
            double ground = _options.Height * (0.86 + 0.1 * (height / Unit - 62) / 24) + dice.Range(-1.5, 1.5) * Unit;
            left += widths[i] * slot;
            if (i == pairSlot) groups.Add(Pair(dice, scenery, pair!.Value, height, center, ground, seconds, ref persons));
            else
            {
                Legs legs = _legs.Draw();
                groups.Add([NewFigure(dice, scenery, legs, _arms.Draw(), dice.Chance(0.5) ? 1 : -1, height, center, ground, seconds, dice.Angle(), persons++)]);
            }
        }
        groups.Sort((a, b) => a[0].Ground.CompareTo(b[0].Ground));
        double drift = dice.Range(3, 9) * (dice.Chance(0.5) ? 1 : -1) * Unit;
        return new(first, seconds, [.. groups], scenery, dice.Fork(7).BackdropKey(), drift);
    }

    Figure[] Pair(SplitMix dice, Scenery scenery, Arms arms, double height, double center, double ground, int seconds, ref int persons)
    {
        double apart = (arms == Arms.Hug ? dice.Range(0.2, 0.26) : dice.Range(0.56, 0.68)) * height;
        double phase = dice.Angle();
        double other = arms == Arms.Hug ? phase : phase + dice.Range(0.6, 1.4) * Math.PI;
        Figure left = NewFigure(dice, scenery, Legs.Stride, arms, 1, height, center - apart / 2, ground, seconds, phase, persons++);
        Figure right = NewFigure(dice, scenery, Legs.Stride, arms, -1, height * dice.Range(0.93, 1.07), center + apart / 2, ground, seconds, other, persons++);
        return dice.Chance(0.5) ? [left, right] : [right, left];
    }

    Figure NewFigure(SplitMix dice, Scenery scenery, Legs legs, Arms arms, int facing, double height, double x, double ground, int seconds, double armPhase, int person)
    {
        MiniAvaAction[] legActions = legs switch
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

    /// <summary>One action a second. What went up comes down next and the other way round: nothing springs back between two seconds.</summary>
    static MiniAvaAction[] Script(Deck<MiniAvaAction> deck, int seconds)
    {
        MiniAvaAction[] script = new MiniAvaAction[seconds];
        for (int i = 0; i < seconds; i++)
        {
            script[i] = deck.Draw();
            if (i > 0 && script[i] == script[i - 1] && Reverse(script[i]) is MiniAvaAction back) script[i] = back;
        }
        return script;
    }

    static MiniAvaAction? Reverse(MiniAvaAction action) => action switch
    {
        MiniAvaAction.GetUp => MiniAvaAction.Crouch,
        MiniAvaAction.Crouch => MiniAvaAction.GetUp,
        MiniAvaAction.Lift => MiniAvaAction.PutDown,
        MiniAvaAction.PutDown => MiniAvaAction.Lift,
        _ => null,
    };

    static MiniAvaAction[] Constant(MiniAvaAction action, int seconds) => [.. Enumerable.Repeat(action, seconds)];

    static double[] Lags(SplitMix dice, MiniAvaAction[] actions)
    {
        double[] lags = new double[actions.Length];
        for (int i = 0; i < lags.Length; i++)
        {
            double lag = dice.Range(-Figure.MaxLag, Figure.MaxLag);
            // An object held on stays where it is.
            lags[i] = i > 0 && actions[i] == MiniAvaAction.Hold && actions[i - 1] == MiniAvaAction.Hold ? lags[i - 1] : lag;
        }
        return lags;
    }
}
