using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using MlAva.Annotations;
using MlAva.FeatureBanks;
using MlAva.Networks;
using Spectre.Console;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava lfb</c>: builds, joins and shows banks of long-term features.</summary>
static class FeatureBankCommand
{
    const string Native = ".safetensors", Reference = ".pkl";

    public static Command Create() =>
        new Verb("lfb", "Long-term feature banks: what was seen when, for detectors that look half a minute around.",
            "mlava lfb build --model model.zip --annotations train.csv --frames rawframes --label-map labels.pbtxt --proposals train.pkl "
                + "--out lfb_train.safetensors",
            "mlava lfb merge lfb_train.safetensors lfb_val.safetensors --out lfb.pkl",
            "mlava lfb info lfb.pkl")
        {
            CreateBuild(), CreateMerge(), CreateInfo(),
        };

    static Verb CreateBuild()
    {
        Option<string> model = Flags.Model();
        Option<string> annotations = Flags.Annotations(), frames = Flags.Frames(), labelMap = Flags.LabelMap(), output = Output();
        Option<string?> proposals = Flags.Proposals();
        Option<double> personScore = Flags.PersonScore();
        Option<int?> numClasses = Flags.NumClasses(), gpu = Flags.Gpu();
        Choice<BeyondEnd> beyondEnd = Coverage.Option();
        return new Verb("build",
            "Keeps the features of every person in every keyframe; Ctrl-C leaves parts, and the same command goes on from them.",
            "mlava lfb build --model model.zip --annotations train.csv --frames rawframes --label-map labels.pbtxt --proposals train.pkl "
                + "--out lfb/lfb_train.safetensors",
            "mlava lfb build --model model.zip --annotations val.csv --frames rawframes --label-map labels.pbtxt --proposals val.pkl "
                + "--out lfb/lfb_val.pkl")
        {
            model, annotations, frames, labelMap, proposals, output, personScore, numClasses, gpu, beyondEnd,
        }.Does((parsed, terminal, token) =>
        {
            string target = CheckEnding(parsed.GetRequiredValue(output)), parts = target + ".parts";
            MLContext context = ModelFile.Context(parsed.GetValue(gpu));
            AvaDataView view = context.ActionDetection().LoadAva(new AvaDataViewOptions
            {
                Frames = parsed.GetRequiredValue(frames),
                Dataset = new()
                {
                    AnnotationPath = parsed.GetRequiredValue(annotations),
                    LabelMapPath = parsed.GetRequiredValue(labelMap),
                    ProposalPath = parsed.GetValue(proposals),
                    NumClasses = parsed.GetValue(numClasses) ?? LabelMap.Read(parsed.GetRequiredValue(labelMap)).MaxId + 1,
                    PersonScoreThreshold = parsed.GetValue(personScore),
                    TestMode = true,
                },
            });
            ITransformer transformer = ModelFile.Load(context, parsed.GetRequiredValue(model));
            using IDisposable? native = transformer as IDisposable;
            if (ModelFile.ClipOf(transformer) is { } clip)
                view = Coverage.Apply(view, "lfb build", clip, beyondEnd.Of(parsed), "; they are not in the bank",
                    _ => "The model holds rate and time axis", token);
            FeatureBank bank = Build(terminal, context, transformer, view, parts, token);
            Write(bank, target);
            if (Directory.Exists(parts)) Directory.Delete(parts, recursive: true);
            Print(terminal, target, bank, videos: false);
            return ExitCodes.Fine;
        });
    }

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

    static FeatureBank Build(
        Terminal terminal, MLContext context, ITransformer model, AvaDataView view, string parts, CancellationToken token)
    {
        try
        {
            return ConsoleProgress.Run(terminal, "lfb build", progress => context.ActionDetection().BuildFeatureBank(model, view, new()
            {
                PartsFolder = parts, Progress = new Reporter(progress), CancellationToken = token,
            }));
        }
        catch (OperationCanceledException)
        {
            if (Directory.Exists(parts)) Terminal.Note($"{parts} holds what is done; the same command goes on from there");
            throw;
        }
    }

    static void Write(FeatureBank bank, string path) => AtomicFile.Write(path, stream =>
    {
        if (EndingOf(path) == Reference) bank.WriteTorch(stream);
        else bank.Write(stream);
    });

    static void Print(Terminal terminal, string file, FeatureBank bank, bool videos)
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

    static Option<string> Output() => Flags.Required("--out", $"The bank: {Native}, or {Reference} for MMAction2", "FILE");

    static string EndingOf(string path) => Path.GetExtension(path).ToLowerInvariant();

    static string CheckEnding(string path) => EndingOf(path) is Native or Reference ? path
        : throw new ArgumentException($"--out is '{path}'; expected a file that ends in {Native} or {Reference}.");

    sealed class Reporter(ConsoleProgress progress) : IProgress<FeatureBankProgress>
    {
        bool _begun;

        public void Report(FeatureBankProgress value)
        {
            long total = value.Total ?? value.Keyframes;
            string goingOn = value.Resumed > 0 ? ", going on" : "";
            if (!_begun) progress.Line($"lfb build: {total - value.Resumed} of {total} keyframes to do{goingOn}");
            _begun = true;
            progress.Report(value.Keyframes, total, "keyframes", value.Resumed);
        }
    }
}
