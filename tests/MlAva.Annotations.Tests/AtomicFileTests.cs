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
}
