namespace DbVc.Orchestration;

/// <summary>Asks for one more run of a pipeline that main holds.</summary>
/// <param name="Pipeline">Its name, or the table that it alone loads.</param>
/// <param name="SourcePath">Another file in place of the metadata's; null for that one.</param>
/// <param name="Again">Loads a source even if it was loaded before.</param>
/// <param name="Merge">False leaves the rows on their branch, for a person to look at.</param>
public sealed record PipelineRunRequest(string Pipeline, string? SourcePath, bool Again, bool Merge)
{
    /// <summary>When a schedule wanted it; null where a person does.</summary>
    internal DateTimeOffset? Due { get; init; }
}

/// <summary>What became of a run.</summary>
/// <param name="Run">Null if there was nothing to load.</param>
/// <param name="Merged">Null if it did not come to that.</param>
/// <param name="LoadedBefore">The run that loaded the same source; null where something was done.</param>
public sealed record PipelineRunReport(string Pipeline, AgentReport? Run, MergeReport? Merged, SourceLoad? LoadedBefore)
{
    /// <summary>The source had no record that was not loaded before.</summary>
    public bool NothingNew { get; init; }
}

/// <summary>Chooses records that a pipeline's runs rejected.</summary>
/// <param name="Pipeline">Its name, or the table that it alone loads.</param>
/// <param name="Run">Only those of this run.</param>
/// <param name="Rule">Only those that broke this rule.</param>
public sealed record QuarantineRequest(string Pipeline, string? Run, string? Rule);

/// <summary>Records that wait to be dealt with.</summary>
/// <param name="Open">How many there are.</param>
/// <param name="ByRule">How many of them broke each rule.</param>
/// <param name="First">The first of them.</param>
public sealed record QuarantineReport(string Pipeline, long Open, IReadOnlyDictionary<string, long> ByRule, IReadOnlyList<QuarantinedRecord> First);

/// <summary>A record that a run rejected.</summary>
/// <param name="Run">Which one.</param>
/// <param name="Record">Its number in the run's source, from 1.</param>
/// <param name="Line">Where it starts there.</param>
/// <param name="Raw">As it was written, or its values where that is not known.</param>
/// <param name="RawCut">There was more of it.</param>
public sealed record QuarantinedRecord(string Run, long Record, long Line, string Raw, bool RawCut, IReadOnlyList<QuarantineReason> Reasons)
{
    /// <summary>What names the columns of its source; null where nothing does.</summary>
    public IReadOnlyList<string>? Header { get; init; }

    /// <summary>Whether it can be read again as it was: it is not cut off, and every byte of it meant something.</summary>
    public bool IsWhole => !RawCut && !Raw.Contains('\uFFFD', StringComparison.Ordinal);
}

/// <summary>A rule that a record broke.</summary>
/// <param name="Field">Empty for a rule over several fields.</param>
public sealed record QuarantineReason(string Field, string Rule, string Value, string Message);

/// <summary>A pipeline that main holds.</summary>
/// <param name="Name">Its folder below <c>pipelines/</c>.</param>
/// <param name="Table">The table that it loads; null where its metadata cannot be read.</param>
/// <param name="Source">Where its records come from, as the metadata says; null where that cannot be read.</param>
/// <param name="Problem">Why its metadata cannot be read.</param>
/// <param name="Runs">How often it ran, the agent's own run included.</param>
/// <param name="Last">Its latest run.</param>
public sealed record PipelineReport(string Name, string? Table, string? Source, string? Problem, int Runs, AgentReport? Last);
