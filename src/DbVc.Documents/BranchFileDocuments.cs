using System.ComponentModel;

namespace DbVc.Documents;

[Description("The files of a branch.")]
internal sealed record BranchFilesDocument(
    [Description("The branch.")] string Branch,
    [Description("Metadata, generated code and tests.")] IReadOnlyList<string> Files) : Document;

[Description("A file of a branch.")]
internal sealed record BranchFileDocument(
    [Description("The branch.")] string Branch,
    [Description("The file.")] string Path,
    [Description("What stands in it.")] string Text) : Document;

[Description("A file of a branch that was written.")]
internal sealed record BranchFileWrittenDocument(
    [Description("The branch.")] string Branch,
    [Description("The file.")] string Written) : Document;
