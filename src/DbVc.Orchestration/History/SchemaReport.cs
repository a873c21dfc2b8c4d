using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>What a revision's database is made of.</summary>
public sealed record SchemaReport(CommitId Revision, IReadOnlyList<SchemaTable> Tables, IReadOnlyList<SchemaObject> Objects);

/// <summary>A table and how many rows it has.</summary>
public sealed record SchemaTable(TableSchema Schema, long Rows);
