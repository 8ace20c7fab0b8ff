using MlAva.Annotations.Formats;
using MlAva.TestSupport;

namespace MlAva.Annotations.Tests.Formats;

public sealed class CvatTests : IDisposable
{
    const string Head = """
        <?xml version="1.0" encoding="utf-8"?>
        <annotations>
          <version>1.1</version>
          <meta>
            <task>
              <id>7</id><name>a task</name><size>60</size><mode>interpolation</mode>
              <labels>
                <label><name>person</name><attributes>
                  <attribute><name>action</name><input_type>select</input_type><values>__undefined__
        walk
        sit</values></attribute>
                  <attribute><name>waves</name><input_type>checkbox</input_type><values>false</values></attribute>
                  <attribute><name>age</name><input_type>number</input_type><values>0;99;1</values></attribute>
                </attributes></label>
              </labels>
              <original_size><width>200</width><height>100</height></original_size>
              <source>clips/clip.one.mp4</source>
            </task>
          </meta>
        """;

    readonly TemporaryFolder _folder = new();

    ImportedSet Read(string body, ImportOptions? options = null) =>
        AnnotationImport.Read(AnnotationFormat.Cvat, [_folder.Write("cvat.xml", $"{Head}\n{body}\n</annotations>")], options ?? new() { Fps = 10 });

    static string Box(int frame, double x, string action = "walk", bool waves = false, bool outside = false) =>
        FormattableString.Invariant($"""
            <box frame="{frame}" outside="{(outside ? 1 : 0)}" occluded="0" keyframe="1" xtl="{x}" ytl="20" xbr="{x + 40}" ybr="80">
              <attribute name="action">{action}</attribute><attribute name="waves">{(waves ? "true" : "false")}</attribute><attribute name="age">31</attribute>
            </box>
            """);

    [Fact]
    public void Between_the_boxes_of_a_track_corners_move_in_straight_lines_until_the_person_leaves()
    {
        ImportedSet set = Read($"""<track id="3" label="person">{Box(5, 0)}{Box(25, 80, "sit", waves: true)}{Box(35, 80, outside: true)}{Box(50, 20)}</track>""");

        // Keyframes are frames 0, 10, 20, …: a quarter and three quarters of the way from frame 5 to 25, then frame 30, then 50 after a gap.
        Assert.Equal(
        [
            new("clip.one", 1, new(0.1, 0.2, 0.3, 0.8), 1, 3), new("clip.one", 2, new(0.3, 0.2, 0.5, 0.8), 1, 3), new("clip.one", 3, new(0.4, 0.2, 0.6, 0.8), 2, 3),
            new("clip.one", 3, new(0.4, 0.2, 0.6, 0.8), 3, 3), new("clip.one", 5, new(0.1, 0.2, 0.3, 0.8), 1, 3),
        ], set.Rows);
        Assert.Equal(["walk", "sit", "waves"], set.LabelMap.Select(c => c.Name));
        Assert.Equal([1.0, 2.0, 3.0, 5.0], set.Proposals.Keys.Select(k => k.Timestamp));
        Assert.Equal(4, set.Report.Boxes);
        Assert.Equal(2, set.Report.BetweenKeyframes);
        Assert.Equal(new SourceVideo(200, 100, 10), set.Videos["clip.one"]);
    }

    [Fact]
    public void Labels_are_actions_where_that_is_asked_for_or_boxes_have_no_attributes()
    {
        string track = """<track id="0" label="person"><box frame="0" outside="0" xtl="0" ytl="0" xbr="100" ybr="50"/></track>""";

        Assert.Equal("person", Assert.Single(Read(track).LabelMap).Name);
        Assert.Equal("person", Assert.Single(Read($"""<track id="0" label="person">{Box(0, 10)}</track>""", new() { Fps = 10, ActionAttributes = [] }).LabelMap).Name);
        Assert.Equal([2], Read($"""<track id="0" label="person">{Box(0, 10, "sit", waves: true)}</track>""", new() { Fps = 10, ActionAttributes = ["Action"] })
            .Rows.Select(r => r.ActionId));
    }

    [Fact]
    public void Keyframes_stand_where_the_step_and_the_start_say()
    {
        string track = $"""<track id="0" label="person">{Box(0, 0)}{Box(20, 40)}</track>""";

        Assert.Equal([900.0, 900.5, 901.0, 901.5, 902.0], Read(track, new() { Fps = 10, KeyframeStep = 0.5, TimestampStart = 900 }).Rows.Select(r => r.Timestamp));
        Assert.Equal(21, Read(track, new() { Fps = 10, KeyframeStep = 0 }).Rows.Count);
        // 29.83 frames a second: the second keyframe is frame 30.
        Assert.Equal([0.0, 1.0], Read($"""<track id="0" label="person">{Box(0, 0)}{Box(30, 40)}</track>""", new() { Fps = 29.83 }).Rows.Select(r => r.Timestamp));
    }

