using System.Text.Json.Nodes;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace DbVc.Agents;

/// <summary>Names every tool: what a model is told about it, and what carries it out.</summary>
public static class ToolCatalog
{
    public const string AnalyzeMetadata = "analyze_metadata";
    public const string GenerateIngestion = "generate_ingestion_code";
    public const string GenerateValidation = "generate_validation_code";
    public const string GeneratePreprocessing = "generate_preprocessing_code";
    public const string CreateTests = "create_tests";
    public const string ExecuteInBranch = "execute_in_branch";
    public const string ValidateResults = "validate_results";
    public const string ReadFile = "read_file";
    public const string WriteFile = "write_file";
    public const string QueryBranch = "query_branch";
    public const string Finish = "finish";

    /// <summary>The tools of one task.</summary>
    public static IReadOnlyList<AgentTool> Create(TaskSession session)
    {
        var generation = new GenerationTools(session);
        var execution = new ExecutionTools(session);
        var files = new FileTools(session);
        return
        [
            new(Declare(AnalyzeMetadata, "Analyze provided metadata to understand data structure and requirements.",
                Object("metadata", "Schema, validation rules, preprocessing requirements; as given")), generation.AnalyzeMetadata),
            new(Declare(GenerateIngestion, "Generate code for data ingestion based on source type.",
                Text("source_type", "csv, json, api, database"), Object("schema", "Expected data structure"),
                Text("destination", "Target table name")), generation.GenerateIngestion),
            new(Declare(GenerateValidation, "Generate validation functions based on business rules.",
                Array("rules", "Validation rules"), Object("schema", "Data types and constraints")), generation.GenerateValidation),
            new(Declare(GeneratePreprocessing, "Generate data transformation and cleaning code.",
                Array("transformations", "Required preprocessing steps"), Object("schema", "Input/output schema")), generation.GeneratePreprocessing),
            new(Declare(CreateTests, "Generate unit and integration tests for generated code.",
                Array("code_modules", "Paths of the generated code files to test")), generation.CreateTests),
            new(Declare(ExecuteInBranch, "Run generated code in the isolated branch environment.",
                Text("branch_name", "Feature branch identifier"), Text("code_path", "Path to generated code, for example generated")),
                execution.ExecuteInBranch),
            new(Declare(ValidateResults, "Run the gates: check if generated code produces expected results.",
                Object("expected_schema", "Expected output structure"), Object("actual_results", "What execute_in_branch measured")),
                execution.ValidateResults),
            new(Declare(ReadFile, "Read a file of the branch.",
                Text("path", "metadata.json or a file below generated/ or tests/")), files.ReadFile),
            new(Declare(WriteFile, "Write a code file of the branch; what was executed and validated before no longer counts.",
                Text("path", "A code file below generated/ or tests/"), Text("content", "The whole new text")), files.WriteFile),
            new(Declare(QueryBranch, "Run one read-only SQL statement in the branch's database.", Text("sql", "The statement")), files.QueryBranch),
            new(Declare(Finish, "End the task: ask for review, or report that it cannot be done.",
                Text("summary", "What was done, or what is wrong"),
                new Parameter("success", "boolean", "False to give up; true if left out", Required: false)), execution.Finish),
        ];
    }

    private static Parameter Text(string name, string description) => new(name, "string", description);

    private static Parameter Object(string name, string description) => new(name, "object", description);

    private static Parameter Array(string name, string description) => new(name, "array", description);

    private static AIFunctionDeclaration Declare(string name, string description, params IReadOnlyList<Parameter> parameters)
    {
        var properties = new JsonObject();
        foreach (var parameter in parameters)
        {
            properties[parameter.Name] = new JsonObject { ["type"] = parameter.Type, ["description"] = parameter.Description };
            if (parameter.Type == "array") properties[parameter.Name]!["items"] = new JsonObject();
        }

        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = properties,
            ["required"] = new JsonArray([.. parameters.Where(p => p.Required).Select(p => (JsonNode)p.Name)]),
            ["additionalProperties"] = false,
        };
        return AIFunctionFactory.CreateDeclaration(name, description, JsonSerializer.SerializeToElement(schema));
    }

    private sealed record Parameter(string Name, string Type, string Description, bool Required = true);
}
