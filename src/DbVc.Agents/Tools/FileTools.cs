using System.Text.Json.Nodes;
using DbVc.Model;

namespace DbVc.Agents;

/// <summary>Reading and writing the branch's files, and reading its rows.</summary>
internal sealed class FileTools(TaskSession session)
{
    private const int MaxReadCharacters = 64 * 1024;
    private const int MaxWriteCharacters = 256 * 1024;
    private const int MaxRows = 200;
    private const int MaxCellCharacters = 500;

    public ToolResult ReadFile(ToolArguments arguments, CancellationToken cancellation)
    {
        var path = BranchPath.Parse(arguments.Text("path"));
        var files = session.Branch.ListFiles();
        if (!files.Contains(path))
        {
            throw new DbVcException(FailureKind.Usage, "branch.file-missing", "There is no such file in the branch.", path.Text,
                files.Count == 0 ? null : "There are: " + string.Join(", ", files));
        }

        var text = session.Branch.ReadFile(path);
        var complete = text.Length <= MaxReadCharacters;
        var content = new JsonObject { ["content"] = complete ? text : text[..MaxReadCharacters], ["complete"] = complete };
        return ToolResult.Passed($"read {path}", content);
    }

    public ToolResult WriteFile(ToolArguments arguments, CancellationToken cancellation)
    {
        var path = BranchPath.Parse(arguments.Text("path"));
        var text = arguments.Text("content");
        if (path == BranchPath.Metadata)
            throw new DbVcException(FailureKind.Refused, "agent.pinned", "The metadata is pinned; only a person can start a task with another.", path.Text);
        if (!path.IsWritableByAgent)
        {
            throw new DbVcException(FailureKind.Refused, "agent.path", "An agent may write code, tests and notes, not this kind of file.", path.Text,
                "Project files are written by the host.");
        }

        if (text.Length > MaxWriteCharacters)
            throw new DbVcException(FailureKind.Refused, "agent.file-too-large", $"A file may have {MaxWriteCharacters} characters.", path.Text);

        session.ForgetMeasurements();
        session.Branch.WriteFile(path, text);
        var commit = session.Branch.Commit("Write " + path, cancellation);
        var lines = new BranchFile(path, text).Lines;
        return ToolResult.Passed($"wrote {path} ({lines} lines)", new JsonObject { ["path"] = path.Text, ["lines"] = lines, ["commit"] = commit?.ToString() });
    }

    public ToolResult QueryBranch(ToolArguments arguments, CancellationToken cancellation)
    {
        var answer = session.Branch.Query(arguments.Text("sql"));
        var rows = answer.Rows.Take(MaxRows).Select(row => (JsonNode)new JsonArray([.. row.Select(cell => (JsonNode?)Cut(cell))]));
        var content = new JsonObject
        {
            ["columns"] = new JsonArray([.. answer.Columns.Select(c => (JsonNode)c)]),
            ["rows"] = new JsonArray([.. rows]),
            ["complete"] = answer.Complete && answer.Rows.Count <= MaxRows,
        };
        return ToolResult.Passed(Quantity.Of(answer.Rows.Count, "row"), content);
    }

    private static string? Cut(string? cell) => cell is null || cell.Length <= MaxCellCharacters ? cell : cell[..MaxCellCharacters] + "…";
}
