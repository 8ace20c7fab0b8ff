using MlAva.TestSupport;

namespace MlAva.Annotations.Tests;

public sealed class LabelMapTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("item {\n  name: \"stand\"\n  id: 12\n}\n")]
    [InlineData("item {\r\n  name: \"stand\"\r\n  id: 12\r\n}\r\n")]
    [InlineData("item {\n\tname: \"stand\"\n\tid: 12\n}")]
    [InlineData("item { id: 12 name: 'stand' }")]
    [InlineData("\uFEFF# classes\nitem{name:\"st\" \"and\",id:12;} # the only one")]
    [InlineData("item <\n display_name: \"x\" extra { a: [1, 2] b { c: \"}\" } } name: \"stand\" id: 12 >")]
    [InlineData("label {\n  name: \"stand\"\n  label_id: 12\n}\n")]
    [InlineData("12: stand\n")]
    public void One_class_is_read_in_every_layout(string text)
    {
        LabelMap map = Read(text);
        Assert.Equal([new LabelMapEntry(12, "stand", ActionGroup.Unknown)], map);
        Assert.Equal(12, map.MaxId);
        Assert.Equal("stand", map.NameOf(12));
        Assert.False(map.TryGetName(1, out _));
        Assert.Throws<KeyNotFoundException>(() => map.NameOf(1));
        Assert.Equal(ActionGroup.PersonMovement, map.WithAvaGroups()[0].Group);
    }

    [Theory]
    [InlineData("item {\n name: \"a\"\n id: 1\n}\nitem {\n name: \"b\"\n id: 1\n}\n", 5, "which line 1 has")]
    [InlineData("item {\n name: \"a\"\n id: 0\n}\n", 1, "id 0 of class 'a'")]
    [InlineData("item {\n name: \"a\"\n id: 2\n}\n\nitem { id: 1 }", 6, "without a name")]
    [InlineData("item {\n name: \"a\"\n}\n", 1, "without an id")]
    [InlineData("item {\n name: \"a\"\n id: one\n}\n", 3, "'one'")]
    [InlineData("item {\n name: a\n id: 1\n}\n", 2, "'a'")]
    [InlineData("item {\n name: \"a\n id: 1\n}\n", 2, "not closed")]
    [InlineData("item {\n name: \"a\"\n id: 1\n", 4, "end of the file")]
    [InlineData("stand\nsit\n", 1, "'stand'")]
    [InlineData("1: stand\n2 sit\n", 2, "'2 sit'")]
    [InlineData("1: stand\n1: sit\n", 2, "which line 1 has")]
    [InlineData("1: \n", 1, "without a name")]
    [InlineData("", 0, "no class")]
    [InlineData("version https://git-lfs.github.com/spec/v1\n", 1, "Git LFS")]
    public void Faults_are_named_with_their_line(string text, long line, string found)
    {
        AnnotationFormatException e = Assert.Throws<AnnotationFormatException>(() => Read(text));
        Assert.Equal(line, e.Row);
        Assert.Contains(found, e.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, ActionGroup.PersonMovement)]
    [InlineData(14, ActionGroup.PersonMovement)]
    [InlineData(15, ActionGroup.ObjectManipulation)]
    [InlineData(63, ActionGroup.ObjectManipulation)]
    [InlineData(64, ActionGroup.PersonInteraction)]
    [InlineData(80, ActionGroup.PersonInteraction)]
    public void AVAs_groups_go_by_id(int id, ActionGroup group) => Assert.Equal(group, LabelMap.AvaGroupOf(id));

    [Fact]
    public void Names_with_quotes_and_backslashes_come_back_as_they_were()
    {
        LabelMap map = LabelMap.FromEntries(
            [new(3, "say \"hi\" \\ 中", ActionGroup.PersonInteraction), new(1, "same", ActionGroup.Unknown),
            new(2, "same", ActionGroup.Unknown)]);
        map.Write(_folder.File("w.pbtxt"));
        Assert.Equal(map, LabelMap.Read(_folder.File("w.pbtxt")));
        Assert.Throws<ArgumentException>(() => LabelMap.FromEntries([]));
        Assert.Throws<ArgumentException>(() => LabelMap.FromEntries([new(1, "a", default), new(1, "b", default)]));
        Assert.Throws<ArgumentException>(() => LabelMap.FromEntries([new(0, "a", default)]));
        Assert.Throws<ArgumentException>(() => LabelMap.FromEntries([new(1, "", default)]));
    }

    [SharedTheory("ava/annotations")]
    [InlineData("ava_action_list_v2.1_for_activitynet_2018.pbtxt.txt", 60)]
    [InlineData("ava_action_list_v2.2_for_activitynet_2019.pbtxt", 60)]
    [InlineData("ava_action_list_v2.2.pbtxt", 80)]
    public void AVAs_own_maps_are_read_and_written_back_byte_for_byte(string name, int classes)
    {
        string path = SharedData.Path($"ava/annotations/{name}");
        LabelMap map = LabelMap.Read(path);
        Assert.Equal(classes, map.Count);
        Assert.Equal(80, map.MaxId);
        Assert.Equal("bend/bow (at the waist)", map.NameOf(1));
        Assert.True(classes == 60 || map.All(e => e.Group == LabelMap.AvaGroupOf(e.Id)));
        map.Write(_folder.File("w.pbtxt"));
        Assert.Equal(File.ReadAllText(path), File.ReadAllText(_folder.File("w.pbtxt")));
    }

    [SharedFact("ava/labelmap_oddities")]
    public void Layouts_seen_in_the_wild_hold_the_same_60_classes()
    {
        LabelMap official = LabelMap.Read(SharedData.Path("ava/annotations/ava_action_list_v2.2_for_activitynet_2019.pbtxt"));
        Assert.Equal(official.Ids, LabelMap.Read(SharedData.Path("ava/labelmap_oddities/derenlei_one_item_per_line.txt")).Ids);
        Assert.Equal(60, LabelMap.Read(SharedData.Path("ava/labelmap_oddities/leaderj1001_single_line.pbtxt")).Count);
        LabelMap doubled = LabelMap.Read(SharedData.Path("ava/labelmap_oddities/mmaction2_duplicate_name.txt"));
        Assert.Equal([12, 17, 79, 80], doubled.Ids);
        Assert.Equal("action3", doubled.NameOf(80));
    }

    [SharedFact("ava/nest/annotations")]
    public void Custom_sets_maps_are_read()
    {
        Assert.Equal("Incubation", LabelMap.Read(SharedData.Path("ava/nest/annotations/ava_action_list_v2.2.pbtxt")).NameOf(1));
        Assert.Equal(6, LabelMap.Read(SharedData.Path("ava/custom_bird/ava_action_list_v2.1.pbtxt")).Count);
    }

    LabelMap Read(string text) => LabelMap.Read(_folder.Write("l.pbtxt", text));
}
