using DbVc.Documents;
using DbVc.Orchestration;

namespace DbVc.Mcp;

/// <summary>Tools about metadata and sources: files of the one folder that the server was given.</summary>
internal static class MetadataTools
{
    private const int UsualRecords = 10_000;
    private const int MostRecords = 100_000;

    private static readonly ToolParameter s_file = ToolParameter.Required("file", "The metadata file, below the folder that this server may read.");

    public static IReadOnlyList<Tool> All { get; } =
    [
        new("metadata_schema", "metadata schema", "The JSON Schema of metadata files: what to write to have a pipeline made.",
            _ => new ToolAnswer(MetadataShapes.Schema(MetadataDesk.Schema()))),
        new("metadata_validate", "metadata validate", "Say everything that is wrong with a metadata file, with line and suggestion.", call =>
        {
            var report = MetadataDesk.Validate(call.Files.Find(call.Arguments.Get("file")));
            return new ToolAnswer(MetadataShapes.Validation(call.Arguments.Get("file"), report), report.Problems.Count > 0);
        }) { Parameters = [s_file] },
        new("metadata_explain", "metadata explain", "Say in plain words what a metadata file will do, and which records of its source its rules would stop.",
            call => new ToolAnswer(MetadataShapes.Explanation(
                MetadataDesk.Explain(call.Files.Find(call.Arguments.Get("file")), call.Cancel, call.Files)))) { Parameters = [s_file] },
        new("metadata_infer", "metadata infer", "Propose metadata for a file (CSV, JSON, Excel, Parquet) from what is in it, with the evidence and the "
            + "questions that only a person can answer. Writes nothing.", call => new ToolAnswer(MetadataShapes.Inference(MetadataDesk.Infer(
            new InferenceQuery(call.Files.Find(call.Arguments.Get("file")), null, call.Arguments.Find("table"), new Dictionary<string, string>())
            {
                MaxRecords = call.Arguments.Whole("records", UsualRecords),
                Folder = call.Workspace.Root,
            }, call.Cancel))))
        {
            Parameters =
            [
                ToolParameter.Required("file", "The source, below the folder that this server may read."),
                ToolParameter.Text("table", "The destination table; without it named after the source."),
                ToolParameter.Whole("records", $"How many records to look at; otherwise {UsualRecords}.", MostRecords),
            ],
        },
    ];
}
