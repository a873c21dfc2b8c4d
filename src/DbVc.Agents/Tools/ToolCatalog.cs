namespace DbVc.Agents;

/// <summary>Names every tool, and makes those of a task.</summary>
public static class ToolCatalog
{
    public const string AnalyzeMetadata = "analyze_metadata";
    public const string GenerateIngestion = "generate_ingestion_code";
    public const string GenerateValidation = "generate_validation_code";
    public const string GeneratePreprocessing = "generate_preprocessing_code";
    public const string CreateTests = "create_tests";
    public const string ExecuteInBranch = "execute_in_branch";
    public const string ValidateResults = "validate_results";
    public const string ShowGateReport = "show_gate_report";
    public const string ReadFile = "read_file";
    public const string WriteFile = "write_file";
    public const string EditFile = "edit_file";
    public const string ProfileSource = "profile_source";
    public const string QueryBranch = "query_branch";
    public const string AskUser = "ask_user";
    public const string Finish = "finish";

    /// <summary>The tools of one task; what a model is told about each stands at its method.</summary>
    public static IReadOnlyList<AgentTool> Create(TaskSession session)
    {
        var generation = new GenerationTools(session);
        var execution = new ExecutionTools(session);
        var files = new FileTools(session);
        var data = new DataTools(session);
        var conversation = new ConversationTools(session);
        return
        [
            .. ((Delegate[])
            [
                generation.AnalyzeMetadata, generation.GenerateIngestionCode, generation.GenerateValidationCode, generation.GeneratePreprocessingCode,
                generation.CreateTests, execution.ExecuteInBranch, execution.ValidateResults, execution.ShowGateReport,
                files.ReadFile, files.WriteFile, files.EditFile, data.ProfileSource, data.QueryBranch, conversation.AskUser, conversation.Finish,
            ]).Select(ToolSignature.Read),
        ];
    }
}
