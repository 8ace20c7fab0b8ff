using System.CommandLine;
using MlAva.Annotations;

namespace MlAva.Cli;

/// <summary>The options that say which boxes are the same person's.</summary>
sealed class LinkerFlags
{
    static readonly PersonLinkerOptions Usual = new();
    readonly Option<double> _iou = Flags.WithDefault("--link-iou", Usual.MinIoU, "Smallest IoU of a box with where its person is expected", "0-1");
    readonly Option<double> _gap = Flags.WithDefault("--link-gap", Usual.MaxGap, "For so long a person may go unseen and be taken up again", "SECONDS");

    public Option[] All => [_iou, _gap];

    public PersonLinkerOptions Of(ParseResult parsed) => new() { MinIoU = parsed.GetValue(_iou), MaxGap = parsed.GetValue(_gap) };
}
