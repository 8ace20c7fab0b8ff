namespace MlAva.Cli.Tests;

public class UsageTests
{
    [Theory]
    [InlineData("train", "--work-dir", "[default: 20]", "mlava train --annotations", "[default: step]", "<step|cosine>")]
    [InlineData("test", "--model", "[default: 0.9]", "mlava test --model", "<float32|bfloat16>")]
    [InlineData("score", "--source", "[default: 3]", "mlava score --model")]
    [InlineData("evaluate", "--detections", "[default: mmaction2-0.x]", "mlava evaluate --annotations")]
    [InlineData("compare", "--bootstrap", "[default: 1000]", "mlava compare before.csv after.csv")]
    [InlineData("doctor", "--json", "mlava doctor", "report.json")]
    [InlineData("config", "list", "show <CONFIG>", "diff <A>", "schema", "mlava config show")]
    [InlineData("lfb", "build", "merge <FILE>", "info <FILE>")]
    public void Every_verb_explains_itself(string verb, params string[] words)
    {
        Tool run = Tool.Run(verb, "--help").ExitsWith(0);

        foreach (string word in (string[])["Description:", "Usage:", "Examples:", .. words])
            Assert.Contains(word, run.Output, StringComparison.Ordinal);
        Assert.Equal("", run.Errors);
    }

    [Fact]
    public void A_verb_of_a_verb_explains_itself_and_is_named_whole_in_wrong_usage()
    {
        Tool run = Tool.Run("doctor", "data", "--help").ExitsWith(0);
        foreach (string word in (string[])["--annotations", "--val-annotations", "img_{:05}.jpg", "[default: 30]", "Examples:",
            "mlava doctor data --annotations val.csv --detections results.csv"])
            Assert.Contains(word, run.Output, StringComparison.Ordinal);

        Assert.Contains("See 'mlava doctor data --help'", Tool.Run("doctor", "data").ExitsWith(2).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_tool_names_its_verbs_and_exit_codes()
    {
        Tool run = Tool.Run("--help").ExitsWith(0);

        foreach (string word in (string[])["train", "test", "score", "evaluate", "compare", "doctor", "130"])
            Assert.Contains(word, run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("command was not provided")]
    [InlineData("There is no verb 'evalute'; did you mean 'evaluate'?", "evalute", "--annotations", "a.csv")]
    [InlineData("There is no verb 'juggle'; expected one of quickstart, train, test", "juggle")]
    [InlineData("There is no verb 'shw' of 'config'; did you mean 'show'?", "config", "shw")]
    [InlineData("See 'mlava config show --help'", "config", "show")]
    [InlineData("'--annotations' is required", "evaluate")]
    [InlineData("'--steps' is '10,x'", "train", "--steps", "10,x")]
    [InlineData("'often' for option '--epochs'", "train", "--epochs", "often")]
    [InlineData("'nearly' for option '--protocol'", "evaluate", "--protocol", "nearly")]
    [InlineData("'--lr' is '0,5'", "train", "--lr", "0,5")]
    [InlineData("'--lr' is 'NaN'", "train", "--lr", "NaN")]
    [InlineData("'--timestamp-start' is '1,5'", "train", "--timestamp-start", "1,5")]
    [InlineData("'--timestamps' is '1 000,2'", "score", "--timestamps", "1 000,2")]
    public void Wrong_usage_is_exit_code_2(string message, params string[] arguments)
    {
        Tool run = Tool.Run(arguments).ExitsWith(2);

        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
        Assert.Contains("--help'", run.Errors, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    [Fact]
    public void A_seed_below_0_is_refused() => Tool.Run("quickstart", "--data-seed", "-3").Refuses("--data-seed is -3", "at least 0");
}
