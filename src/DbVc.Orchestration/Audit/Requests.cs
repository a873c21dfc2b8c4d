namespace DbVc.Orchestration;

/// <summary>Asks for the operation log as JSON lines.</summary>
/// <param name="Since">The first entry: by number, or by time (then the first one at or after it); null for all.</param>
/// <param name="File">The file to make; null writes to the output that is given.</param>
public sealed record AuditExportRequest(string? Since, string? File);

/// <summary>What was written.</summary>
/// <param name="First">Number of the first entry; null where there was none.</param>
public sealed record AuditExportReport(long Entries, long? First, long? Last, string? Head, string? File);

/// <summary>What a check of an operation log, or of a file of one, found.</summary>
/// <param name="Entries">How many entries were read.</param>
/// <param name="First">Number of the first; 0 for none.</param>
/// <param name="Last">Number of the last.</param>
/// <param name="Head">The hash of the last.</param>
/// <param name="Problems">What is not as it was written.</param>
/// <param name="Witnesses">What outside of the log said where its end is.</param>
public sealed record AuditReport(
    long Entries, long First, long Last, string Head, IReadOnlyList<AuditProblem> Problems, IReadOnlyList<AuditWitness> Witnesses)
{
    public bool Ok => Problems.Count == 0;
}

/// <summary>Something in an operation log that is not as it was written.</summary>
/// <param name="Kind">A stable dotted name.</param>
/// <param name="Place">The entry, the line or the place that contradicts it.</param>
public sealed record AuditProblem(string Kind, string Place, string Message);

/// <summary>A place outside of the log that names one of its entries.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Agrees">The log holds what it names; null where it says nothing.</param>
public sealed record AuditWitness(string Name, bool? Agrees)
{
    /// <summary>Why it says nothing.</summary>
    public string Silence { get; init; } = "could not be asked";
}

/// <summary>Where an exported file ends, by the log that a repository holds now.</summary>
/// <param name="Folder">The repository's.</param>
/// <param name="LogLast">The number of the log's newest entry.</param>
/// <param name="HoldsLast">The log holds the file's last entry.</param>
public sealed record AuditFileEnd(string Folder, long LogLast, bool HoldsLast);
