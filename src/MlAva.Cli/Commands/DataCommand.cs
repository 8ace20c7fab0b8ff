namespace MlAva.Cli.Commands;

/// <summary><c>mlava data</c>: makes data sets, looks at them, and takes them to other tools and back.</summary>
static class DataCommand
{
    public static Verb Create() => new("data", "Data sets: from videos and other tools' annotations to AVA's files, and what is in them.",
        "mlava data prepare videos --annotations cvat.xml --out dataset",
        "mlava data import --from cvat cvat.xml --videos videos --out annotations",
        "mlava data stats --annotations train.csv --label-map labels.pbtxt --proposals train.pkl")
    {
        DataPrepareCommand.Create(),
        DataImportCommand.Create(),
        DataExportCommand.Create(),
        DataExtractCommand.Create(),
        DataDetectCommand.Create(),
        DataLinkCommand.Create(),
        DataStatsCommand.Create(),
        DataViewCommand.Create(),
        DataFetchAvaCommand.Create(),
    };
}
