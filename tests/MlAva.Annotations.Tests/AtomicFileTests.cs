using MlAva.TestSupport;

namespace MlAva.Annotations.Tests;

public sealed class AtomicFileTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_file_appears_whole_and_its_folder_is_made()
    {
        string path = _folder.File("new/deep/f.txt");
        AtomicFile.Write(path, s =>
        {
            s.Write("abc"u8);
            Assert.False(File.Exists(path));
        });
        Assert.Equal("abc", File.ReadAllText(path));
        AtomicFile.WriteAllText(path, "ünï");
        Assert.Equal("ünï"u8.ToArray(), File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void A_failure_leaves_the_old_file_and_nothing_else()
    {
        string path = _folder.Write("f.txt", "old");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, s =>
        {
            s.Write("half"u8);
            throw new InvalidOperationException();
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [LinuxFact]
    public void A_link_stays_and_its_target_is_replaced()
    {
        string target = _folder.Write("real/f.txt", "old"), first = _folder.File("first.txt"), second = _folder.File("second.txt");
        File.CreateSymbolicLink(first, "real/f.txt");
        File.CreateSymbolicLink(second, first);
        AtomicFile.WriteAllText(second, "new");
        Assert.Equal("new", File.ReadAllText(target));
        Assert.Equal("real/f.txt", new FileInfo(first).LinkTarget);
        Assert.Equal(first, new FileInfo(second).LinkTarget);
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(second, _ => throw new InvalidOperationException()));
        Assert.Equal("new", File.ReadAllText(target));
        Assert.Single(Directory.GetFiles(_folder.File("real")));
    }

    [LinuxFact]
    public void A_link_to_nothing_yet_makes_its_target_and_a_circle_is_refused()
    {
        string link = _folder.File("link.txt"), circle = _folder.File("circle.txt");
        File.CreateSymbolicLink(link, "new/f.txt");
        AtomicFile.WriteAllText(link, "abc");
        Assert.Equal("abc", File.ReadAllText(_folder.File("new/f.txt")));
        Assert.NotNull(new FileInfo(link).LinkTarget);
        File.CreateSymbolicLink(circle, circle);
        Assert.ThrowsAny<IOException>(() => AtomicFile.WriteAllText(circle, "abc"));
        Assert.NotNull(new FileInfo(circle).LinkTarget);
    }

    [LinuxFact]
    public void An_empty_file_is_replaced_like_any_other()
    {
        string path = _folder.Write("f.txt", "");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, _ => throw new InvalidOperationException()));
        AtomicFile.WriteAllText(path, "abc");
        Assert.Equal("abc", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [LinuxFact]
    public void A_device_is_written_to_and_stays_one()
    {
        string link = _folder.File("null.txt");
        File.CreateSymbolicLink(link, "/dev/null");
        foreach (string path in (string[])["/dev/null", link])
        {
            AtomicFile.Write(path, s =>
            {
                s.Write("abcdef"u8);
                s.Position = 1; // as a zip's writer goes back
                s.WriteByte(0);
            });
            Assert.Equal(0, new FileInfo("/dev/null").Length);
            Assert.Equal("", File.ReadAllText("/dev/null"));
        }
        Assert.Equal("/dev/null", new FileInfo(link).LinkTarget);
        Assert.Equal([link], Directory.GetFiles(_folder.Path));
    }
}
