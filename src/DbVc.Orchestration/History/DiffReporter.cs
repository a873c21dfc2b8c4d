using System.Text;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Makes a diff that a person or a program can read; counts are exact, listed rows are limited.</summary>
internal sealed class DiffReporter(IChunkSource chunks, string? onlyTable, int maxRows)
{
    public DiffReport Report((string Before, string After) names, Snapshot before, Snapshot after)
    {
        var diff = new SnapshotDiff(chunks, before, after);
        if (onlyTable is not null) RequireTable(chunks, onlyTable, before, after);
        var tables = diff.Tables().Where(t => onlyTable is null || t.Name.Equals(onlyTable, StringComparison.OrdinalIgnoreCase)).ToList();
        return new DiffReport(names.Before, names.After,
            [.. tables.Select(Describe)],
            [.. tables.Where(t => !SchemaEquality.Same(t.Before?.Schema, t.After?.Schema)).Select(Schema), .. onlyTable is null
                ? diff.Objects().Select(Object) : []],
            onlyTable is null ? [.. diff.Files().Where(f => !IsOriginal(f.Path)).Select(File)] : []);
    }

    /// <summary>A name that neither side knows is a slip, not a table without differences. Throws usage failure <c>table.missing</c>.</summary>
    public static void RequireTable(IChunkSource chunks, string table, Snapshot before, Snapshot after)
    {
        var names = new[] { after, before }.SelectMany(side => new SnapshotReader(chunks, side).Tables()).Select(t => t.Schema.Name).Distinct().ToList();
        if (names.Contains(table, StringComparer.OrdinalIgnoreCase)) return;
        throw new DbVcException(FailureKind.Usage, "table.missing", $"There is no table '{table}' on either side.",
            hint: "Tables: " + string.Join(", ", names) + ".");
    }

    private TableDiff Describe(TableDifference table)
    {
        var differences = new RowDifferences(chunks, table);
        var counted = differences.Counts;
        var counts = new RowCount(counted.Added, counted.Modified, counted.Deleted, counted.Moved);
        return new TableDiff(table.Name, TableChanges.Status(table), counts, table.Before?.Schema, table.After?.Schema,
            differences.Rows().Take(maxRows), counted.Entries > maxRows);
    }

    private static SchemaChange Schema(TableDifference table) => new("table", table.Name, table.Before?.Schema.Sql, table.After?.Schema.Sql);

    private static SchemaChange Object(ObjectDifference change)
    {
        var known = (change.After ?? change.Before)!;
        return new SchemaChange(known.Kind.ToText(), known.Name, change.Before?.Sql, change.After?.Sql);
    }

    private static FileDiff File(FileDifference file) => new(file.Path,
        file.Before is null ? "added" : file.After is null ? "deleted" : "changed",
        IsText(file.Before) && IsText(file.After) ? UnifiedDiff.Create(file.Path, Text(file.Before), Text(file.After)) : "Binary files differ\n");

    /// <summary>What the generator made shows in the code itself; nobody reads it twice.</summary>
    private static bool IsOriginal(string path) => path.Contains($"/{Checkout.OriginalFolder}/", StringComparison.Ordinal);

    private static string? Text(ReadOnlyMemory<byte>? content) => content is { } c ? Encoding.UTF8.GetString(c.Span) : null;

    private static bool IsText(ReadOnlyMemory<byte>? content) =>
        content is not { } c || (System.Text.Unicode.Utf8.IsValid(c.Span) && !c.Span.Contains((byte)0));
}
