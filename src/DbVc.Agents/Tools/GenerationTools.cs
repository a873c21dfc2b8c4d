using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Model;

namespace DbVc.Agents;

/// <summary>The tools that turn the pinned metadata into code. Their arguments are checked against it; the generator reads only the pinned text.</summary>
internal sealed class GenerationTools(TaskSession session)
{
    [Description("Analyze provided metadata to understand data structure and requirements.")]
    public ToolResult AnalyzeMetadata([Description("Schema, validation rules, preprocessing requirements; as given")] ObjectArgument metadata)
    {
        var pinned = session.Pinned;
        pinned.CheckWhole("metadata", metadata.Value);
        var analysis = pinned.Analysis;
        var fields = analysis.Schema.EnumerateObject().Count();
        var rules = analysis.Rules.GetArrayLength();
        var steps = analysis.Transformations.GetArrayLength();
        var content = new JsonObject
        {
            ["branch_name"] = session.Branch.Name.Text,
            ["source_type"] = analysis.SourceType,
            ["source"] = analysis.Source,
            ["destination"] = analysis.Destination,
            ["schema"] = ToNode(analysis.Schema),
            ["rules"] = ToNode(analysis.Rules),
            ["transformations"] = ToNode(analysis.Transformations),
            ["language"] = session.Generator.Language,
            ["notes"] = new JsonArray([.. analysis.Notes.Select(n => (JsonNode)n)]),
        };
        return ToolResult.Passed(
            $"{analysis.SourceType} {analysis.Source} into {analysis.Destination}: {Count(fields, "column")}, "
            + $"{Count(rules, "validation")}, {Count(steps, "preprocessing step")}", content);
    }

    [Description("Generate code for data ingestion based on source type.")]
    public ToolResult GenerateIngestionCode(
        [Description("csv, json, api, database")] string sourceType, [Description("Expected data structure")] ObjectArgument schema,
        [Description("Target table name")] string destination, CancellationToken cancellation)
    {
        session.Pinned.CheckSourceType("source_type", sourceType);
        session.Pinned.CheckSchema("schema", schema.Value);
        session.Pinned.CheckDestination("destination", destination);
        return Write("Generate ingestion code", session.Generator.GenerateIngestion(), cancellation);
    }

    [Description("Generate validation functions based on business rules.")]
    public ToolResult GenerateValidationCode(
        [Description("Validation rules")] ArrayArgument rules, [Description("Data types and constraints")] ObjectArgument schema,
        CancellationToken cancellation)
    {
        session.Pinned.CheckRules("rules", rules.Value);
        session.Pinned.CheckSchema("schema", schema.Value);
        return Write("Generate validation code", session.Generator.GenerateValidation(), cancellation);
    }

    [Description("Generate data transformation and cleaning code.")]
    public ToolResult GeneratePreprocessingCode(
        [Description("Required preprocessing steps")] ArrayArgument transformations, [Description("Input/output schema")] ObjectArgument schema,
        CancellationToken cancellation)
    {
        session.Pinned.CheckTransformations("transformations", transformations.Value);
        session.Pinned.CheckSchema("schema", schema.Value);
        return Write("Generate preprocessing code", session.Generator.GeneratePreprocessing(), cancellation);
    }

    [Description("Generate unit and integration tests for generated code.")]
    public ToolResult CreateTests(
        [Description("Paths of the generated code files to test")] IReadOnlyList<string> codeModules, CancellationToken cancellation)
    {
        if (codeModules.Count == 0) throw new DbVcException(FailureKind.Usage, "agent.arguments", "No module is named.", "code_modules");
        var files = session.Branch.ListFiles().ToHashSet();
        foreach (var module in codeModules)
        {
            var path = BranchPath.Parse(module);
            if (!path.IsGenerated || !files.Contains(path))
            {
                throw new DbVcException(FailureKind.Usage, "agent.no-such-module", "There is no such generated file in the branch.", path.Text,
                    "Generate the code first, then name the paths those tools answered.");
            }
        }

        return Write("Generate tests", session.Generator.GenerateTests(), cancellation);
    }

    private ToolResult Write(string message, IReadOnlyList<BranchFile> files, CancellationToken cancellation)
    {
        session.ForgetMeasurements();
        foreach (var file in files)
        {
            if (file.Path == BranchPath.Metadata) throw new InvalidOperationException("A generator tried to write the pinned metadata.");
            session.Branch.WriteGenerated(file);
        }

        var commit = session.Branch.Commit(message, cancellation);
        var content = new JsonObject
        {
            ["files"] = new JsonArray([.. files.Select(f => (JsonNode)new JsonObject { ["path"] = f.Path.Text, ["lines"] = f.Lines })]),
            ["commit"] = commit?.ToString(),
        };
        var open = FindOpen(files);
        if (open.Count > 0) content["open_items"] = new JsonArray([.. open.Select(ToNode)]);
        var names = files.Count == 0 ? "nothing to generate" : "created " + string.Join(", ", files.Select(f => $"{f.Path} ({Count(f.Lines, "line")})"));
        return ToolResult.Passed(open.Count == 0 ? names : $"{names}; {Count(open.Count, "method")} to be written", content);
    }

    /// <summary>What is to be written still, after what was written already.</summary>
    private List<OpenItem> FindOpen(IReadOnlyList<BranchFile> files) =>
        [.. files.Where(f => f.Open.Count > 0).SelectMany(f => f.Open.Where(item => item.IsOpenIn(session.Branch.ReadFile(f.Path))))];

    private static JsonNode ToNode(OpenItem item) => new JsonObject
    {
        ["path"] = item.Path.Text,
        ["signature"] = item.Signature,
        ["replace"] = item.Body,
        ["must_judge"] = item.Words,
        ["passes"] = new JsonArray([.. item.Passing.Select(p => (JsonNode)p)]),
        ["fails"] = new JsonArray([.. item.Failing.Select(p => (JsonNode)p)]),
        ["constraints"] = OpenItem.Constraints,
    };

    private static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    private static JsonNode? ToNode(JsonElement element) => JsonSerializer.SerializeToNode(element);
}
