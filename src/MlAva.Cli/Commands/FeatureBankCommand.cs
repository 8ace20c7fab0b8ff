using System.CommandLine;
using System.Globalization;
using MlAva.Annotations;
using MlAva.FeatureBanks;
using MlAva.Networks;
using Spectre.Console;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava lfb</c>: builds, joins and shows banks of long-term features.</summary>
static class FeatureBankCommand
{
    internal const string Native = ".safetensors", Reference = ".pkl";

    public static Command Create() =>
        new Verb("lfb", "Long-term feature banks: what was seen when, for detectors that look half a minute around.",
            "mlava lfb build --model model.zip --annotations train.csv --frames rawframes --label-map labels.pbtxt --proposals train.pkl "
                + "--out lfb_train.safetensors",
            "mlava lfb merge lfb_train.safetensors lfb_val.safetensors --out lfb.pkl",
            "mlava lfb info lfb.pkl")
        {
            FeatureBankBuildCommand.Create(), CreateMerge(), CreateInfo(),
        };

    static Verb CreateMerge()
    {
        Argument<string[]> files = Files("The banks; a video that several have is the last one's");
        Option<string> output = Output();
        return new Verb("merge", "Joins banks into one file; of one bank, makes the other form.",
            "mlava lfb merge lfb_train.pkl lfb_val.pkl --out lfb.safetensors", "mlava lfb merge lfb.safetensors --out lfb.pkl")
        {
            files, output,
        }.Does((parsed, terminal, token) =>
        {
            string target = CheckEnding(parsed.GetRequiredValue(output));
            FeatureBank bank = new FeatureBankSource { Files = parsed.GetRequiredValue(files) }.Load();
            token.ThrowIfCancellationRequested();
            Write(bank, target);
            Print(terminal, target, bank, videos: false);
            return ExitCodes.Fine;
        });
    }

    static Verb CreateInfo()
    {
        Argument<string[]> files = Files("The banks");
        Option<bool> videos = new("--videos") { Description = "Show every video" };
        return new Verb("info", "Shows what banks hold: videos, seconds, features, channels.",
            "mlava lfb info lfb_train.pkl", "mlava lfb info --videos lfb_val.safetensors")
        {
            files, videos,
        }.Does((parsed, terminal, token) =>
        {
            foreach (string file in parsed.GetRequiredValue(files))
            {
                token.ThrowIfCancellationRequested();
                Print(terminal, file, FeatureBank.Read(file), parsed.GetValue(videos));
            }
            return ExitCodes.Fine;
        });
    }

    internal static void Write(FeatureBank bank, string path) => AtomicFile.Write(path, stream =>
    {
        if (EndingOf(path) == Reference) bank.WriteTorch(stream);
        else bank.Write(stream);
    });

    internal static void Print(Terminal terminal, string file, FeatureBank bank, bool videos)
    {
        long seconds = bank.Videos.Sum(v => (long)bank.Seconds(v).Count);
        Terminal.WriteResult(string.Create(CultureInfo.InvariantCulture,
            $"{file}: {bank.Videos.Count} videos, {seconds} seconds, {bank.Count} features of {bank.Channels} channels, "
                + $"{(double)bank.Count / Math.Max(1, seconds):0.00} a second"));
        if (!videos) return;
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumns(new TableColumn("video"), Right("first second"), Right("last second"), Right("seconds"), Right("features"));
        foreach (string video in bank.Videos.Order(StringComparer.Ordinal))
        {
            IReadOnlyCollection<int> known = bank.Seconds(video);
            string[] cells =
            [
                video, known.Count == 0 ? "" : Number(known.First()), known.Count == 0 ? "" : Number(known.Last()), Number(known.Count),
                Number(known.Sum(s => bank.Features(video, s).Count)),
            ];
            table.AddRow(cells.Select(c => new Text(c)));
        }
        terminal.Results.Write(table);
    }

    static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    static TableColumn Right(string title) => new TableColumn(title).RightAligned();

    static Argument<string[]> Files(string description) => new("FILE")
    {
        Description = $"{description} ({Native} or MMAction2's {Reference})",
        Arity = ArgumentArity.OneOrMore,
    };

    internal static Option<string> Output() => Flags.Required("--out", $"The bank: {Native}, or {Reference} for MMAction2", "FILE");

    static string EndingOf(string path) => Path.GetExtension(path).ToLowerInvariant();

    internal static string CheckEnding(string path) => EndingOf(path) is Native or Reference ? path
        : throw new ArgumentException($"--out is '{path}'; expected a file that ends in {Native} or {Reference}.");
}
