using System.ComponentModel;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>What chat said, as a document.</summary>
internal static class ChatShapes
{
    public static ChatDocument ToJson(this ChatReply reply) =>
        new(reply.Kind, reply.Verb, reply.CommandLine, Json.List(reply.Lines, line => line.ToString()), reply.Document, reply.Model);
}

[Description("What was said to a sentence in plain words.")]
internal sealed record ChatDocument(
    [Description("What it is; of a proposal nothing was done.")] ChatKind Kind,
    [Description("What was understood; null for nothing.")] string? Verb,
    [Description("The command that says or does the same; null for none.")] string? Command,
    [Description("The answer, for people.")] IReadOnlyList<string> Lines,
    [Description("The patch of a file, or the metadata that would be given; null for none.")] string? Document,
    [Description("The model that said or proposed it; null where the grammar understood it.")] string? Model) : Document;
