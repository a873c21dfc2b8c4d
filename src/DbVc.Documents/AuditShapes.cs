using System.ComponentModel;
using System.Text.Json.Serialization;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>The operation log, checked and handed out, as documents.</summary>
internal static class AuditShapes
{
    public static AuditDocument ToJson(this AuditReport report) => new(report.Ok, report.Entries, report.First, report.Last, report.Head,
        Json.List(report.Witnesses, witness => new WitnessDocument(witness.Name, witness.Agrees)), Json.List(report.Problems, ToJson));

    /// <summary>Of a file; where it ends, a repository says if there is one.</summary>
    public static AuditFileDocument ToJson(this AuditReport report, AuditFileEnd? end)
    {
        var audit = report.ToJson();
        return new AuditFileDocument(audit.Ok, audit.Operations, audit.First, audit.Last, audit.Head, audit.Witnesses, audit.Problems,
            end is null ? null : new AuditFileEndDocument(end.Folder, end.LogLast, end.HoldsLast));
    }

    public static AuditProblemDocument ToJson(this AuditProblem problem) => new(problem.Kind, problem.Place, problem.Message);

    public static AuditExportDocument ToJson(this AuditExportReport report, IReadOnlyList<string> lines) =>
        new(report.Entries, report.First, report.Last, report.Head, report.File, report.File is null ? lines : null);
}

[Description("Whether the operation log is what was written.")]
internal record AuditDocument(
    [Description("Whether nothing is wrong with it.")] bool Ok,
    [Description("How many entries were checked.")] long Operations,
    [Description("The number of the first.")] long First,
    [Description("The number of the last.")] long Last,
    [Description("The hash of the last.")] string Head,
    [Description("What stands outside of the log and names an entry of it.")] IReadOnlyList<WitnessDocument> Witnesses,
    [Description("What is wrong.")] IReadOnlyList<AuditProblemDocument> Problems) : Document;

[Description("Whether a file of audit export is what was written.")]
internal sealed record AuditFileDocument(
    bool Ok, long Operations, long First, long Last, string Head, IReadOnlyList<WitnessDocument> Witnesses, IReadOnlyList<AuditProblemDocument> Problems,
    [Description("Where the log of the repository ends in which the command is run; null where there is none.")]
    [property: JsonPropertyOrder(1)] AuditFileEndDocument? Repository)
    : AuditDocument(Ok, Operations, First, Last, Head, Witnesses, Problems);

[Description("Where a repository's log ends.")]
internal sealed record AuditFileEndDocument(
    [Description("The repository's folder.")] string Folder,
    [Description("The number of its last entry.")] long Last,
    [Description("Whether it holds the file's last entry.")] bool HoldsLast) : Document;

[Description("What stands outside of the log and names an entry of it.")]
internal sealed record WitnessDocument(
    [Description("What.")] string Name,
    [Description("Whether the log has that entry; null where it could not be asked or is missing.")] bool? Agrees) : Document;

[Description("Something that is wrong with the operation log.")]
internal sealed record AuditProblemDocument(
    [Description("What kind of damage.")] string Kind,
    [Description("The entry.")] string Object,
    [Description("What is wrong with it.")] string Message) : Document;

[Description("The operation log, handed out.")]
internal sealed record AuditExportDocument(
    [Description("How many entries.")] long Operations,
    [Description("The number of the first; null for none.")] long? First,
    [Description("The number of the last; null for none.")] long? Last,
    [Description("The hash of the last; null for none.")] string? Head,
    [Description("The file that was made; null for none.")] string? File,
    [Description("The lines of the export; null where a file was made.")] IReadOnlyList<string>? Lines) : Document;
