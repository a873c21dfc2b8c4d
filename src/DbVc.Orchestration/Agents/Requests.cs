using System.Text.Json.Serialization;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Asks an agent to make a pipeline in a branch of its own.</summary>
/// <param name="MetadataPath">The metadata file; null leaves the task waiting for <c>agent metadata</c>.</param>
/// <param name="Branch">Null: a name is made from the destination table.</param>
/// <param name="Text">The task in words, if given.</param>
/// <param name="Model">Null: the configured one.</param>
public sealed record AgentRequest(string? MetadataPath, BranchName? Branch, string? Text, string? Model, bool AutoMerge)
{
    /// <summary>How long its branch lives and how much it may become.</summary>
    public BranchTerms Terms { get; init; } = BranchTerms.None;

    /// <summary>Limits in place of the configured ones, for example <c>iterations=20,time=10m</c>; null for those.</summary>
    public string? Limits { get; init; }

    /// <summary>Made and checked now, and carried out by the work in the background.</summary>
    public bool Detach { get; init; }

    /// <summary>Where its branch begins, if not at main.</summary>
    internal Footing? Footing { get; init; }

    /// <summary>The batch that it belongs to; null for a task of its own.</summary>
    internal string? Batch { get; init; }

    /// <summary>What was assumed where the words of the task and its source do not say.</summary>
    internal IReadOnlyList<string> Assumptions { get; init; } = [];

    /// <summary>The pipeline of main that it makes anew; null where the metadata says the name, or the branch.</summary>
    internal string? Pipeline { get; init; }

    /// <summary>A file in place of the metadata's source.</summary>
    internal string? SourcePath { get; init; }

    /// <summary>What becomes of edits that contradict the code.</summary>
    internal EditConflicts EditConflicts { get; init; }
}

/// <summary>Asks for the code of a pipeline once more, with the edits that people made to it.</summary>
/// <param name="Pipeline">Its name, or the table that it alone loads.</param>
/// <param name="MetadataPath">What the code is to do from now on; null for the metadata that the pipeline has.</param>
/// <param name="SourcePath">Another file in place of the metadata's; null for that one.</param>
/// <param name="Branch">Null: a name is made from the pipeline's.</param>
/// <param name="Conflicts">What becomes of edits that contradict the new code.</param>
public sealed record GenerationRequest(string Pipeline, string? MetadataPath, string? SourcePath, BranchName? Branch, EditConflicts Conflicts);

/// <summary>Asks for a task once more that stopped or failed.</summary>
/// <param name="Branch">Its branch.</param>
/// <param name="Reload">Whether rows that people put into the branch may be dropped.</param>
/// <param name="Limits">As <see cref="AgentRequest.Limits"/>, from now on; null for those that it had.</param>
public sealed record RetryRequest(BranchName Branch, bool Reload, string? Limits);

/// <summary>What becomes of lines that a person edited and that are generated otherwise now.</summary>
public enum EditConflicts
{
    /// <summary>They are named, and nothing is done.</summary>
    Refuse,

    /// <summary>They stay as they were edited.</summary>
    Mine,

    /// <summary>They become what is generated.</summary>
    Generated,

    /// <summary>Both stand in the file, between marks.</summary>
    Mark,
}

/// <summary>State of a task; names are those of <c>--json</c>.</summary>
public enum TaskState
{
    /// <summary>It has no metadata yet.</summary>
    Waiting,

    /// <summary>The work in the background begins it next.</summary>
    Queued,
    Running,
    Ready,
    Failed,
    Stopped,
    Merged,
}

/// <summary>One step of an agent.</summary>
/// <param name="State">running, done or failed.</param>
public sealed record TaskStep(string Name, string State, double Seconds, string Summary);

/// <summary>A question of an agent, and what was said to it; null where nobody answered.</summary>
public sealed record TaskQuestion(string Text, string? Answer);

/// <summary>Test evidence; shares between 0 and 1. Null mutation score: not measured.</summary>
public sealed record TestSummary(int Passed, int Total, double? LineCoverage, double? BranchCoverage, double? MutationScore);

/// <summary>Tokens and money; null where the model has no price.</summary>
public sealed record CostSummary(long Tokens, decimal? Usd, decimal Saved);

/// <summary>Lines of code and tests.</summary>
/// <param name="Generated">Those that the agent made.</param>
/// <param name="Changed">Those that people changed, added or removed since; a line that became another counts once.</param>
public sealed record LineCounts(long Generated, long Changed);

/// <summary>Everything there is to know about a task.</summary>
public sealed record AgentReport
{
    public required string Task { get; init; }

    public required string Branch { get; init; }

    public required TaskState State { get; init; }

    public string? Text { get; init; }

    /// <summary>What its model was told of earlier work when it began; kept, because the prompt is named in its commits. Empty for nothing.</summary>
    public string Past { get; init; } = "";

    /// <summary>The batch that it belongs to; null for a task of its own.</summary>
    public string? Batch { get; init; }

    /// <summary>For a run of a schedule the time at which it was due; else null.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>Who started it, and so does not approve it; null for a task from before that was kept.</summary>
    public string? Starter { get; init; }

    /// <summary>Who gave it metadata, retried it or ran its gates, and so does not approve it either: what they wrote into its branch is signed as the
    /// agent's.</summary>
    public IReadOnlyList<string> Hands { get; init; } = [];

