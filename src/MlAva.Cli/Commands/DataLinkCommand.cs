using System.CommandLine;
using System.Globalization;
using MlAva.Annotations;

namespace MlAva.Cli.Commands;

/// <summary><c>mlava data link</c>: one number for each person.</summary>
static class DataLinkCommand
{
    public static Command Create()
    {
        Option<string?> annotations = Flags.Optional(Flags.Annotations()), detections = Flags.Optional("--detections", "Detections (results.csv)", "FILE");
        Option<string?> proposals = Flags.Optional("--proposals", "Person boxes (.pkl or .csv)", "FILE");
        Option<string> output = Flags.Required("--out", "The same rows with the person's number: column 8 of annotations, column 9 of detections and person boxes (.csv)", "FILE");
        LinkerFlags linker = new();
        return new Verb("link", "Links boxes over time: numbers persons in annotations, detections or person boxes (AVA's entity_id).",
            "mlava data link --annotations v1.csv --out linked.csv",
            "mlava data link --detections results.csv --out linked.csv")
        {
            annotations, detections, proposals, output, linker.All[0], linker.All[1],
        }.Does((parsed, terminal, token) =>
        {
            string?[] given = [parsed.GetValue(annotations), parsed.GetValue(detections), parsed.GetValue(proposals)];
            if (given.Count(g => g is not null) != 1)
                throw new ArgumentException("--annotations, --detections and --proposals: expected exactly one of them.");
            string target = parsed.GetRequiredValue(output);
            PersonLinkerOptions options = linker.Of(parsed);
            IEnumerable<(string, int)> persons;
            int rows;
            if (given[0] is { } truth)
            {
                AnnotationFile file = AnnotationFile.Read(truth, token);
                IReadOnlyList<AnnotationRow> linked = PersonLinker.Link(file.Rows, options, token);
                AnnotationFile.Write(target, linked, file.EmptyKeyframes);
                (persons, rows) = (linked.Select(r => (r.VideoId, r.PersonId)), linked.Count);
            }
            else if (given[1] is { } found)
            {
                IReadOnlyList<(DetectionRow Row, int PersonId)> linked = PersonLinker.Link(DetectionFile.Read(found, token), options, token);
                DetectionFile.WriteLinked(target, linked, token);
                (persons, rows) = (linked.Select(r => (r.Row.VideoId, r.PersonId)), linked.Count);
            }
            else
            {
                Proposals linked = PersonLinker.Link(ProposalFile.Read(given[2]!, token), options, token);
                // Boxes of four columns have no score; they count as certain, as everywhere.
                linked = new(linked.Entries.Select(e => KeyValuePair.Create(e.Key,
                    new KeyframeProposals(e.Value.Boxes, e.Value.Scores ?? [.. e.Value.Boxes.Select(_ => 1.0)], personIds: e.Value.PersonIds))));
                if (!target.Contains(".csv", StringComparison.OrdinalIgnoreCase))
                    throw new ArgumentException($"--out is '{target}'; expected the name of a .csv file, as proposals of other forms have no place for a person's number.");
                ProposalFile.Write(target, linked);
                (persons, rows) = (linked.Entries.SelectMany(e => e.Value.PersonIds!.Select(p => (e.Key.VideoId, p))), linked.Entries.Sum(e => e.Value.Count));
            }
            Terminal.WriteResult(string.Create(CultureInfo.InvariantCulture, $"{target}: {rows} rows, {persons.Distinct().Count()} persons"));
            return ExitCodes.Fine;
        });
    }
}
