using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>One run of a pipeline over the session's source.</summary>
/// <param name="Pipeline">As compiled by an analysis session.</param>
/// <param name="CountRecords">The host's own count of the source's records (the header not counted); it decides which record numbers must come back.</param>
public sealed record RunRequest(CompiledPipeline Pipeline, Func<Stream, long> CountRecords)
{
    /// <summary>Stop after this many records; null for all.</summary>
    public long? MaxRecords { get; init; }

    /// <summary>The time of the load, UTC, which stands for a default of <c>current_timestamp</c>; null for the sandbox's clock.</summary>
    public DateTimeOffset? Time { get; init; }
}

/// <summary>What came back, counted by the host; every record of the source came back exactly once.</summary>
/// <param name="Records">Records of the source as the host counted them, at most <see cref="RunRequest.MaxRecords"/>.</param>
/// <param name="Elapsed">Wall-clock time from the request to the end, loading included.</param>
/// <param name="WorkerCpu">Processor time of the worker, by its own account.</param>
/// <param name="WorkerPeakMemory">The most memory that its process took, in bytes, as the host sees it from outside; 0 where that cannot be seen.</param>
public sealed record RunSummary(
    IReadOnlyList<PipelineColumn> Columns, long Records, long Rows, long Rejected, long Filtered,
    TimeSpan Elapsed, TimeSpan WorkerCpu, long WorkerPeakMemory, long OutputBytes);

/// <summary>Takes what a pipeline delivers, in the order it does.</summary>
public interface IRowReceiver
{
    /// <summary>Once, before anything else.</summary>
    void Columns(IReadOnlyList<PipelineColumn> columns);

    /// <summary>An accepted row; its bytes are valid until the call returns.</summary>
    void Row(long record, RowView row);

    void Rejected(RejectedRecord rejected);

    /// <summary>A row left out on purpose; its bytes are valid until the call returns.</summary>
    void FilteredRow(long record, RowView row);

    /// <summary>A record left out on purpose that no row was made of.</summary>
    void Filtered(long record);
}

/// <summary>A record for the quarantine.</summary>
/// <param name="Record">Its number in the source, from 1, the header not counted.</param>
/// <param name="Line">The physical line where it starts, from 1.</param>
/// <param name="Raw">Its bytes as read, at most 64 KiB.</param>
/// <param name="RawCut">Whether <paramref name="Raw"/> was longer.</param>
public sealed record RejectedRecord(long Record, long Line, byte[] Raw, bool RawCut, IReadOnlyList<RejectionReason> Reasons)
{
    /// <summary>Text for people; invalid UTF-8 shows as U+FFFD.</summary>
    public string RawText => System.Text.Encoding.UTF8.GetString(Raw);
}

/// <summary>One broken rule.</summary>
/// <param name="Field">Empty for a rule over several fields.</param>
/// <param name="Value">As it was read; invalid UTF-8 shows as U+FFFD.</param>
public sealed record RejectionReason(string Field, string Rule, string Value, string Message);
