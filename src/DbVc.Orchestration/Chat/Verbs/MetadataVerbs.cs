using System.Text;
using DbVc.Model;
using DbVc.Pipelines;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Explains metadata, and changes what it asks.</summary>
internal static class MetadataVerbs
{
    private static readonly ChatSlot s_file = new("file", SlotKind.File, "a metadata file of this repository");
    private static readonly ChatSlot s_rule = new("rule", SlotKind.Text, "a rule or a step in words, for example: age must be at most 130");

    public static IReadOnlyList<ChatVerb> All { get; } =
    [
        new("metadata_explain", "metadata explain", "What a metadata file does.", Explain)
        {
            Slots = [s_file],
            Patterns = ChatVerb.Forms("~explain file? {file}", "explain metadata {file}", "~what do {file} do", "show? metadata {file}",
                "what rule is in {file}", "show? rule of|in {file}",
                "~what is? in {file}", "~show {file}", "what rule do {file} have"),
            Example = "explain metadata/users.json",
        },
        new("metadata_validate", "metadata validate", "What is wrong with a metadata file.", Validate)
        {
            Slots = [s_file],
            Patterns = ChatVerb.Forms("validate {file}", "~is {file} valid|right|correct|good", "~check {file}", "~what is fail and|in|of {file}",
                "~what is fail {file}", "is anything fail and|in {file}"),
            Example = "is metadata/users.json valid",
        },
        new("metadata_remove", "metadata validate", "Take a rule out of a metadata file.", call => Plan(call, Remove))
        {
            Act = call => Write(call, Remove),
            Slots = [s_file.OrNone(), s_rule],
            Patterns = ChatVerb.Forms("delete rule about|of|in {rule...} of|in|and file? {file}", "delete rule that? {rule...} of|in|and file? {file}",
                "in file? {file} delete rule that? {rule...}",
                "delete rule about|of {rule...}", "delete rule that? {rule...}"),
            Example = "remove the rule about age from metadata/users.json",
            IsLast = true,
        },
        new("metadata_change", "metadata validate", "Change what a metadata file asks, in words.", call => Plan(call, Add))
        {
            Act = call => Write(call, Add),
            Slots = [s_file.OrNone(), s_rule],
            Patterns = ChatVerb.Forms("~in file? {file} create|changed|require|let rule? that? {rule...}", "~in file? {file} {rule...}",
                "~of file? {file} {rule...}",
                "~create|changed|require|let rule? that? {rule...} in|to|into|of file? {file}", "~{rule...} in|to|into|of file? {file}",
                "~changed file? {file} that? {rule...}",
                "~create|changed|require|let rule? that? {rule...}", "~{rule...}"),
            Example = "make age at most 130 in metadata/users.json",
            IsLast = true,
        },
    ];

    private static ChatReply Explain(ChatCall call)
    {
        var file = call.Arguments.Get("file");
        var explained = MetadataDesk.Explain(call.Names.FullPath(file), call.Cancel, call.Names.Files);
        var text = new ChatText().Say($"From: {explained.Source}").Say($"Into: {explained.Destination}");
        text.Each(explained.Fields, f => ChatText.Line("  " + f.Name, f.Type, string.Join(", ", f.Notes)), 40);
        text.Each(explained.Steps, s => ChatText.Line("  step: " + s)).Each(explained.Rules, r => ChatText.Line(
            "  rule: " + r.Text, r.Effect + (r.Broken > 0 ? $"; stops {Quantity.Of(r.Broken, "record")}" : "")), 40);
        if (explained.Preview is { } preview)
            text.Say($"Of {Quantity.Of(preview.Records, "record")} looked at it would load {Quantity.Of(preview.Loaded)} "
                + $"and reject {Quantity.Of(preview.Rejected)}.");
        if (explained.Unreadable is { } problem) text.Bad(problem.Message);
        return ChatCall.Reply(text, "metadata", "explain", file);
    }

    private static ChatReply Validate(ChatCall call)
    {
        var file = call.Arguments.Get("file");
        var report = MetadataDesk.Validate(call.Names.FullPath(file), call.Context.Memory.Recall);
        if (report.Problems.Count == 0) return ChatCall.Reply(new ChatText().Good("Nothing is wrong with it.")
            .Each(report.Assumptions, a => ChatText.Line("Assumed: " + a)), "metadata", "validate", file);
        var text = new ChatText().Each(report.Problems, p => new ChatLine(ChatTone.Bad, [$"line {p.Line}", p.Message, p.Suggestion ?? ""]));
        return ChatCall.Reply(text, "metadata", "validate", file);
    }

    private static MetadataRevision Add(string text, string file, string rule) => MetadataEditor.Add(text, file, rule);

    private static MetadataRevision Remove(string text, string file, string rule) => MetadataEditor.Remove(text, file, rule);

    private static ChatReply Plan(ChatCall call, Func<string, string, string, MetadataRevision> revise)
    {
        call.Context.Guard.Require(AccessAction.Work, "changing metadata");
        var (file, before, revision) = Revise(call, revise);
        if (revision.Added.Count + revision.Removed.Count == 0) return ChatCall.Reply(new ChatText().Say($"{file} says so already."), "metadata", "explain",
            file);
        var patch = UnifiedDiff.Create(file.Replace('\\', '/'), before, revision.Text);
        var text = new ChatText().Say($"{file} would be changed:")
            .Each(ChatDiff.PatchLines(patch), line => new ChatLine(ChatDiff.ToneOf(line), ["  " + line]), 40)
            .Quiet("Tasks that have begun keep the metadata that was pinned for them.");
        return ChatCall.Propose(text) with { Document = patch };
    }

    private static ChatReply Write(ChatCall call, Func<string, string, string, MetadataRevision> revise)
    {
        var (file, _, revision) = Revise(call, revise);
        WholeFile.Write(call.Names.FullPath(file), Encoding.UTF8.GetBytes(revision.Text));
        return ChatCall.Reply(new ChatText().Good($"{file} is changed.")
            .Quiet($"'explain {file}' says what it does now; 'start a task with {file}' has it made."));
    }

    private static (string File, string Before, MetadataRevision Revision) Revise(ChatCall call, Func<string, string, string, MetadataRevision> revise)
    {
        var file = call.Arguments.Find("file") ?? Meant(call);
        var path = call.Names.FullPath(file);
        var before = MetadataFile.ReadText(path);
        try
        {
            var revision = revise(before, Path.GetFileName(path), call.Arguments.Get("rule"));
            call.Talk.Name(SlotKind.File, file);
            return (file, before, revision);
        }
        catch (DbVcException e) when (e.Code == "metadata.words" && call.Arguments.Find("file") is null)
        {
            // Any sentence has this form; what is no rule is something else.
            throw new DbVcException(FailureKind.Usage, ChatNames.Unmeant, e.Message, hint: e.Hint);
        }
    }

    /// <summary>The file that was spoken of, or the only one that there is.</summary>
    private static string Meant(ChatCall call)
    {
        if (call.Talk.Find(SlotKind.File) is { } file) return file;
        return call.Names.MetadataFiles() is [var only] ? only
            : throw new DbVcException(FailureKind.Usage, ChatNames.Unmeant, "No metadata file is named.",
                hint: "Say in which: make age at most 130 in metadata/users.json");
    }
}
