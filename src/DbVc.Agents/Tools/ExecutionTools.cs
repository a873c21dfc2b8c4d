using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Model;

namespace DbVc.Agents;

/// <summary>The tools that run the branch's code, have it judged, and end the task. What counts is what the host measured.</summary>
internal sealed class ExecutionTools(TaskSession session)
{
    private const int MaxFailuresShown = 20;
    private const int MaxFindingsShown = 20;
    private const int MaxCellShown = 200;

    public ToolResult ExecuteInBranch(ToolArguments arguments, CancellationToken cancellation)
    {
        CheckBranch(arguments.Text("branch_name"));
        CheckCode(arguments.Text("code_path"));
        session.ForgetMeasurements();
        var report = session.Execution.Execute(cancellation);
        var summary = Summarize(report);
        var content = Describe(report);
        if (!report.Succeeded) return ToolResult.Failed(summary, content);
        var commit = session.Branch.Commit("Run in branch: " + summary, cancellation);
        content["commit"] = commit?.ToString();
        session.LastExecution = JsonSerializer.SerializeToElement(content);
        return ToolResult.Passed(summary, content);
    }

    public ToolResult ValidateResults(ToolArguments arguments, CancellationToken cancellation)
    {
        session.Pinned.CheckSchema("expected_schema", arguments.Object("expected_schema"));
        CheckMeasured(arguments.Object("actual_results"));
        session.LastVerdict = null;
        var verdict = session.Execution.ValidateResults(session.Observer.GateFinished, cancellation);
        session.LastVerdict = verdict;
        var content = new JsonObject
        {
            ["passed"] = verdict.Passed,
            ["gates"] = new JsonArray([.. verdict.Gates.Select(g => (JsonNode)Describe(g))]),
        };
        if (verdict.Passed) return ToolResult.Passed($"all {verdict.Gates.Count} gates passed", content);
        session.FailedValidations++;
        return ToolResult.Failed(Summarize(verdict), content);
    }

    public ToolResult Finish(ToolArguments arguments, CancellationToken cancellation)
    {
        var summary = arguments.Text("summary");
        var success = arguments.Flag("success", whenMissing: true);
        if (success && session.LastVerdict is not { Passed: true })
        {
            throw new DbVcException(FailureKind.Refused, "agent.not-validated",
                "The gates have not passed on what is in the branch now.", null,
                "Call execute_in_branch and validate_results, or finish with success false.");
        }

        session.Conclusion = summary;
        session.Succeeded = success;
        var content = new JsonObject { ["state"] = success ? "ready" : "failed" };
        return success ? ToolResult.Passed("ready for review", content) : ToolResult.Failed(summary, content);
    }

    private void CheckBranch(string name)
    {
        if (name == session.Branch.Name.Text) return;
        throw new DbVcException(FailureKind.Refused, "agent.other-branch", "An agent runs code in its own branch only.", OneLine.Of(name, 100),
            $"The branch of this task is {session.Branch.Name}.");
    }

    private void CheckCode(string codePath)
    {
        var files = session.Branch.ListFiles();
        var folder = codePath is BranchPath.GeneratedFolder or BranchPath.GeneratedFolder + "/";
        var found = folder ? files.Any(f => f.IsGenerated) : BranchPath.Parse(codePath) is { IsGenerated: true } path && files.Contains(path);
        if (found) return;
        throw new DbVcException(FailureKind.Usage, "agent.no-such-module", "There is no generated code at this path.", OneLine.Of(codePath, 200),
            "Generate the code first, then pass \"generated\".");
    }

    // A model may leave members out, but what it says must be what the host measured.
    private void CheckMeasured(JsonElement claimed)
    {
        if (session.LastExecution is not { } measured)
        {
            throw new DbVcException(FailureKind.Refused, "agent.not-executed", "The code that is in the branch now has not been executed.", null,
                "Call execute_in_branch first.");
        }

        foreach (var member in claimed.EnumerateObject())
        {
            var difference = measured.TryGetProperty(member.Name, out var value)
                ? JsonDifference.Find(value, member.Value, "$." + member.Name)
                : $"$.{OneLine.Of(member.Name, 80)} was not measured";
            if (difference is null) continue;
            throw new DbVcException(FailureKind.Refused, "agent.not-measured", $"This is not what was measured: {difference}.", "actual_results",
                "Pass what execute_in_branch answered.");
        }
    }

    private static string Summarize(ExecutionReport report)
    {
        if (!report.Succeeded) return report.Problem ?? "the run failed";
        var rows = report.Rows;
        return string.Create(CultureInfo.InvariantCulture,
            $"{rows.Read} read, {rows.Loaded} loaded, {rows.Rejected} rejected, {rows.Filtered} filtered");
    }

    internal static string Summarize(GateVerdict verdict) => "refused by " + string.Join("; ", verdict.Gates.Where(g => !g.Passed)
        .Select(g => g.Findings.Count == 0 ? $"{g.Name} ({g.Summary})" : $"{g.Name} ({g.Summary}: {g.Findings[0].Message.Split('\n')[0].TrimEnd('.')})"));

    private static JsonObject Describe(ExecutionReport report) => new()
    {
        ["succeeded"] = report.Succeeded,
        ["rows_read"] = report.Rows.Read,
        ["rows_loaded"] = report.Rows.Loaded,
        ["rows_rejected"] = report.Rows.Rejected,
        ["rows_filtered"] = report.Rows.Filtered,
        ["rows_per_second"] = Math.Round(report.RowsPerSecond, 1),
        ["first_failures"] = new JsonArray([.. report.FirstFailures.Take(MaxFailuresShown).Select(f => (JsonNode)new JsonObject
        {
            ["record"] = f.Record,
            ["line"] = f.Line,
            ["field"] = f.Field,
            ["rule"] = f.Rule,
            ["value"] = Cut(f.Value),
            ["message"] = f.Message,
        })]),
        ["problem"] = report.Problem,
        ["findings"] = Describe(report.Findings),
    };

    private static JsonObject Describe(GateSummary gate) => new()
    {
        ["name"] = gate.Name,
        ["passed"] = gate.Passed,
        ["seconds"] = Math.Round(gate.Seconds, 3),
        ["summary"] = gate.Summary,
        ["findings"] = Describe(gate.Findings),
        ["findings_total"] = gate.Findings.Count,
    };

    private static JsonArray Describe(IReadOnlyList<GateFinding> findings) =>
        [.. findings.Take(MaxFindingsShown).Select(f => (JsonNode)Describe(f))];

    private static JsonObject Describe(GateFinding finding)
    {
        var described = new JsonObject { ["message"] = Cut(finding.Message) };
        if (finding.File is not null) described["file"] = finding.File;
        if (finding.Line is not null) described["line"] = finding.Line;
        if (finding.Rule is not null) described["rule"] = finding.Rule;
        if (finding.Row is not null) described["row"] = finding.Row;
        return described;
    }

    private static string Cut(string text) => text.Length <= MaxCellShown ? text : text[..MaxCellShown] + "…";
}