    /// <summary>Empty where a deployed pipeline runs and no model works.</summary>
    public string Model { get; init; } = "builtin";

    /// <summary>True for a run of a deployed pipeline.</summary>
    [JsonIgnore]
    public bool IsRun => Model.Length == 0;

    /// <summary>Name below <c>pipelines/</c> of what the task makes or runs; null before its metadata is pinned.</summary>
    public string? Pipeline { get; init; }

    public DateTimeOffset Created { get; init; }

    /// <summary>Where the metadata came from; null while the task waits for it. What counts is the copy in the branch.</summary>
    public string? MetadataPath { get; init; }

    /// <summary>The source that a run was told to read in place of the metadata's; null for that one.</summary>
    public string? SourcePath { get; init; }

    /// <summary>The columns of the source as its header names them; null where it has none, or was not read yet.</summary>
    public IReadOnlyList<string>? SourceHeader { get; init; }

    /// <summary>What becomes of edits that contradict the code that the task generates.</summary>
    public EditConflicts EditConflicts { get; init; }

    /// <summary>Hash of the metadata that was pinned when the task started, 40 hexadecimal digits.</summary>
    public string? MetadataHash { get; init; }

    /// <summary>What the metadata leaves open and how it was read.</summary>
    public IReadOnlyList<string> Assumptions { get; init; } = [];

    public IReadOnlyList<TaskStep> Steps { get; init; } = [];

    public IReadOnlyList<GateSummary> Gates { get; init; } = [];

    public TestSummary? Tests { get; init; }

    /// <summary>What became of the source's records.</summary>
    public RowCounts? Rows { get; init; }

    public double RowsPerSecond { get; init; }

    /// <summary>Bytes that the pipeline's process took at most; 0 where nobody measured it.</summary>
    public long PeakMemory { get; init; }

    /// <summary>What the steps of preprocessing changed in the first records; null where there are none, or nothing ran yet.</summary>
    public ChangeCounts? Changes { get; init; }

    /// <summary>The first records that were rejected.</summary>
    public IReadOnlyList<RowFailure> FirstFailures { get; init; } = [];

    public CostSummary Cost { get; init; } = new(0, 0, 0);

    /// <summary>The limits that it was given in place of the configured ones; null where none were.</summary>
    public string? Limits { get; init; }

    /// <summary>What the agent asked, and what it was answered.</summary>
    public IReadOnlyList<TaskQuestion> Questions { get; init; } = [];

    /// <summary>What ended the agent's run, for example <c>finished</c>, <c>gave-up</c> or the limit that was met, as <c>wall-time</c>; null before.</summary>
    public string? End { get; init; }

    /// <summary>Why it failed or stopped.</summary>
    public string? Error { get; init; }

    /// <summary>The head of its branch when its agent had done its work; null before.</summary>
    public string? Made { get; init; }

    /// <summary>Lines that people changed before it was retried.</summary>
    public long ChangedBefore { get; init; }

    /// <summary>What the agent made and people changed, as it is now; null where nothing is made yet, or its commits are gone.</summary>
    [JsonIgnore]
    public LineCounts? Lines { get; init; }

    /// <summary>Whether it failed before: then its model is asked anew, and no answer of before does.</summary>
    public bool AsksAnew { get; init; }

    /// <summary>Hash of the gate report in the store.</summary>
    public string? Evidence { get; init; }

    /// <summary>Why an administrator merged it in spite of main's rules; null where they held.</summary>
    public string? Override { get; init; }

    /// <summary>The lines of several tasks together.</summary>
    public static LineCounts SumLines(IEnumerable<AgentReport> reports) => reports.Select(r => r.Lines).OfType<LineCounts>()
        .Aggregate(new LineCounts(0, 0), (sum, lines) => new LineCounts(sum.Generated + lines.Generated, sum.Changed + lines.Changed));
}

/// <summary>What some gates said about a branch.</summary>
public sealed record GateRunReport(string Branch, bool Passed, IReadOnlyList<GateSummary> Gates)
{
    /// <summary>Whether it is kept and a merge may rest on it.</summary>
    public bool IsEvidence { get; init; }

    /// <summary>Gates that were not asked, where it is evidence.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>The branch's new head, where what was loaded for the gates is another content than before; null where it is not.</summary>
    public CommitId? Committed { get; init; }
}

/// <summary>Watches a task while it runs; called from the working thread.</summary>
public interface IAgentProgress
{
    void Message(string text);

    void StepStarted(string name);

    void StepFinished(TaskStep step);

    void GateFinished(GateSummary gate);

    /// <summary>Asks the person who watches. The words are a model's.</summary>
    /// <param name="question">One line.</param>
    /// <param name="choices">Answers to choose from; empty for any.</param>
    /// <returns>Null where nobody is there.</returns>
    string? Ask(string question, IReadOnlyList<string> choices) => null;

    /// <summary>Rows so far.</summary>
    /// <param name="loaded">Those that were loaded.</param>
    /// <param name="rejected">Those that were not.</param>
    /// <param name="records">Records of the source; null while they are being counted.</param>
    void Rows(long loaded, long rejected, long? records);
}

/// <summary>What a reviewer sees before approving.</summary>
public sealed record ReviewReport(BranchReport Branch, AgentReport? Task, DiffReport Diff, MergeReport Plan)
{
    /// <summary>Whether the task's gates judged the branch's head; else they judged what it was before.</summary>
    public bool AreGatesAtHead { get; init; }
}
