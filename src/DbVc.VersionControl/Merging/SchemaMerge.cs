using System.Text;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// Merges tables' definitions, indexes, views and triggers. What it can settle alone goes to the editor; tables whose rows must be merged
/// are handed on.
/// </summary>
internal sealed class SchemaMerge(IChunkWriter chunks, ConflictLog conflicts)
{
    /// <summary>The tables that the source changed and both sides still have, or that only the source has.</summary>
    public IReadOnlyList<TableSides> Run(TreeRoot start, TreeRoot source, TreeRoot target, SnapshotEditor editor)
    {
        var tables = new List<TableSides>();
        foreach (var sides in TreeSides.Changed(chunks, start, source, target))
        {
            if (FindTable(sides) is { } table) tables.Add(table);
            else if (sides.IsSourceOnly) editor.PutObjectEntry(sides.Key, sides.Source);
            else if (!sides.IsConvergent) Resolve(sides, editor);
        }

        return tables;
    }

    /// <summary>Null where there are no rows to merge, or they cannot be matched.</summary>
    private TableSides? FindTable(TreeSides sides)
    {
        if (!IsTable(sides) || sides.Source is not { } sourceEntry) return null;
        var source = SnapshotCodec.DecodeTable(chunks, sourceEntry.Span);
        if (sides.Target is not { } targetEntry) return sides.Base is null ? TableSides.NewOnSource(source) : null;
        TableSnapshot? before = sides.Base is { } b ? SnapshotCodec.DecodeTable(chunks, b.Span) : null;
        var target = SnapshotCodec.DecodeTable(chunks, targetEntry.Span);
        if (sides.IsSourceOnly) return new TableSides(before, source, target, source.Schema);
        if (!CanMatchRows(before?.Schema, source.Schema, target.Schema)
            || LosesValues(before, source, target) || LosesValues(before, target, source))
        {
            return null;
        }

        return new TableSides(before, source, target, MergeSchema(before?.Schema, source.Schema, target.Schema));
    }

    /// <summary>Rows can be matched where all sides have the same key columns; rows without key only under one schema.</summary>
    private static bool CanMatchRows(TableSchema? before, TableSchema source, TableSchema target)
    {
        if (!source.HasKey || !target.HasKey) return SchemaEquality.Same(source, target) && (before is null || SchemaEquality.Same(source, before));
        return SameKey(source, target) && (before is null || SameKey(before, target));

        static bool SameKey(TableSchema one, TableSchema other) => KeyIds(one).SequenceEqual(KeyIds(other));

        static IEnumerable<int> KeyIds(TableSchema table) => table.PrimaryKey.Select(name => table.FindColumn(name)!.Id);
    }

    /// <summary>
    /// True where merging rows would lose or invent values: one side no longer has a column that the other side may have written to since
    /// (a renamed column looks the same), or has a new one whose default cannot be told without the database.
    /// </summary>
    private static bool LosesValues(TableSnapshot? before, TableSnapshot changed, TableSnapshot other)
    {
        if (before is null || other.Rows == before.Rows) return false;
        var kept = changed.Schema.StoredColumns.Select(c => c.Id).ToHashSet();
        if (before.Schema.StoredColumns.Any(c => !kept.Contains(c.Id))) return true;
        var known = before.Schema.StoredColumns.Select(c => c.Id).ToHashSet();
        return changed.Schema.StoredColumns.Any(c => !known.Contains(c.Id) && ColumnDefault.Find(c) is null);
    }

    /// <summary>One side's schema where only that side changed it; otherwise a schema conflict, the target's until it is decided.</summary>
    private TableSchema MergeSchema(TableSchema? before, TableSchema source, TableSchema target)
    {
        if (SchemaEquality.Same(source, target) || SchemaEquality.Same(source, before)) return target;
        if (SchemaEquality.Same(target, before)) return source;
        var resolution = conflicts.Resolve(new Conflict
        {
            Id = "",
            Kind = ConflictKind.Schema,
            Table = target.Name,
            Base = ConflictFactory.TextSide("sql", before?.Sql),
            Source = ConflictFactory.TextSide("sql", source.Sql),
            Target = ConflictFactory.TextSide("sql", target.Sql),
        });
        return resolution?.Kind switch
        {
            ResolutionKind.Source => source,
            ResolutionKind.Base when before is not null => before,
            _ => target,
        };
    }

    private void Resolve(TreeSides sides, SnapshotEditor editor)
    {
        var resolution = conflicts.Resolve(new Conflict
        {
            Id = "",
            Kind = ConflictKind.Schema,
            Table = NameOf(sides),
            Base = Sql(sides, sides.Base),
            Source = Sql(sides, sides.Source),
            Target = Sql(sides, sides.Target),
        });
        if (resolution?.Kind == ResolutionKind.Source) editor.PutObjectEntry(sides.Key, sides.Source);
        else if (resolution?.Kind == ResolutionKind.Base) editor.PutObjectEntry(sides.Key, sides.Base);
    }

    private IReadOnlyList<NamedValue>? Sql(TreeSides sides, ReadOnlyMemory<byte>? value) => value is not { } v ? null
        : ConflictFactory.TextSide("sql", IsTable(sides) ? SnapshotCodec.DecodeTable(chunks, v.Span).Schema.Sql : SchemaCodec.DecodeObject(v).Sql);

    private static bool IsTable(TreeSides sides) => sides.Key.Span.StartsWith("table/"u8);

    /// <summary>The name behind the kind in an object's key.</summary>
    private static string NameOf(TreeSides sides)
    {
        var key = Encoding.UTF8.GetString(sides.Key.Span);
        return key[(key.IndexOf('/') + 1)..];
    }
}
