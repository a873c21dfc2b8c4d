using System.ComponentModel;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>Deployed pipelines as documents.</summary>
internal static class PipelineShapes
{
    public static PipelineDocument ToJson(this PipelineReport pipeline) =>
        new(pipeline.Name, pipeline.Table, pipeline.Source, pipeline.Problem, pipeline.Runs, pipeline.Last?.ToJson());

    public static PipelinesDocument ToJson(this IEnumerable<PipelineReport> pipelines) => new(Json.List(pipelines, ToJson));

    public static QuarantineDocument ToJson(this QuarantineReport report) => new(report.Pipeline, report.Open,
        Json.Map(report.ByRule.OrderBy(r => r.Key, StringComparer.Ordinal), rule => rule.Key, rule => rule.Value),
        Json.List(report.First, record => new QuarantinedRecordDocument(record.Run, record.Record, record.Line, record.Raw, record.IsWhole,
            Json.List(record.Reasons, reason => new QuarantineReasonDocument(reason.Field, reason.Rule, reason.Value, reason.Message)))));

    public static PipelineRunDocument ToJson(this PipelineRunReport report) => new(report.Pipeline, report.Run?.ToJson(), report.Merged?.ToJson(),
        report.LoadedBefore is { } before ? new SourceLoadDocument(before.Content, before.Name, before.Bytes, before.Records, before.Run) : null,
        report.NothingNew);

    public static PipelineHistoryDocument History(string pipeline, IEnumerable<AgentReport> runs) => new(pipeline, Json.List(runs, AgentShapes.ToJson));
}

[Description("A pipeline of main.")]
internal sealed record PipelineDocument(
    [Description("Its name.")] string Name,
    [Description("The table that it loads; null where its metadata cannot be read.")] string? Table,
    [Description("Where its records come from; null where its metadata cannot be read.")] string? Source,
    [Description("Why its metadata cannot be read; null where it can.")] string? Problem,
    [Description("How often it was run.")] int Runs,
    [Description("Its latest run; null before the first.")] TaskDocument? Last) : Document;

[Description("The pipelines of main.")]
internal sealed record PipelinesDocument([Description("By name.")] IReadOnlyList<PipelineDocument> Pipelines) : Document;

[Description("What a run of a pipeline did.")]
internal sealed record PipelineRunDocument(
    [Description("The pipeline.")] string Pipeline,
    [Description("The run; null where there was nothing to do.")] TaskDocument? Run,
    [Description("Its merge into main; null where it did not come to one.")] MergeDocument? Merge,
    [Description("The load of the same source, where there was one before; else null.")] SourceLoadDocument? LoadedBefore,
    [Description("The source is incremental and has no record that was not loaded before.")] bool NothingNew) : Document;

[Description("A source that was loaded.")]
internal sealed record SourceLoadDocument(
    [Description("The SHA-256 of its content.")] string Content,
    [Description("Its name.")] string Name,
    [Description("Its size.")] long Bytes,
    [Description("How many records it had.")] long Records,
    [Description("The run that loaded it.")] string Run) : Document;

[Description("The runs of a pipeline.")]
internal sealed record PipelineHistoryDocument(
    [Description("The pipeline.")] string Pipeline,
    [Description("Oldest first.")] IReadOnlyList<TaskDocument> Runs) : Document;

[Description("Records that runs of a pipeline rejected.")]
internal sealed record QuarantineDocument(
    [Description("The pipeline.")] string Pipeline,
    [Description("How many there are.")] long Open,
    [Description("How many of them broke each rule.")] IReadOnlyDictionary<string, long> ByRule,
    [Description("The first of them.")] IReadOnlyList<QuarantinedRecordDocument> Records) : Document;

[Description("A record that a run rejected.")]
internal sealed record QuarantinedRecordDocument(
    [Description("The run.")] string Run,
    [Description("Which record of the source, from 1.")] long Record,
    [Description("In which line of the file, from 1; 0 where it has no lines.")] long Line,
    [Description("As it was written, or its values where that is not known.")] string Raw,
    [Description("Whether it can be read again as it was.")] bool Whole,
    [Description("Why it was rejected.")] IReadOnlyList<QuarantineReasonDocument> Reasons) : Document;

[Description("Why a record was rejected.")]
internal sealed record QuarantineReasonDocument(
    [Description("The field.")] string Field,
    [Description("The rule.")] string Rule,
    [Description("What stood there.")] string Value,
    [Description("What is wrong with it.")] string Message) : Document;

[Description("Rejected records that were written into a file.")]
internal sealed record QuarantineExportDocument(
    [Description("The pipeline.")] string Pipeline,
    [Description("The file.")] string File,
    [Description("How many were written.")] long Written,
    [Description("How many cannot be written as they were.")] long Unwritable) : Document;

[Description("Rejected records that were taken off the list.")]
internal sealed record QuarantineDiscardDocument(
    [Description("The pipeline.")] string Pipeline,
    [Description("How many.")] long Closed) : Document;
