using MlAva.Annotations;
using MlAva.MiniAva;

namespace MlAva.Tests;

/// <summary>The plan of mini-AVA and its drawing, in memory.</summary>
public sealed class MiniAvaTests
{
    static readonly MiniAvaOptions Defaults = new();
    static readonly IReadOnlyList<MiniAvaVideo> Train = MiniAvaVideo.Plan(Defaults, MiniAvaSplit.Train);
    static readonly IReadOnlyList<MiniAvaVideo> Val = MiniAvaVideo.Plan(Defaults, MiniAvaSplit.Val);

    /// <summary>One keyframe of each person of a large plan: what a person does in one second depends on the second before.</summary>
    static readonly Lazy<MiniAvaPerson[]> Independent = new(() =>
        [.. MiniAvaVideo.Plan(new() { TrainVideos = 400, ValVideos = 1, Seed = 7 }, MiniAvaSplit.Train)
            .SelectMany(v => v.Persons.GroupBy(p => p.PersonId).Select(g => g.First()))]);

    [Fact]
    public void Class_ids_run_from_1_without_gaps_and_cover_the_three_groups()
    {
        Assert.Equal(Enumerable.Range(1, 13), MiniAvaClass.All.Select(c => c.Id));
        Assert.Equal([ActionGroup.PersonMovement, ActionGroup.ObjectManipulation, ActionGroup.PersonInteraction], MiniAvaClass.All.Select(c => c.Group).Distinct());
        Assert.Equal(MiniAvaClass.All.Count, MiniAvaClass.All.Select(c => c.Name).Distinct().Count());
        Assert.Throws<ArgumentOutOfRangeException>(() => MiniAvaClass.Of(MiniAvaAction.None));
    }

    [Fact]
    public void Motion_only_classes_are_those_that_share_their_single_frames()
    {
        Assert.Equal(MiniAvaClass.MotionOnlyClasses.Select(c => c.Action).Order(), MiniAvaClass.SameSingleFrames.SelectMany(g => g).Order());
        Assert.True(MiniAvaClass.SameSingleFrames.Count >= 3);
        Assert.All(MiniAvaClass.SameSingleFrames, g => Assert.True(g.Count >= 2));
    }

    [Fact]
    public void Every_person_has_one_movement_and_at_most_one_other_action()
    {
        Assert.All(Train.Concat(Val).SelectMany(v => v.Persons), p =>
        {
            Assert.Single(p.Actions, a => MiniAvaClass.Of(a).Group == ActionGroup.PersonMovement);
            Assert.InRange(p.Actions.Count, 1, 2);
        });
    }

    [Fact]
    public void Every_class_has_enough_instances_to_learn_and_to_measure()
    {
        foreach (MiniAvaClass c in MiniAvaClass.All)
        {
            Assert.True(Train.SelectMany(v => v.Persons).Count(p => p.Actions.Contains(c.Action)) >= 60, $"train: {c.Name}");
            Assert.True(Val.SelectMany(v => v.Persons).Count(p => p.Actions.Contains(c.Action)) >= 15, $"val: {c.Name}");
        }
    }

    [Fact]
    public void Every_keyframe_has_one_to_four_persons_in_boxes_of_three_decimals_inside_the_frame()
    {
        foreach (MiniAvaVideo video in Train.Concat(Val))
        {
            IGrouping<KeyframeKey, MiniAvaPerson>[] keyframes = [.. video.Persons.GroupBy(p => p.Key)];
            Assert.Equal(Enumerable.Range(902, Defaults.KeyframesPerVideo).Select(t => new KeyframeKey(video.Id, t)), keyframes.Select(k => k.Key));
            Assert.All(keyframes, k => Assert.InRange(k.Count(), 1, 4));
            Assert.All(video.Persons, p =>
            {
                Assert.True(p.Box is { X1: >= 0, Y1: >= 0, X2: <= 1, Y2: <= 1 } && p.Box.HasArea, $"{p.Key} {p.Box}");
                Assert.Equal(Math.Round(p.Box.X1, 3), p.Box.X1);
                Assert.InRange(p.Box.Height * Defaults.Height, 35, 118);
            });
        }
    }

    [Fact]
    public void Persons_who_do_not_touch_each_other_overlap_little()
    {
        double[] overlaps = [.. Train.SelectMany(v => v.Persons.GroupBy(p => p.Key)).SelectMany(k => Pairs([.. k]))
            .Where(pair => !pair.A.Actions.Any(a => a is MiniAvaAction.Hug or MiniAvaAction.Fight) || !pair.B.Actions.Any(a => a is MiniAvaAction.Hug or MiniAvaAction.Fight))
            .Select(pair => Box.IoU(pair.A.Box, pair.B.Box))];
        Assert.True(overlaps.Length > 300);
        Assert.True(overlaps.Average() < 0.05, $"mean {overlaps.Average()}");
        Assert.True(overlaps.Max() < 0.5, $"max {overlaps.Max()}");

        static IEnumerable<(MiniAvaPerson A, MiniAvaPerson B)> Pairs(MiniAvaPerson[] persons)
        {
            for (int i = 0; i < persons.Length; i++)
                for (int j = i + 1; j < persons.Length; j++) yield return (persons[i], persons[j]);
        }
    }

