using System.ComponentModel;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Model;

namespace DbVc.Agents;

/// <summary>The tools that run the branch's code, have it judged, and end the task. What counts is what the host measured.</summary>
internal sealed class ExecutionTools(TaskSession session)
{
    private const int MaxFailuresShown = 20;
    private const int MaxRowsShown = 5;
    private const int MaxFindingsShown = 20;
    private const int MaxFindingsReported = 200;
    private const int MaxCellShown = 200;

    [Description("Run generated code in the isolated branch environment.")]
    public ToolResult ExecuteInBranch(
        [Description("Feature branch identifier")] string branchName, [Description("Path to generated code, for example generated")] string codePath,
        CancellationToken cancellation)
    {
        CheckBranch(branchName);
        CheckCode(codePath);
        session.ForgetMeasurements();
        var report = session.Execution.Execute(session.RowsLeft, cancellation);
        session.RowsRead += report.Rows.Read;
        var summary = Summarize(report);
        var content = Describe(report);
        if (!report.Succeeded) return ToolResult.Failed(summary, WithRepairs(ToolCatalog.ExecuteInBranch, content));
        var commit = session.Branch.Commit("Run in branch: " + summary, cancellation);
        content["commit"] = commit?.ToString();
        session.LastExecution = JsonSerializer.SerializeToElement(content);
        return ToolResult.Passed(summary, content);
    }

    [Description("Run the gates: check if generated code produces expected results.")]
    public ToolResult ValidateResults(
        [Description("Expected output structure")] ObjectArgument expectedSchema,
        [Description("What execute_in_branch measured")] ObjectArgument actualResults, CancellationToken cancellation)
    {
        session.Pinned.CheckSchema("expected_schema", expectedSchema.Value);
        CheckMeasured(actualResults.Value);
        session.LastVerdict = null;
        var verdict = session.Execution.ValidateResults(session.Observer.GateFinished, cancellation);
        session.LastVerdict = verdict;
        var content = new JsonObject
        {
            ["passed"] = verdict.Passed,
            ["gates"] = new JsonArray([.. verdict.Gates.Select(g => (JsonNode)Describe(g, MaxFindingsShown))]),
        };
        if (verdict.Passed) return ToolResult.Passed($"all {verdict.Gates.Count} gates passed", content);
        session.FailedValidations++;
        content["offending_rows"] = ReadOffending(verdict, cancellation);
        content["rounds_left"] = Math.Max(0, session.MostValidations - session.FailedValidations);
        return ToolResult.Failed(Summarize(verdict), WithRepairs(ToolCatalog.ValidateResults, content));
    }

    /// <summary>What mended the like in tasks that were merged.</summary>
    private JsonObject WithRepairs(string tool, JsonObject content)
    {
        if (RepairFinder.FindObjection(tool, JsonSerializer.SerializeToElement(content)) is not { } objection) return content;
        var repairs = session.Memory.FindRepairs(objection);
        if (repairs.Count == 0) return content;
        content["mended_before"] = new JsonArray([.. repairs.Select(r => (JsonNode)new JsonObject
        {
            ["objection"] = Cut(r.Objection),
            ["edits"] = new JsonArray([.. r.Edits.Select(e => (JsonNode)new JsonObject { ["path"] = e.Path, ["before"] = e.Before, ["after"] = e.After })]),
        })]);
        return content;
    }

    [Description("Show everything that a gate found when validate_results ran last.")]
    public ToolResult ShowGateReport([Description("The gate's name, for example unit")] string gate)
    {
        if (session.LastVerdict is not { } verdict)
        {
            throw new DbVcException(FailureKind.Refused, "agent.not-validated", "The gates have not judged what is in the branch now.", null,
                "Call execute_in_branch and validate_results first.");
        }

        var asked = verdict.Gates.FirstOrDefault(g => g.Name == gate || g.Name.Replace(' ', '-') == gate)
            ?? throw new DbVcException(FailureKind.Usage, "gate.missing", "There is no such gate.", OneLine.Of(gate, 60),
                "The gates are: " + string.Join(", ", verdict.Gates.Select(g => g.Name)));
        return ToolResult.Passed($"{asked.Name}: {Quantity.Of(asked.Findings.Count, "finding")}", Describe(asked, MaxFindingsReported));
    }

