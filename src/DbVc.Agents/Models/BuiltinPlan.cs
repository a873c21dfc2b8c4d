using System.Text;
using System.Text.Json;

namespace DbVc.Agents;

/// <summary>What the built-in model does next.</summary>
/// <param name="Say">What it says along with the call.</param>
/// <param name="Tool">The tool it calls.</param>
/// <param name="Arguments">With what.</param>
internal sealed record BuiltinStep(string Say, string Tool, Dictionary<string, object?> Arguments)
{
    /// <summary>Whether it ends the task without success.</summary>
    public bool IsGivingUp => Tool == ToolCatalog.Finish && Arguments.TryGetValue("success", out var success) && success is false;
}

/// <summary>The order of the work, and what to do when a step does not succeed.</summary>
internal static class BuiltinPlan
{
    private static readonly string[] Order =
    [
        ToolCatalog.AnalyzeMetadata, ToolCatalog.GenerateIngestion, ToolCatalog.GenerateValidation, ToolCatalog.GeneratePreprocessing,
        ToolCatalog.CreateTests, ToolCatalog.ExecuteInBranch, ToolCatalog.ValidateResults, ToolCatalog.Finish,
    ];

    public static BuiltinStep Next(BuiltinConversation conversation)
    {
        if (conversation.Metadata is null) return GiveUp("The task holds no metadata.");
        if (conversation.Exchanges.Count == 0) return Call(Order[0], conversation);
        var last = conversation.Exchanges[^1];
        if (last.IsError)
        {
            var tries = conversation.Exchanges.Reverse().TakeWhile(e => e.Tool == last.Tool).Count();
            return last.IsRetryable && tries == 1 ? Call(last.Tool, conversation) : GiveUp(DescribeError(last));
        }

        if (last.Flag("succeeded") == false) return GiveUp($"The generated code did not run: {last.Text("problem")}");
        if (last.Flag("passed") == false) return GiveUp(DescribeGates(last));
        if (DescribeOpen(last, conversation) is { } open) return GiveUp(open);
        var next = Order.FirstOrDefault(tool => conversation.FindResult(tool) is null);
        return next is null ? GiveUp("There is nothing left to do.") : Call(next, conversation);
    }

    private static BuiltinStep Call(string tool, BuiltinConversation conversation)
    {
        var analysis = conversation.FindResult(ToolCatalog.AnalyzeMetadata);
        return tool switch
        {
            ToolCatalog.AnalyzeMetadata => new("Analyzing metadata.", tool, new() { ["metadata"] = ReadMetadata(conversation.Metadata!) }),
            ToolCatalog.GenerateIngestion => new("Generating code.", tool, Take(analysis, "source_type", "schema", "destination")),
            ToolCatalog.GenerateValidation => new("Generating validators.", tool, Take(analysis, "rules", "schema")),
            ToolCatalog.GeneratePreprocessing => new("Generating preprocessors.", tool, Take(analysis, "transformations", "schema")),
            ToolCatalog.CreateTests => new("Generating tests.", tool, new() { ["code_modules"] = FindModules(conversation) }),
            ToolCatalog.ExecuteInBranch => new("Running in the branch.", tool,
                new() { ["branch_name"] = analysis!.Value.GetProperty("branch_name"), ["code_path"] = BranchPath.GeneratedFolder }),
            ToolCatalog.ValidateResults => new("Validating.", tool, new()
            {
                ["expected_schema"] = analysis!.Value.GetProperty("schema"),
                ["actual_results"] = Take(
                    conversation.FindResult(ToolCatalog.ExecuteInBranch), "rows_read", "rows_loaded", "rows_rejected", "rows_filtered"),
            }),
            _ => new("Done.", ToolCatalog.Finish, new() { ["summary"] = "The pipeline was generated and tested; all gates passed." }),
        };
    }

    private static BuiltinStep GiveUp(string summary) =>
        new("This cannot be done.", ToolCatalog.Finish, new() { ["summary"] = summary, ["success"] = false });

    /// <summary>What a person has to write: this model writes nothing of its own. Null where there is nothing.</summary>
    private static string? DescribeOpen(Exchange exchange, BuiltinConversation conversation)
    {
        if (exchange.Result.ValueKind != JsonValueKind.Object || !exchange.Result.TryGetProperty("open_items", out var items)) return null;
        string Text(JsonElement item, string name) => item.GetProperty(name).GetString()!;
        var methods = items.EnumerateArray().Select(i => $"\n  {Text(i, "signature")} in {Text(i, "path")}\n    {Text(i, "must_judge")}");
        var branch = conversation.FindResult(ToolCatalog.AnalyzeMetadata) is { } analysis ? Text(analysis, "branch_name") : "BRANCH";
        return $"The metadata says in words of its own what a person or another model must write as code:{string.Concat(methods)}\n"
            + $"Write it into that file of the branch's folder, then: db-vc agent retry {branch}";
    }

    private static Dictionary<string, object?> Take(JsonElement? result, params ReadOnlySpan<string> names)
    {
        var taken = new Dictionary<string, object?>();
        foreach (var name in names) taken[name] = result!.Value.GetProperty(name);
        return taken;
    }

    // Text that is no JSON is passed on as it is: the tool says what is wrong with it and where.
    private static object ReadMetadata(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private static List<string> FindModules(BuiltinConversation conversation)
    {
        string[] generators = [ToolCatalog.GenerateIngestion, ToolCatalog.GenerateValidation, ToolCatalog.GeneratePreprocessing];
        return
        [
            .. from tool in generators
               let result = conversation.FindResult(tool)
               where result is not null
               from file in result.Value.GetProperty("files").EnumerateArray()
               select file.GetProperty("path").GetString()!,
        ];
    }

    private static string DescribeError(Exchange exchange)
    {
        if (exchange.Error is null) return $"{exchange.Tool} gave no result.";
        var text = new StringBuilder(exchange.Text("message"));
        if (exchange.Text("where") is { Length: > 0 } where) text.Append(" (").Append(where).Append(')');
        if (exchange.Text("hint") is { Length: > 0 } hint) text.Append(' ').Append(hint);
        return text.ToString();
    }

    /// <summary>One line, with the first that each objects to; all of it stands in the report.</summary>
    private static string DescribeGates(Exchange exchange) => "Refused by gates: " + string.Join("; ", exchange.Result.GetProperty("gates").EnumerateArray()
        .Where(g => !g.GetProperty("passed").GetBoolean())
        .Select(g => $"{g.GetProperty("name").GetString()} ({g.GetProperty("summary").GetString()}{DescribeFirst(g.GetProperty("findings"))})")) + ".";

    private static string DescribeFirst(JsonElement findings) =>
        findings.GetArrayLength() == 0 ? "" : ": " + findings[0].GetProperty("message").GetString()!.Split('\n')[0].TrimEnd('.');
}