    [Fact]
    public void Hugging_persons_move_alike_so_that_their_common_box_has_one_answer()
    {
        foreach (IGrouping<KeyframeKey, MiniAvaPerson> keyframe in Train.SelectMany(v => v.Persons.GroupBy(p => p.Key)))
        {
            MiniAvaPerson[] couple = [.. keyframe.Where(p => p.Actions.Contains(MiniAvaAction.Hug))];
            if (couple.Length > 0) Assert.Equal(couple[0].Actions, couple[1].Actions);
        }
    }

    public static TheoryData<MiniAvaAction, MiniAvaAction> Pairs()
    {
        TheoryData<MiniAvaAction, MiniAvaAction> pairs = [];
        foreach (IReadOnlyList<MiniAvaAction> group in MiniAvaClass.SameSingleFrames)
            for (int i = 1; i < group.Count; i++) pairs.Add(group[0], group[i]);
        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void The_keyframes_of_paired_classes_follow_one_distribution(MiniAvaAction first, MiniAvaAction second)
    {
        MiniAvaPerson[] a = [.. Independent.Value.Where(p => p.Actions.Contains(first))], b = [.. Independent.Value.Where(p => p.Actions.Contains(second))];
        Assert.True(a.Length > 150 && b.Length > 150, $"{a.Length} and {b.Length} persons");
        foreach ((string name, Func<MiniAvaPerson, double?> measure) in Measures())
        {
            double[] left = [.. a.Select(measure).OfType<double>()], right = [.. b.Select(measure).OfType<double>()];
            if (left.Length + right.Length == 0) continue;
            // 2.1 is passed by chance once in some 3,000 comparisons of equal distributions.
            Assert.True(Separation(left, right) < 2.1, $"{name}: {Separation(left, right):F2} for {left.Length} and {right.Length} persons");
        }
        foreach (MiniAvaAction other in Enum.GetValues<MiniAvaAction>())
        {
            if (other == first || other == second || other == MiniAvaAction.None) continue;
            double inA = a.Count(p => p.Actions.Contains(other)), inB = b.Count(p => p.Actions.Contains(other)), all = (inA + inB) / (a.Length + b.Length);
            double error = Math.Sqrt(all * (1 - all) * (1.0 / a.Length + 1.0 / b.Length));
            Assert.True(Math.Abs(inA / a.Length - inB / b.Length) <= 4 * error, $"{other} goes with {inA} of {a.Length} and {inB} of {b.Length}");
        }
    }

    [Fact]
    public void The_comparison_of_distributions_sees_a_small_difference()
    {
        MiniAvaPerson[] lifting = [.. Independent.Value.Where(p => p.Actions.Contains(MiniAvaAction.Lift))];
        MiniAvaPerson[] putting = [.. Independent.Value.Where(p => p.Actions.Contains(MiniAvaAction.PutDown))];
        double[] heights = [.. lifting.Select(p => p.Pose.ObjectHeight!.Value)], others = [.. putting.Select(p => p.Pose.ObjectHeight!.Value + 0.1)];
        Assert.True(Separation(heights, others) > 2.1);
    }

    [Theory]
    [InlineData(MiniAvaAction.Walk, MiniAvaAction.Stand)]
    [InlineData(MiniAvaAction.Wave, MiniAvaAction.Point)]
    [InlineData(MiniAvaAction.Lift, MiniAvaAction.Hold)]
    [InlineData(MiniAvaAction.PutDown, MiniAvaAction.Hold)]
    public void The_moving_one_of_a_pair_moves_more_around_its_keyframe(MiniAvaAction moving, MiniAvaAction still) =>
        Assert.True(Motion(moving) > 1.3 * Motion(still), $"{Motion(moving)} and {Motion(still)}");

    [Theory]
    [InlineData(MiniAvaAction.Lift, MiniAvaAction.PutDown, false)]
    [InlineData(MiniAvaAction.Crouch, MiniAvaAction.GetUp, true)]
    public void Paired_ways_up_and_down_run_through_the_same_heights_in_opposite_order(MiniAvaAction rises, MiniAvaAction falls, bool isCrouch)
    {
        double[] All(MiniAvaAction action) => [.. Independent.Value.Where(p => p.Actions.Contains(action)).Select(p => (isCrouch ? p.Pose.Crouch : p.Pose.ObjectHeight)!.Value)];
        Assert.All(All(rises).Concat(All(falls)), h => Assert.InRange(h, 0.15, 0.85));
        Assert.All(Train.SelectMany(v => v.Persons.GroupBy(p => (v.Id, p.PersonId))), person =>
        {
            foreach ((MiniAvaPerson now, MiniAvaPerson next) in person.Zip(person.Skip(1)))
            {
                if (now.Actions.Contains(rises)) Assert.Contains(falls, next.Actions);
                if (now.Actions.Contains(falls)) Assert.Contains(rises, next.Actions);
            }
        });
    }

    [Fact]
    public void Frames_are_the_same_for_the_same_seed_and_others_for_another()
    {
        byte[] once = MiniAvaVideo.Plan(Defaults, MiniAvaSplit.Val)[3].Render(40, 2, 7);
        Assert.Equal(2 * 120 * 160 * 3, once.Length);
        Assert.Equal(once, Val[3].Render(40, 2, 7));
        Assert.Equal(once.AsSpan(120 * 160 * 3).ToArray(), Val[3].Render(47));
        Assert.NotEqual(once, MiniAvaVideo.Plan(Defaults with { Seed = 21 }, MiniAvaSplit.Val)[3].Render(40, 2, 7));
    }

    [Fact]
    public void Frames_beyond_the_video_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Val[0].Render(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Val[0].Render(Defaults.FramesPerVideo - 6, 2, 7));
        Assert.Equal(120 * 160 * 3, Val[0].Render(Defaults.FramesPerVideo).Length);
    }

