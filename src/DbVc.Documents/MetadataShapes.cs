using System.ComponentModel;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>Metadata as documents of --json.</summary>
internal static class MetadataShapes
{
    public static ValidationDocument Validation(string file, MetadataReport report) => new(file, report.Problems.Count == 0,
        Json.List(report.Problems, problem =>
            new MetadataProblemDocument(problem.Path, problem.Line, problem.Column, problem.Message, problem.Suggestion)),
        report.Assumptions);

    public static ExplanationDocument Explanation(MetadataExplanation explanation) => new(explanation.Source, explanation.Destination,
        Json.List(explanation.Fields, field => new ExplainedFieldDocument(field.Name, field.Type, field.Notes)),
        explanation.Steps, Json.List(explanation.Changes, AgentShapes.ToJson), explanation.Reshaped,
        Json.List(explanation.Rules, rule => new ExplainedRuleDocument(rule.Text, rule.Written, rule.Effect, rule.Condition, rule.Broken,
            Json.List(rule.First, record => new StoppedRecordDocument(record.Record, record.Line, record.Value)))),
        explanation.Assumptions, explanation.Preview?.ToJson(), explanation.Unreadable?.Message);

    public static InferenceDocument Inference(InferenceReport report)
    {
        var proposal = report.Proposal;
        return new InferenceDocument(report.File, proposal.Source, proposal.Table, proposal.Records, proposal.IsWhole,
            Json.List(proposal.Fields, field =>
                new ProposedFieldDocument(field.Name, field.Column, field.Type, field.IsKey, field.IsNullable, field.Steps, field.Evidence)),
            Json.List(proposal.Rules, rule => new ProposedRuleDocument(rule.Text, rule.Severity, rule.Confidence, rule.Evidence)),
            Json.List(proposal.Questions, question =>
                new OpenQuestionDocument(question.Field, question.Text, question.Choices, question.Assumed)),
            proposal.Findings, report.Preview.ToJson(), JsonNode.Parse(proposal.Json)!.AsObject());
    }

    public static MetadataSchemaDocument Schema(string schema) => new(JsonNode.Parse(schema)!.AsObject());

    private static PreviewDocument ToJson(this PreviewCounts preview) =>
        new(preview.Records, preview.IsWhole, preview.Loaded, preview.Rejected, preview.LeftOut);
}

[Description("Whether a metadata file is whole.")]
internal sealed record ValidationDocument(
    [Description("The file.")] string File,
    [Description("Whether nothing is wrong with it.")] bool Ok,
    [Description("Everything that is wrong with it.")] IReadOnlyList<MetadataProblemDocument> Problems,
    [Description("What is taken for granted, as sentences.")] IReadOnlyList<string> Assumptions) : Document;

[Description("Something that is wrong with a metadata file.")]
internal sealed record MetadataProblemDocument(
    [Description("Where, as a path in the file.")] string Path,
    [Description("In which line, from 1.")] int Line,
    [Description("In which column, from 1.")] int Column,
    [Description("What.")] string Message,
    [Description("What to write instead; null for nothing to say.")] string? Suggestion) : Document;

[Description("What a metadata file will do.")]
internal sealed record ExplanationDocument(
    [Description("Where records come from, in words.")] string Source,
    [Description("Where rows go, in words.")] string Destination,
    [Description("The fields.")] IReadOnlyList<ExplainedFieldDocument> Fields,
    [Description("What is done to them, in order and in words.")] IReadOnlyList<string> Steps,
    [Description("How many cells each step of preprocessing changes.")] IReadOnlyList<ChangedCellsDocument> Changes,
    [Description("What each step of source.reshape did, in words.")] IReadOnlyList<string> Reshaped,
    [Description("The rules.")] IReadOnlyList<ExplainedRuleDocument> Rules,
    [Description("What is taken for granted, as sentences.")] IReadOnlyList<string> Assumptions,
    [Description("What it would make of the source; null where that cannot be read, or is fetched first.")] PreviewDocument? Preview,
    [Description("Why the source cannot be read; null where it can, or is fetched first.")] string? Unreadable) : Document;

[Description("A field of a table.")]
internal sealed record ExplainedFieldDocument(
    [Description("Its name.")] string Name,
    [Description("Its type.")] string Type,
    [Description("What else holds for it.")] IReadOnlyList<string> Notes) : Document;

[Description("A rule, and what it would stop.")]
internal sealed record ExplainedRuleDocument(
    [Description("In words.")] string Text,
    [Description("As it was written; null where it was declared.")] string? Written,
    [Description("What happens to a record that breaks it.")] string Effect,
    [Description("What it becomes in code; null where only the host judges it.")] string? Code,
    [Description("How many records break it.")] long Broken,
    [Description("The first of them.")] IReadOnlyList<StoppedRecordDocument> First) : Document;

[Description("A record that a rule would stop.")]
internal sealed record StoppedRecordDocument(
    [Description("Which record of the source, from 1.")] long Record,
    [Description("In which line of the file, from 1; 0 where it has no lines.")] long Line,
    [Description("What stands there.")] string Value) : Document;

[Description("What metadata would make of the records that were looked at.")]
internal sealed record PreviewDocument(
    [Description("How many these were.")] long Records,
    [Description("Whether these were all.")] bool Whole,
    [Description("How many would be loaded.")] long Loaded,
    [Description("How many a rule would reject.")] long Rejected,
    [Description("How many would be left out.")] long LeftOut) : Document;

[Description("Metadata that is proposed for a source.")]
internal sealed record InferenceDocument(
    [Description("Where it was written; null for nowhere.")] string? File,
    [Description("The source.")] string Source,
    [Description("The table that it would go into.")] string Table,
    [Description("How many records were looked at.")] long Records,
    [Description("Whether these were all.")] bool Whole,
    [Description("The fields.")] IReadOnlyList<ProposedFieldDocument> Fields,
    [Description("Rules that hold for what was looked at.")] IReadOnlyList<ProposedRuleDocument> Rules,
    [Description("What only a person can answer.")] IReadOnlyList<OpenQuestionDocument> Questions,
    [Description("What else was found.")] IReadOnlyList<string> Findings,
    [Description("What it would make of these records.")] PreviewDocument Preview,
    [Description("The proposal itself: a metadata file.")] JsonObject Metadata) : Document;

[Description("A field that is proposed.")]
internal sealed record ProposedFieldDocument(
    [Description("Its name.")] string Name,
    [Description("The column of the source.")] string Column,
    [Description("Its type.")] string Type,
    [Description("Whether it is a part of the key.")] bool Key,
    [Description("Whether it may be NULL.")] bool Nullable,
    [Description("What is done to it.")] IReadOnlyList<string> Steps,
    [Description("What speaks for all that.")] IReadOnlyList<string> Evidence) : Document;

[Description("A rule that is proposed.")]
internal sealed record ProposedRuleDocument(
    [Description("The rule.")] string Text,
    [Description("What breaking it would do.")] string Severity,
    [Description("A share from 0 to 1.")] double Confidence,
    [Description("What was counted.")] string Evidence) : Document;

[Description("A question that only a person can answer.")]
internal sealed record OpenQuestionDocument(
    [Description("The field that it is about.")] string Field,
    [Description("The question.")] string Text,
    [Description("What can be answered.")] IReadOnlyList<string> Choices,
    [Description("What is taken until somebody answers.")] string Assumed) : Document;

[Description("The JSON Schema of metadata files.")]
[JsonConverter(typeof(MetadataSchemaConverter))]
internal sealed record MetadataSchemaDocument(JsonObject Schema) : Document;