    [Fact]
    public void Images_tell_video_and_frame_by_their_names()
    {
        ImportedSet set = Read("""
            <image id="0" name="second/img_00001.jpg" width="400" height="200"><box label="person" xtl="-4" ytl="0" xbr="100" ybr="100"><attribute name="action">sit</attribute></box></image>
            <image id="1" name="second/img_00011.jpg" width="400" height="200"><box label="person" xtl="0" ytl="0" xbr="100" ybr="100"><attribute name="action"></attribute></box></image>
            <image id="2" name="second/img_00012.jpg" width="400" height="200"><box label="person" xtl="0" ytl="0" xbr="100" ybr="100"/><polygon label="person" points="1,1;2,2;3,1"/></image>
            """, new() { Fps = 10, FirstFrame = 1 });

        Assert.Equal([new("second", 0, new(0, 0, 0.25, 0.5), 2, 0)], set.Rows);
        Assert.Equal((2, 1, 1, 1, 1), (set.Report.Boxes, set.Report.Clipped, set.Report.WithoutAction, set.Report.BetweenKeyframes, set.Report.OtherShapes));
    }

    [Theory]
    [InlineData("""<track id="0" label="person"><box frame="0" outside="0" xtl="50" ytl="0" xbr="20" ybr="50"/></track>""", "(0.25, 0, 0.1, 0.5)", "corners in order")]
    [InlineData("""<track id="0" label="person"><box frame="0" outside="0" xtl="NaN" ytl="0" xbr="20" ybr="50"/></track>""", "xtl=\"NaN\"", "a finite number")]
    [InlineData("""<track id="0" label="person"><box frame="0" outside="0" ytl="0" xbr="20" ybr="50"/></track>""", "no attribute 'xtl' in <box>", "xtl=")]
    [InlineData("""<track id="0" label="person"><box frame="-1" outside="0" xtl="0" ytl="0" xbr="20" ybr="50"/></track>""", "frame=\"-1\"", "a whole number")]
    [InlineData("""<track id="0" label="person"><box frame="0" outside="0" xtl="300" ytl="0" xbr="320" ybr="50"/></track>""", "wholly outside", "a box that shows")]
    public void Bad_boxes_are_errors_with_their_line_or_counted(string track, string found, string expected)
    {
        string body = track + """<track id="1" label="person"><box frame="0" outside="0" xtl="0" ytl="0" xbr="20" ybr="50"/></track>""";

        AnnotationFormatException error = Assert.Throws<AnnotationFormatException>(() => Read(body));
        ImportedSet rest = Read(body, new() { Fps = 10, OnError = OnError.Skip });

        Assert.Contains(found, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("To mend:", error.Message, StringComparison.Ordinal);
        Assert.Equal(Head.Split('\n').Length + 1, error.Row);
        Assert.Equal((1, 1, 1), (rest.Rows.Count, rest.Report.Skipped, rest.Report.Errors.Count));
    }

    [Fact]
    public void A_turned_box_becomes_the_upright_box_around_it()
    {
        string track = """<track id="0" label="walk"><box frame="0" outside="0" rotation="90.0" xtl="80" ytl="40" xbr="120" ybr="60"/></track>""";

        Assert.Equal(new Box(0.45, 0.3, 0.55, 0.7), Assert.Single(Read(track).Rows).Box);
    }

    [Fact]
    public void A_rate_that_nobody_tells_is_asked_for()
    {
        AnnotationFormatException error = Assert.Throws<AnnotationFormatException>(() => Read($"""<track id="0" label="person">{Box(0, 10)}</track>""", new()));

        Assert.Contains("give --fps", error.Mend, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "no XML")]
    [InlineData("<html></html>", "<html>")]
    [InlineData("<annotations><track id=\"0\"", "no XML")]
    [InlineData("<!DOCTYPE a [<!ENTITY x \"y\">]><annotations>&x;</annotations>", "no XML")]
    public void Other_files_are_refused(string text, string found)
    {
        AnnotationFormatException error = Assert.Throws<AnnotationFormatException>(
            () => AnnotationImport.Read(AnnotationFormat.Cvat, [_folder.Write("other.xml", text)], new() { Fps = 10 }));

        Assert.Contains(found, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tracks_of_a_project_are_of_their_tasks()
    {
        string path = _folder.Write("project.xml", """
            <annotations><meta><project><tasks>
              <task><id>1</id><name>a</name><original_size><width>100</width><height>100</height></original_size><source>first.mp4</source></task>
              <task><id>2</id><name>b</name><original_size><width>200</width><height>100</height></original_size><source>second.mp4</source></task>
            </tasks></project></meta>
            <track id="0" label="walk" task_id="2"><box frame="0" outside="0" xtl="0" ytl="0" xbr="100" ybr="50"/></track>
            <track id="1" label="walk" task_id="1"><box frame="0" outside="0" xtl="0" ytl="0" xbr="50" ybr="50"/></track></annotations>
            """);

        Assert.Equal([new("first", 0, new(0, 0, 0.5, 0.5), 1, 1), new("second", 0, new(0, 0, 0.5, 0.5), 1, 0)],
            AnnotationImport.Read(AnnotationFormat.Cvat, [path], new() { Fps = 25 }).Rows);
    }

    public void Dispose() => _folder.Dispose();
}
