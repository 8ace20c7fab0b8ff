namespace MlAva.Cli.Tests;

public class UsageTests
{
    [Theory]
    [InlineData("train", "--work-dir", "[default: 20]", "mlava train --annotations")]
    [InlineData("test", "--model", "[default: 0.9]", "mlava test --model")]
    [InlineData("score", "--source", "[default: 3]", "mlava score --model")]
    [InlineData("evaluate", "--detections", "[default: MMAction2]", "mlava evaluate --annotations")]
    [InlineData("doctor", "--json", "mlava doctor", "report.json")]
    public void Every_verb_explains_itself(string verb, params string[] words)
    {
        Tool run = Tool.Run(verb, "--help").ExitsWith(0);

        foreach (string word in (string[])["Description:", "Usage:", "Examples:", .. words])
            Assert.Contains(word, run.Output, StringComparison.Ordinal);
        Assert.Equal("", run.Errors);
    }

    [Fact]
    public void The_tool_names_its_verbs_and_exit_codes()
    {
        Tool run = Tool.Run("--help").ExitsWith(0);

        foreach (string word in (string[])["train", "test", "score", "evaluate", "doctor", "130"])
            Assert.Contains(word, run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("command was not provided")]
    [InlineData("'evalute'", "evalute", "--annotations", "a.csv")]
    [InlineData("'--annotations' is required", "evaluate")]
    [InlineData("'--steps' is '10,x'", "train", "--steps", "10,x")]
    [InlineData("'often' for option '--epochs'", "train", "--epochs", "often")]
    [InlineData("'nearly' for option '--protocol'", "evaluate", "--protocol", "nearly")]
    public void Wrong_usage_is_exit_code_2(string message, params string[] arguments)
    {
        Tool run = Tool.Run(arguments).ExitsWith(2);

        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
        Assert.Contains("--help'", run.Errors, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }
}