    [Fact]
    public void Second_t_lies_at_the_frame_that_ava_s_rule_names()
    {
        Assert.Equal(31, Defaults.FrameAt(902));
        Assert.Equal(211, Defaults.FramesPerVideo);
        Assert.Equal(Defaults.FramesPerVideo, Defaults.FrameAt(Defaults.LastSecond));
    }

    [Theory]
    [InlineData(nameof(MiniAvaOptions.TrainVideos))]
    [InlineData(nameof(MiniAvaOptions.ValVideos))]
    [InlineData(nameof(MiniAvaOptions.KeyframesPerVideo))]
    [InlineData(nameof(MiniAvaOptions.Width))]
    [InlineData(nameof(MiniAvaOptions.Height))]
    [InlineData(nameof(MiniAvaOptions.Fps))]
    [InlineData(nameof(MiniAvaOptions.JpegQuality))]
    [InlineData(nameof(MiniAvaOptions.ExcludedKeyframes))]
    [InlineData(nameof(MiniAvaOptions.MaxDegreeOfParallelism))]
    public void An_option_out_of_range_is_named(string option)
    {
        MiniAvaOptions options = new();
        typeof(MiniAvaOptions).GetProperty(option)!.SetValue(options, 5000);
        ArgumentException error = Assert.Throws<ArgumentException>(() => MiniAvaVideo.Plan(options, MiniAvaSplit.Train));
        Assert.Contains(option, error.Message, StringComparison.Ordinal);
        Assert.Contains("5000", error.Message, StringComparison.Ordinal);
    }

    static IEnumerable<(string Name, Func<MiniAvaPerson, double?> Measure)> Measures() =>
    [
        ("stride", p => p.Pose.StridePhase), ("crouch", p => p.Pose.Crouch), ("jump", p => p.Pose.JumpPhase), ("arm", p => p.Pose.ArmPhase),
        ("object", p => p.Pose.ObjectHeight), ("height", p => p.Pose.Height), ("x", p => p.Pose.X), ("ground", p => p.Pose.Ground),
        ("facing", p => p.Pose.Facing), ("left", p => p.Box.X1), ("top", p => p.Box.Y1), ("width", p => p.Box.Width), ("tall", p => p.Box.Height),
    ];

    /// <summary>Kolmogorov and Smirnov's two-sample statistic, scaled so that 1.36 is passed by chance once in 20 times.</summary>
    static double Separation(double[] a, double[] b)
    {
        double[] left = [.. a.Order()], right = [.. b.Order()];
        double widest = 0;
        foreach (double x in left.Concat(right))
            widest = Math.Max(widest, Math.Abs(ShareUpTo(left, x) - ShareUpTo(right, x)));
        return widest * Math.Sqrt((double)a.Length * b.Length / (a.Length + b.Length));

        static double ShareUpTo(double[] sorted, double x)
        {
            int low = 0, high = sorted.Length;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (sorted[middle] <= x) low = middle + 1;
                else high = middle;
            }
            return (double)low / sorted.Length;
        }
    }

    /// <summary>Mean change of brightness inside the boxes of persons that stay in place but for the action, 0.27 s to either side of the keyframe.</summary>
    static double Motion(MiniAvaAction action)
    {
        double sum = 0;
        int count = 0;
        foreach ((MiniAvaVideo video, MiniAvaPerson person) in Train.SelectMany(v => v.Persons.Select(p => (v, p))))
        {
            if (!person.Actions.Contains(action) || !person.Actions.All(a => a == action || a is MiniAvaAction.Stand or MiniAvaAction.Sit)) continue;
            byte[] frames = video.Render(Defaults.FrameAt((int)person.Key.Timestamp) - 4, 2, 8);
            Box box = person.Box.Scale(Defaults.Width, Defaults.Height);
            for (int y = (int)box.Y1; y < (int)box.Y2; y++)
            {
                for (int x = (int)box.X1; x < (int)box.X2; x++, count++)
                {
                    int at = 3 * (y * Defaults.Width + x) + 1;
                    sum += Math.Abs(frames[at] - frames[at + frames.Length / 2]);
                }
            }
        }
        Assert.True(count > 0);
        return sum / count;
    }
}
