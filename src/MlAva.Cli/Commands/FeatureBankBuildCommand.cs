using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.ML;
using MlAva.Annotations;
using MlAva.Configs;
using MlAva.FeatureBanks;
using MlAva.Networks;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava lfb build</c>: makes a bank with a trained model, or with a configuration and a checkpoint.</summary>
sealed class FeatureBankBuildCommand
{
    const string ModelHolds = "The model holds rate and time axis";

    readonly Option<string?> _model = Flags.Optional(
        "--model", "model.zip of 'mlava train' or 'import'; or give --config and --checkpoint", "FILE");

    readonly Option<string?> _config = Flags.Optional("--config",
        "A configuration that builds a bank, such as lfb_slowonly_r50_ava_infer; files not named here are its own", "NAME");

    readonly Option<string?> _checkpoint = Flags.Optional(
        "--checkpoint", "The detector's weights for --config: .pth or .safetensors", "FILE");

    readonly Option<string[]> _set = Flags.Set();
    readonly Option<bool> _anyHash = Flags.AnyHash();
    readonly Option<string?> _annotations = Flags.Optional(Flags.Annotations());
    readonly Option<string?> _frames = Flags.Optional(Flags.Frames());
    readonly Option<string?> _labelMap = Flags.Optional(Flags.LabelMap());
    readonly Option<string?> _output = Flags.Optional(FeatureBankCommand.Output());
    readonly Option<string?> _proposals = Flags.Proposals();
    readonly Option<double> _personScore = Flags.PersonScore();
    readonly Option<int?> _numClasses = Flags.NumClasses(), _gpu = Flags.Gpu();
    readonly Choice<BeyondEnd> _beyondEnd = Coverage.Option();

    FeatureBankBuildCommand()
    {
    }

    public static Verb Create()
    {
        FeatureBankBuildCommand command = new();
        Verb verb = new Verb("build",
            "Keeps the features of every person in every keyframe; Ctrl-C leaves parts, and the same command goes on from them.",
            "mlava lfb build --model model.zip --annotations train.csv --frames rawframes --label-map labels.pbtxt --proposals train.pkl "
                + "--out lfb/lfb_train.safetensors",
            "mlava lfb build --model model.zip --annotations val.csv --frames rawframes --label-map labels.pbtxt --proposals val.pkl "
                + "--out lfb/lfb_val.pkl",
            "mlava lfb build --config lfb_slowonly_r50_ava_infer --checkpoint slowonly.pth --set data.featureBank.build=Val")
        {
            command._model, command._config, command._checkpoint, command._set, command._anyHash, command._annotations, command._frames,
            command._labelMap, command._proposals, command._output, command._personScore, command._numClasses, command._gpu,
            command._beyondEnd,
        }.Does(command.Run);
        verb.Validators.Add(result =>
        {
            foreach (string error in command.Contradictions(result)) result.AddError(error);
        });
        return verb;
    }

    /// <summary>There are two ways of naming the network, and each has options of its own.</summary>
    IEnumerable<string> Contradictions(CommandResult given)
    {
        bool hasModel = Has(_model), hasConfig = Has(_config);
        if (hasModel && hasConfig) return ["Options '--model' and '--config' are both given; expected one of them."];
        if (hasConfig) return Has(_checkpoint) ? [] : ["Option '--checkpoint' is required with '--config'."];
        return
        [
            .. hasModel ? (string[])[] : ["Option '--model' is required, or '--config' with '--checkpoint'."],
            .. ((Option[])[_annotations, _frames, _labelMap, _output]).Where(o => !Has(o)).Select(o => $"Option '{o.Name}' is required."),
            .. ((Option[])[_checkpoint, _set, _anyHash]).Where(Has)
                .Select(o => $"Option '{o.Name}' belongs to '--config', which is not given."),
        ];

        bool Has(Option option) => given.GetResult(option) is { Implicit: false };
    }

    int Run(ParseResult parsed, Terminal terminal, CancellationToken token)
    {
        MLContext context = ModelFile.Context(parsed.GetValue(_gpu));
        (AvaDataViewOptions keyframes, string output, Func<ITransformer> load, string axis) = parsed.GetValue(_config) is { } name
            ? OfConfig(parsed, context, name, token) : OfModel(parsed, context);
        string target = FeatureBankCommand.CheckEnding(output), parts = target + ".parts";
        AvaDataView view = context.ActionDetection().LoadAva(keyframes);
        ITransformer transformer = load();
        using IDisposable? native = transformer as IDisposable;
        if (ModelFile.ClipOf(transformer) is { } clip)
        {
            view = Coverage.Apply(view, "lfb build", clip, _beyondEnd.Of(parsed), OnError.Fail, "; they are not in the bank", _ => axis,
                token);
        }
        FeatureBank bank = Build(terminal, context, transformer, view, parts, token);
        FeatureBankCommand.Write(bank, target);
        if (Directory.Exists(parts)) Directory.Delete(parts, recursive: true);
        FeatureBankCommand.Print(terminal, target, bank, videos: false);
        return ExitCodes.Fine;
    }

