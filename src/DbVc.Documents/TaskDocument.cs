using System.ComponentModel;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Documents;

[Description("What an agent was told to do, and what became of it; or a run of a merged pipeline.")]
internal sealed record TaskDocument(
    [Description("Its id.")] string Task,
    [Description("The branch that it works on.")] string Branch,
    [Description("How far it is.")] TaskState State,
    [Description("What it is for, in words; null where nobody said.")] string? Text,
    [Description("Who writes the code; null for a run.")] string? Model,
    [Description("The pipeline; null before it has a name.")] string? Pipeline,
    [Description("As batch-001/NAME; null for a task of its own.")] string? Batch,
    [Description("When it was begun.")] DateTimeOffset Created,
    [Description("What was taken for granted, as sentences.")] IReadOnlyList<string> Assumptions,
    [Description("What was done, in order.")] IReadOnlyList<TaskStepDocument> Steps,
    [Description("What the gates said last; empty before they were asked.")] IReadOnlyList<GateDocument> Gates,
    [Description("Null before tests were run.")] TestsDocument? Tests,
    [Description("Null before rows were loaded.")] RowCountsDocument? Rows,
    [Description("Null where nothing is preprocessed.")] ChangesDocument? Changes,
    [Description("The first records that a rule rejected.")] IReadOnlyList<RowFailureDocument> FirstFailures,
    [Description("Null before there is code.")] LinesDocument? Lines,
    [Description("What models cost.")] CostDocument Cost,
    [Description("What it may use up, as it was given; null for the configured limits.")] string? Limits,
    [Description("What the agent asked.")] IReadOnlyList<QuestionDocument> Questions,
    [Description("What ended the agent's run: finished, gave-up, gates-refused, model-failed, cancelled, disturbed, or a limit, as tokens or money.")]
    string? End,
    [Description("The hash of the gates' report; null before there is one.")] string? Evidence,
    [Description("Why it failed; null where it did not.")] string? Error) : Document
{
    [Description("Why it was merged in spite of main's rules; only where it was, and main's head is that merge.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Override { get; init; }
}

[Description("The tasks of a repository, oldest first.")]
internal sealed record TasksDocument(
    [Description("The tasks.")] IReadOnlyList<TaskDocument> Tasks,
    [Description("Of all of them.")] LinesDocument Lines) : Document;

[Description("The tasks of a repository, oldest first.")]
internal sealed record TaskListDocument([Description("The tasks.")] IReadOnlyList<TaskDocument> Tasks) : Document;

[Description("A step of a task.")]
internal sealed record TaskStepDocument(
    [Description("What is done.")] string Name,
    [Description("How it ended, or that it runs.")] string State,
    [Description("How long it took.")] double? Seconds,
    [Description("What came of it, in a few words.")] string Summary) : Document;

[Description("What one gate said.")]
internal sealed record GateDocument(
    [Description("The gate.")] string Name,
    [Description("Whether it lets the branch through.")] bool Passed,
    [Description("It was not asked, because one before it refused.")] bool NotRun,
    [Description("How long it took.")] double? Seconds,
    [Description("In a few words.")] string Summary,
    [Description("What it found.")] IReadOnlyList<FindingDocument> Findings) : Document;

[Description("Something that a gate found.")]
internal sealed record FindingDocument(
    [Description("What.")] string Message,
    [Description("In which file of the branch; null for none.")] string? File,
    [Description("In which line of the file, from 1; null for none.")] int? Line,
    [Description("The rule that it breaks; null for none.")] string? Rule,
    [Description("In which record of the source, from 1; null for none.")] long? Row) : Document;

[Description("Tests that were run, and how much they reach.")]
internal sealed record TestsDocument(
    [Description("How many passed.")] int Passed,
    [Description("How many there are.")] int Total,
    [Description("Which share of the lines was run, from 0 to 1; null where it was not measured.")] double? LineCoverage,
    [Description("Which share of the branches was run, from 0 to 1; null where it was not measured.")] double? BranchCoverage,
    [Description("Which share of small changes to the code a test found, from 0 to 1; null where it was not measured.")] double? MutationScore) : Document;

[Description("What became of the records of a source.")]
internal sealed record RowCountsDocument(
    [Description("Records read.")] long Read,
    [Description("Rows loaded.")] long Loaded,
    [Description("Rows loaded that took the place of another with the same key.")] long Replaced,
    [Description("Records that a rule rejected.")] long Rejected,
    [Description("Records that the code left out.")] long Filtered,
    [Description("Records in a second; null where it was not measured.")] double? PerSecond) : Document;

[Description("How many cells preprocessing changes, counted in the first records.")]
internal sealed record ChangesDocument(
    [Description("How many records were looked at.")] long Records,
    [Description("Whether these were all.")] bool Whole,
    [Description("The steps, in order.")] IReadOnlyList<ChangedCellsDocument> Steps) : Document;

[Description("What one step of preprocessing changes.")]
internal sealed record ChangedCellsDocument(
    [Description("The step as it was declared.")] string Step,
    [Description("The field.")] string Field,
    [Description("What is done to it.")] string Operation,
    [Description("How many cells it changes.")] long Changed,
    [Description("How many cells it is done to.")] long Of) : Document;

[Description("A record that a rule rejected.")]
internal sealed record RowFailureDocument(
    [Description("Which record of the source, from 1.")] long Record,
    [Description("In which line of the file, from 1; 0 where it has no lines.")] long Line,
    [Description("The field.")] string Field,
    [Description("The rule.")] string Rule,
    [Description("What stood there.")] string Value,
    [Description("What is wrong with it.")] string Message) : Document;

[Description("Lines of code that were generated, and how many of them people changed.")]
internal sealed record LinesDocument(
    [Description("Generated.")] long Generated,
    [Description("Changed by hand.")] long Changed) : Document;

[Description("What models cost a task.")]
internal sealed record CostDocument(
    [Description("Read and written by models.")] long Tokens,
    [Description("US dollars; null where the model has no price.")] decimal? Usd,
    [Description("US dollars that answers from the cache did not cost.")] decimal Saved) : Document;

[Description("What an agent asked.")]
internal sealed record QuestionDocument(
    [Description("The question.")] string Question,
    [Description("Null where nobody answered.")] string? Answer) : Document;

[Description("Everything that a reviewer needs of a branch.")]
internal sealed record ReviewDocument(
    [Description("The branch.")] BranchDocument Branch,
    [Description("Whether a merge now would succeed.")] bool Ready,
    [Description("Its latest task; null for a branch that people made.")] TaskDocument? Task,
    [Description("Whether the task's gates judged what is the branch's head now.")] bool GatesAtHead,
    [Description("What it changes.")] DiffDocument Diff,
    [Description("What a merge would do.")] MergeDocument Plan) : Document
{
    [Description("Why it was merged in spite of main's rules; only where it was, and main's head is that merge.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Override { get; init; }
}

[Description("A task done again from its transcript, and compared with what was then.")]
internal sealed record ReplayedTaskDocument(
    [Description("The task.")] string Task,
    [Description("Its branch.")] string Branch,
    [Description("Whether every call made the same commit.")] bool Same,
    [Description("Each start of its agent.")] IReadOnlyList<ReplayedRunDocument> Runs) : Document;

[Description("One start of a task's agent, done again.")]
internal sealed record ReplayedRunDocument(
    [Description("The commit that it began at.")] CommitId Start,
    [Description("Whether every call made the same commit.")] bool Same,
    [Description("The calls, in order.")] IReadOnlyList<ReplayedCallDocument> Calls) : Document;

[Description("A call of a tool, then and now.")]
internal sealed record ReplayedCallDocument(
    [Description("The tool.")] string Tool,
    [Description("Whether it made the same commit.")] bool Same,
    [Description("What came of it then.")] CallOutcomeDocument Then,
    [Description("What comes of it now; null where it was not reached.")] CallOutcomeDocument? Now) : Document;

[Description("What came of a call of a tool.")]
internal sealed record CallOutcomeDocument(
    [Description("How it ended.")] string State,
    [Description("The commit that it made; null for none.")] string? Commit,
    [Description("When.")] DateTimeOffset At,
    [Description("In a few words.")] string Summary) : Document;

[Description("What the agent of a task was asked, said and did.")]
internal sealed record TranscriptDocument(
    [Description("Each with time and kind; what else it has, the kind says.")] IEnumerable<JsonObject> Entries) : Document
{
    public static TranscriptDocument Of(IEnumerable<string> lines) => new(lines.Select(line => JsonNode.Parse(line)!.AsObject()));
}
