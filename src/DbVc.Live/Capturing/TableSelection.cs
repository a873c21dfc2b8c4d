using System.IO.Enumeration;
using System.Security.Cryptography;
using System.Text;
using DbVc.Databases;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>
/// Which tables are versioned. A table that is left out is neither committed nor touched; of a table that is schema-only, the definition is versioned and
/// the rows are neither committed nor touched. Patterns are names with <c>*</c> and <c>?</c>, whatever the case.
/// </summary>
/// <param name="Include">Where not empty, only what one of these matches.</param>
/// <param name="Exclude">Nothing that one of these matches.</param>
/// <param name="SchemaOnly">Without rows.</param>
public sealed record TableSelection(IReadOnlyList<string> Include, IReadOnlyList<string> Exclude, IReadOnlyList<string> SchemaOnly)
{
    public static TableSelection All { get; } = new([], [], []);

    public bool IsAll => Include.Count == 0 && Exclude.Count == 0 && SchemaOnly.Count == 0;

    /// <summary>Names the selection in what was made by it: another selection has another mark. Empty for all.</summary>
    public string Mark => IsAll ? "" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', [.. Include.Select(p => "+" + p), .. Exclude.Select(p => "-" + p), .. SchemaOnly.Select(p => "~" + p)]))))[..16];

    public bool Includes(string table) => (Include.Count == 0 || Matches(Include, table)) && !Matches(Exclude, table);

    public bool IsSchemaOnly(string table) => Matches(SchemaOnly, table);

    /// <summary>The database's own part of a mark that a snapshot of <see cref="Of(IReadSnapshot)"/> gave.</summary>
    internal string DatabaseMark(string mark) => IsAll ? mark : mark[(Mark.Length + 1)..];

    /// <summary>The mark that a snapshot of <see cref="Of(IReadSnapshot)"/> would give of a database whose own is this.</summary>
    internal string MarkOf(string databaseMark) => IsAll ? databaseMark : $"{Mark}:{databaseMark}";

    /// <summary>The view of the database through the selection; the selection owns the snapshot from here on.</summary>
    public IReadSnapshot Of(IReadSnapshot snapshot) => IsAll ? snapshot : new SelectedSnapshot(snapshot, this);

    /// <summary>What is selected of a schema. What belongs to a table goes with it; a view is selected by its own name.</summary>
    public DatabaseSchema Of(DatabaseSchema schema) =>
        IsAll ? schema : new DatabaseSchema([.. schema.Tables.Where(t => Includes(t.Name))], [.. schema.Objects.Where(Includes)]);

    /// <summary>The snapshot without what is not selected: states from before the selection may hold more.</summary>
    public Snapshot Of(Snapshot snapshot, IChunkWriter chunks)
    {
        if (IsAll) return snapshot;
        var editor = new SnapshotEditor(chunks, snapshot);
        var reader = new SnapshotReader(chunks, snapshot);
        foreach (var table in reader.Tables())
        {
            if (!Includes(table.Schema.Name)) editor.DropTable(table.Schema.Name);
            else if (IsSchemaOnly(table.Schema.Name) && table.Count > 0) editor.PutTable(table with { Rows = default, Count = 0 });
        }

        foreach (var left in reader.Objects().Where(o => !Includes(o))) editor.DropObject(left);
        return editor.Finish();
    }

    /// <summary>The rows of a schema-only table are in no commit, so nothing that takes them away may be carried out. Throws kind Refused,
    /// <c>selection.schema-only</c>.</summary>
    public void RefuseLoss(DatabaseDelta delta)
    {
        foreach (var table in delta.Tables)
        {
            if (table.Before is not { } before || !IsSchemaOnly(before.Name)) continue;
            var column = table.After is { } after ? before.StoredColumns.FirstOrDefault(b => !after.StoredColumns.Any(a => a.Id == b.Id)) : null;
            if (table.After is not null && column is null) continue;
            var lost = column is null ? $"table {before.Name}" : $"column {before.Name}.{column.Name}";
            throw new DbVcException(FailureKind.Refused, "selection.schema-only",
                $"This takes {lost} away, whose rows are in no commit: the table is schema-only.", where: "schema-only in config.yaml",
                hint: "Take it away in the live database yourself; the next commit follows.");
        }
    }

    private static bool Matches(IReadOnlyList<string> patterns, string name) =>
        patterns.Any(p => FileSystemName.MatchesSimpleExpression(p.Replace("\\", "\\\\", StringComparison.Ordinal), name, ignoreCase: true));

    private bool Includes(SchemaObject item) => item switch
    {
        { Table: { } table } => Includes(table),
        { Kind: SchemaObjectKind.View or SchemaObjectKind.MaterializedView } => Includes(item.Name),
        _ => true,
    };
}