    (AvaDataViewOptions Keyframes, string Output, Func<ITransformer> Load, string Axis) OfModel(ParseResult parsed, MLContext context)
    {
        string labels = parsed.GetRequiredValue(_labelMap)!;
        AvaDataViewOptions keyframes = new()
        {
            Frames = parsed.GetRequiredValue(_frames)!,
            Dataset = new()
            {
                AnnotationPath = parsed.GetRequiredValue(_annotations)!,
                LabelMapPath = labels,
                ProposalPath = parsed.GetValue(_proposals),
                NumClasses = parsed.GetValue(_numClasses) ?? LabelMap.Read(labels).MaxId + 1,
                PersonScoreThreshold = parsed.GetValue(_personScore),
                TestMode = true,
            },
        };
        return (keyframes, parsed.GetRequiredValue(_output)!, () => ModelFile.Load(context, parsed.GetRequiredValue(_model)!),
            ModelHolds);
    }

    (AvaDataViewOptions Keyframes, string Output, Func<ITransformer> Load, string Axis) OfConfig(
        ParseResult parsed, MLContext context, string name, CancellationToken token)
    {
        DetectionConfig config = DetectionConfig.Load(name, parsed.GetValue(_set));
        if (config.Data.FeatureBank is not { Build: { } split } banks)
        {
            throw new ArgumentException($"--config is '{name}', which builds no bank; expected a configuration with "
                + "data.featureBank.build. To mend: take lfb_slowonly_r50_ava_infer, or extend it.");
        }
        if (!banks.HalfPrecision)
        {
            throw new ArgumentException("data.featureBank.halfPrecision is false; expected true, as banks are kept in half precision. "
                + "To mend: --set data.featureBank.halfPrecision=true.");
        }
        AvaDataViewOptions keyframes = KeyframesOf(config, split, parsed);
        string output = parsed.GetValue(_output)
            ?? config.Data.Resolve(Path.Combine(banks.Path, $"lfb_{split}{FeatureBankCommand.Native}".ToLowerInvariant()));
        return (keyframes, output, Load, "The configuration holds rate and time axis (clip.sampling)");

        ITransformer Load()
        {
            string checkpoint = parsed.GetRequiredValue(_checkpoint)!;
            if (!parsed.GetValue(_anyHash)) ImportCommand.CheckHash(checkpoint, token);
            token.ThrowIfCancellationRequested();
            return context.ActionDetection().LoadCheckpoint(
                new() { Path = checkpoint, Network = config.Model, FeatureBank = config.ToFeatureBankSource(), Clip = config.Clip }, out _);
        }
    }

    /// <summary>The configuration's keyframes, but for what the command line names.</summary>
    AvaDataViewOptions KeyframesOf(DetectionConfig config, DataSplit split, ParseResult parsed)
    {
        if (config.Data.Of(split).AnnotationPath is null)
        {
            string key = split.ToString().ToLowerInvariant();
            throw new ArgumentException($"{config.Path} names no annotations for the split {split}, whose bank it builds; expected "
                + $"data.{key}.annotationPath. To mend: --set data.{key}.annotationPath=FILE.");
        }
        AvaDataViewOptions keyframes = config.ToDataViewOptions(split, testMode: true);
        return keyframes with
        {
            Frames = parsed.GetValue(_frames) ?? keyframes.Frames,
            Dataset = keyframes.Dataset with
            {
                AnnotationPath = parsed.GetValue(_annotations) ?? keyframes.Dataset.AnnotationPath,
                LabelMapPath = parsed.GetValue(_labelMap) ?? keyframes.Dataset.LabelMapPath,
                ProposalPath = parsed.GetValue(_proposals) ?? keyframes.Dataset.ProposalPath,
                NumClasses = parsed.GetValue(_numClasses) ?? keyframes.Dataset.NumClasses,
                PersonScoreThreshold = parsed.GetResult(_personScore) is { Implicit: false }
                    ? parsed.GetValue(_personScore) : keyframes.Dataset.PersonScoreThreshold,
            },
        };
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