    /// <summary>The records that gates name, as they are in the source, for who has to see why.</summary>
    private JsonArray ReadOffending(GateVerdict verdict, CancellationToken cancellation)
    {
        var records = verdict.Gates.SelectMany(g => g.Findings).Where(f => f.Row is > 0).Select(f => f.Row!.Value).Distinct()
            .Take(Math.Min(MaxRowsShown, session.Disclosure.MostRows)).ToHashSet();
        return records.Count == 0 ? [] : [.. session.Execution.ReadSource(records, cancellation).Select(row => (JsonNode)new JsonObject
        {
            ["row"] = row.Record,
            ["values"] = new JsonObject(row.Cells.DistinctBy(c => c.Key).Select(c =>
                KeyValuePair.Create(c.Key, (JsonNode?)(session.Disclosure.Cell(c.Key, c.Value) is { } value ? Cut(value) : null)))),
        })];
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

    private JsonObject Describe(ExecutionReport report) => new()
    {
        ["succeeded"] = report.Succeeded,
        ["rows_read"] = report.Rows.Read,
        ["rows_loaded"] = report.Rows.Loaded,
        ["rows_rejected"] = report.Rows.Rejected,
        ["rows_filtered"] = report.Rows.Filtered,
        ["rows_per_second"] = Math.Round(report.RowsPerSecond, 1),
        ["first_failures"] = new JsonArray(
            [.. report.FirstFailures.Take(Math.Min(MaxFailuresShown, session.Disclosure.MostRows)).Select(f => (JsonNode)Describe(f))]),
        ["problem"] = report is { Problem: { } problem, CodeSaysProblem: true } ? "The code failed: " + session.Disclosure.Foreign(problem) : report.Problem,
        ["findings"] = Describe(report.Findings, MaxFindingsShown),
    };

    private JsonObject Describe(RowFailure failure) => new()
    {
        ["record"] = failure.Record,
        ["line"] = failure.Line,
        ["field"] = session.Disclosure.Foreign(failure.Field),
        ["rule"] = session.Disclosure.Foreign(failure.Rule),
        ["value"] = Cut(session.Disclosure.Cell(failure.Field, failure.Value) ?? ""),
        ["message"] = Cut(session.Disclosure.Foreign(failure.Message)),
    };

    private JsonObject Describe(GateSummary gate, int most) => new()
    {
        ["name"] = gate.Name,
        ["passed"] = gate.Passed,
        ["seconds"] = Math.Round(gate.Seconds, 3),
        ["summary"] = session.Disclosure.Message(gate.Summary, gate.Findings.Select(f => f.Foreign)),
        ["findings"] = Describe(gate.Findings, most),
        ["findings_total"] = gate.Findings.Count,
    };

    private JsonArray Describe(IReadOnlyList<GateFinding> findings, int most) => [.. findings.Take(most).Select(f => (JsonNode)Describe(f))];

    private JsonObject Describe(GateFinding finding)
    {
        var described = new JsonObject { ["message"] = Cut(session.Disclosure.Message(finding.Message, [finding.Foreign])) };
        if (finding.File is not null && (finding.Foreign is null || BranchPath.TryParse(finding.File, out _))) described["file"] = finding.File;
        if (finding.Line is not null) described["line"] = finding.Line;
        if (finding.Rule is not null) described["rule"] = IsForeign(finding) ? session.Disclosure.Foreign(finding.Rule) : finding.Rule;
        if (finding.Row is not null) described["row"] = finding.Row;
        if (finding.Expected is not null) described["expected"] = Cut(finding.Expected);
        if (finding.Actual is not null) described["got"] = Cut(finding.Actual);
        return described;
    }

    /// <summary>Whether code named the rule: it does for records that it rejects.</summary>
    private static bool IsForeign(GateFinding finding) => finding.Foreign is { } foreign && (finding.Row is not null || finding.Rule == foreign);

    private static string Cut(string text) => text.Length <= MaxCellShown ? text : text[..MaxCellShown] + "…";
}
