using System.Text;
using DbVc.Agents;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>What is judged, and by which measure.</summary>
/// <param name="Branch">The branch.</param>
/// <param name="Task">The task that pinned the metadata; null for a branch without code.</param>
/// <param name="MetadataText">The pinned metadata.</param>
/// <param name="Files">Code and tests as they are in the branch now.</param>
/// <param name="Expected">What the pinned metadata asks for.</param>
public sealed record GateSubject(
    BranchName Branch, TaskId? Task, string MetadataText, IReadOnlyList<CodeFile> Files, GateExpectations Expected)
{
    /// <summary>The last merged run of the same pipeline; null for the first.</summary>
    public SpeedBaseline? LastMerged { get; init; }

    public Hash MetadataHash => Hash.Of(Encoding.UTF8.GetBytes(MetadataText));

    /// <summary>Names exactly these files with exactly this content, in whatever order they were listed.</summary>
    public Hash CodeHash
    {
        get
        {
            var text = new StringBuilder();
            foreach (var file in Files.OrderBy(f => f.Path, StringComparer.Ordinal))
                text.Append(file.Path).Append('\0').Append(Hash.Of(Encoding.UTF8.GetBytes(file.Text))).Append('\n');
            return Hash.Of(Encoding.UTF8.GetBytes(text.ToString()));
        }
    }
}

/// <summary>What the pinned metadata asks of a run.</summary>
/// <param name="Columns">The destination columns in order.</param>
/// <param name="ValidationThreshold">Share of records that must be accepted, 0 to 1.</param>
public sealed record GateExpectations(IReadOnlyList<string> Columns, double ValidationThreshold)
{
    /// <summary>What a run does to the rows that are there.</summary>
    public Disposition Disposition { get; init; }
}

/// <summary>How fast an earlier run was.</summary>
public sealed record SpeedBaseline(long Rows, double RowsPerSecond)
{
    /// <summary>Bytes that its process took at most; 0 where nobody measured it.</summary>
    public long PeakMemory { get; init; }
}
