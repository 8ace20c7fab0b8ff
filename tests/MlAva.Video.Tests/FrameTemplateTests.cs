namespace MlAva.Video.Tests;

public class FrameTemplateTests
{
    [Theory]
    [InlineData("img_{:05}.jpg", 7, "img_00007.jpg")]
    [InlineData("img_{:05d}.jpg", 7, "img_00007.jpg")]
    [InlineData("img_%05d.jpg", 7, "img_00007.jpg")]
    [InlineData("img_{0:D5}.jpg", 7, "img_00007.jpg")]
    [InlineData("img_{0:00000}.jpg", 7, "img_00007.jpg")]
    [InlineData("img_{:05}.jpg", 123456, "img_123456.jpg")]
    [InlineData("{}.png", 12, "12.png")]
    [InlineData("{0}.png", 0, "0.png")]
    [InlineData("a%d", 3, "a3")]
    [InlineData("{:012}.png", 3, "000000000003.png")]
    public void All_spellings_write_and_read_names(string pattern, int index, string name)
    {
        FrameTemplate template = FrameTemplate.Parse(pattern);
        Assert.Equal(name, template.FileName(index));
        Assert.True(template.TryGetIndex(name, out int found));
        Assert.Equal(index, found);
        Assert.Equal(pattern, template.ToString());
    }

    [Theory]
    [InlineData("img_0007.jpg")]
    [InlineData("img_000007.jpg")]
    [InlineData("img_0000x.jpg")]
    [InlineData("img_-0007.jpg")]
    [InlineData("img_00007.jpeg")]
    [InlineData("IMG_00007.jpg")]
    [InlineData("img_99999999999.jpg")]
    [InlineData("img_.jpg")]
    public void Other_names_are_not_taken(string name) => Assert.False(FrameTemplate.Default.TryGetIndex(name, out _));

    [Theory]
    [InlineData("img.jpg")]
    [InlineData("img_{:05}_{:05}.jpg")]
    [InlineData("img_{:x}.jpg")]
    [InlineData("sub/img_{:05}.jpg")]
    public void What_is_no_template_is_refused(string pattern) =>
        Assert.Contains("img_{:05}.jpg", Assert.Throws<FormatException>(() => FrameTemplate.Parse(pattern)).Message, StringComparison.Ordinal);

    [Fact]
    public void Templates_are_equal_when_they_give_the_same_names()
    {
        Assert.Equal(FrameTemplate.Parse("img_%05d.jpg"), FrameTemplate.Default);
        Assert.NotEqual(FrameTemplate.Parse("img_%06d.jpg"), FrameTemplate.Default);
        Assert.Null(FrameTemplate.Suggest("noise.jpg"));
        Assert.Throws<ArgumentOutOfRangeException>(() => FrameTemplate.Default.FileName(-1));
    }
}
