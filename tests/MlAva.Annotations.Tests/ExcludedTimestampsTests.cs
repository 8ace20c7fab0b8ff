using MlAva.TestSupport;

namespace MlAva.Annotations.Tests;

public sealed class ExcludedTimestampsTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Keyframes_are_found_however_their_seconds_are_written()
    {
        ExcludedTimestamps excluded = ExcludedTimestamps.Read(_folder.Write("e.csv", "v,0902\r\nv,902.0\r\n\r\nw,7.5\r\n"));
        Assert.Equal(2, excluded.Count);
        Assert.True(excluded.Contains(new("v", 902)));
        Assert.True(excluded.Contains(new("w", 7.5)));
        Assert.False(excluded.Contains(new("w", 7)));
        excluded.Write(_folder.File("w.csv"));
        Assert.Equal("v,0902\nw,7.5\n", File.ReadAllText(_folder.File("w.csv")));
    }

    [Fact]
    public void An_empty_file_excludes_nothing() => Assert.Equal(0, ExcludedTimestamps.Read(_folder.Write("e.csv", "")).Count);

    [Fact]
    public void A_row_of_another_width_is_named()
        => Assert.Equal(2, Assert.Throws<AnnotationFormatException>(() =>
            ExcludedTimestamps.Read(_folder.Write("e.csv", "v,1\nv,2,3\n"))).Row);

    [SharedFact("ava/annotations")]
    public void AVAs_own_files_are_read_and_written_back_byte_for_byte()
    {
        string path = SharedData.Path("ava/annotations/ava_train_excluded_timestamps_v2.2.csv");
        ExcludedTimestamps excluded = ExcludedTimestamps.Read(path);
        Assert.True(excluded.Contains(new("0f39OWEqJ24", 1110)));
        excluded.Write(_folder.File("w.csv"));
        Assert.Equal(File.ReadAllText(path), File.ReadAllText(_folder.File("w.csv")));
    }
}
