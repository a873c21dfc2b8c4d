using System.ComponentModel;
using System.Text.Json.Nodes;
using DbVc.Model;

namespace DbVc.Agents;

/// <summary>Reading and writing the branch's files.</summary>
internal sealed class FileTools(TaskSession session)
{
    private const int MaxReadCharacters = 64 * 1024;
    private const int MaxWriteCharacters = 256 * 1024;

    [Description("Read a file of the branch.")]
    public ToolResult ReadFile([Description("metadata.json or a file below generated/ or tests/")] string path)
    {
        var file = BranchPath.Parse(path);
        if (!session.Branch.ListFiles().Contains(file)) throw Missing(file);
        var text = session.Branch.ReadFile(file);
        var complete = text.Length <= MaxReadCharacters;
        var content = new JsonObject { ["content"] = complete ? text : text[..MaxReadCharacters], ["complete"] = complete };
        return ToolResult.Passed($"read {file}", content);
    }

    [Description("Write a code file of the branch; what was executed and validated before no longer counts.")]
    public ToolResult WriteFile(
        [Description("A code file below generated/ or tests/")] string path, [Description("The whole new text")] string content,
        CancellationToken cancellation) => Write(RequireWritable(path), content, "Write", cancellation);

    /// <summary>Small files a person may edit at the same time: what is not there as the model believes is not changed.</summary>
    [Description("Replace one piece of text in a code file of the branch; what was executed and validated before no longer counts.")]
    public ToolResult EditFile(
        [Description("A code file below generated/ or tests/")] string path, [Description("The text that is there, once in the file")] string oldText,
        [Description("What stands there instead")] string newText, CancellationToken cancellation)
    {
        var file = RequireWritable(path);
        if (!session.Branch.ListFiles().Contains(file)) throw Missing(file);
        var text = session.Branch.ReadFile(file);
        var at = oldText.Length == 0 ? -1 : text.IndexOf(oldText, StringComparison.Ordinal);
        if (at < 0)
        {
            throw new DbVcException(FailureKind.Usage, "agent.edit", "The text to be replaced is not in the file.", file.Text,
                "Read the file again and give the text as it stands there, with its blanks and line ends.");
        }

        if (text.IndexOf(oldText, at + 1, StringComparison.Ordinal) >= 0)
            throw new DbVcException(FailureKind.Usage, "agent.edit", "The text to be replaced is in the file more than once.", file.Text, "Give more of it.");
        return Write(file, string.Concat(text.AsSpan(0, at), newText, text.AsSpan(at + oldText.Length)), "Edit", cancellation);
    }

    private ToolResult Write(BranchPath path, string text, string verb, CancellationToken cancellation)
    {
        if (text.Length > MaxWriteCharacters)
            throw new DbVcException(FailureKind.Refused, "agent.file-too-large", $"A file may have {MaxWriteCharacters} characters.", path.Text);
        session.ForgetMeasurements();
        session.Branch.WriteFile(path, text);
        var commit = session.Branch.Commit($"{verb} {path}", cancellation);
        var lines = new BranchFile(path, text).Lines;
        return ToolResult.Passed($"{(verb == "Edit" ? "edited" : "wrote")} {path} ({Quantity.Of(lines, "line")})",
            new JsonObject { ["path"] = path.Text, ["lines"] = lines, ["commit"] = commit?.ToString() });
    }

    private static BranchPath RequireWritable(string text)
    {
        var path = BranchPath.Parse(text);
        if (path == BranchPath.Metadata)
            throw new DbVcException(FailureKind.Refused, "agent.pinned", "The metadata is pinned; only a person can start a task with another.", path.Text);
        if (path.IsWritableByAgent) return path;
        throw new DbVcException(FailureKind.Refused, "agent.path", "An agent may write code, tests and notes, not this kind of file.", path.Text,
            "Project files are written by the host.");
    }

    private DbVcException Missing(BranchPath path)
    {
        var files = session.Branch.ListFiles();
        return new(FailureKind.Usage, "branch.file-missing", "There is no such file in the branch.", path.Text,
            files.Count == 0 ? null : "There are: " + string.Join(", ", files));
    }
}
