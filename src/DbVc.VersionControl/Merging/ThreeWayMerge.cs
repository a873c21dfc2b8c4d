using System.Text;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// Merges source into target over their base. Whatever only one side changed is taken as it is, without being read;
/// only tables that both sides changed are merged row by row.
/// </summary>
/// <param name="chunks">Where the merged trees are written; the caller publishes them.</param>
/// <param name="policies">The policy of each column.</param>
/// <param name="decisions">What was decided about a conflict, by its id; null while it is open.</param>
public sealed class ThreeWayMerge(IChunkWriter chunks, MergePolicies policies, Func<string, Resolution?> decisions)
{
    public MergeOutcome Run(Snapshot start, Snapshot source, Snapshot target)
    {
        var conflicts = new ConflictLog(decisions);
        var editor = new SnapshotEditor(chunks, target);
        foreach (var change in BothSides(start.Objects, source.Objects, target.Objects))
        {
            if (MergeObject(change, editor, conflicts) is { } entry) editor.PutObjectEntry(change.Key, entry.Value);
        }

        foreach (var change in BothSides(start.Files, source.Files, target.Files))
        {
            if (MergeFile(change, conflicts) is { } entry) editor.PutFileEntry(change.Key, entry.Value);
        }

        return new MergeOutcome(editor.Finish(), conflicts.Open);
    }

    /// <summary>What the source changed, with the target's side of it.</summary>
    private IEnumerable<Sides> BothSides(TreeRoot start, TreeRoot source, TreeRoot target)
    {
        foreach (var change in ProllyTree.Diff(chunks, start, source))
        {
            ReadOnlyMemory<byte>? theTarget = ProllyTree.TryGet(chunks, target, change.Key.Span, out var value) ? value : (ReadOnlyMemory<byte>?)null;
            yield return new Sides(change.Key, change.Before, change.After, theTarget);
        }
    }

    /// <summary>The entry that replaces the target's; null to keep the target's (or when the editor was told already).</summary>
    private Entry? MergeObject(Sides sides, SnapshotEditor editor, ConflictLog conflicts)
    {
        if (Same(sides.Target, sides.Base)) return new Entry(sides.Source);
        var isTable = sides.Key.Span.StartsWith("table/"u8);
        if (Same(sides.Source, sides.Target) && !(isTable && policies.JudgesEqualChanges(NameOf(sides)))) return null;
        if (isTable && sides is { Source: { } source, Target: { } target })
        {
            TableSnapshot? before = sides.Base is { } b ? SnapshotCodec.DecodeTable(chunks, b.Span) : null;
            var (sourceTable, targetTable) = (SnapshotCodec.DecodeTable(chunks, source.Span), SnapshotCodec.DecodeTable(chunks, target.Span));
            if (CanMatchRows(before?.Schema, sourceTable.Schema, targetTable.Schema)
                && !LosesValues(before, sourceTable, targetTable) && !LosesValues(before, targetTable, sourceTable))
            {
                editor.PutTable(MergeTable(before, sourceTable, targetTable, conflicts));
                return null;
            }
        }

        return Resolve(sides, conflicts, ConflictKind.Schema, "sql", isTable ? TableSql : value => SchemaCodec.DecodeObject(value).Sql);
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

    private TableSnapshot MergeTable(TableSnapshot? before, TableSnapshot source, TableSnapshot target, ConflictLog conflicts)
    {
        var schema = MergeSchema(before?.Schema, source.Schema, target.Schema, conflicts);
        return new TableMerge(chunks, new TableSides(before, source, target, schema), policies, conflicts).Run();
    }

    /// <summary>One side's schema where only that side changed it; otherwise a schema conflict, the target's until it is decided.</summary>
    private static TableSchema MergeSchema(TableSchema? before, TableSchema source, TableSchema target, ConflictLog conflicts)
    {
        if (SchemaEquality.Same(source, target) || SchemaEquality.Same(source, before)) return target;
        if (SchemaEquality.Same(target, before)) return source;
        var conflict = ConflictFactory.Create(new Conflict
        {
            Id = "",
            Kind = ConflictKind.Schema,
            Table = target.Name,
            Base = ConflictFactory.TextSide("sql", before?.Sql),
            Source = ConflictFactory.TextSide("sql", source.Sql),
            Target = ConflictFactory.TextSide("sql", target.Sql),
        });
        return conflicts.Resolve(conflict)?.Kind switch
        {
            ResolutionKind.Source => source,
            ResolutionKind.Base when before is not null => before,
            _ => target,
        };
    }

    private Entry? MergeFile(Sides sides, ConflictLog conflicts)
    {
        if (Same(sides.Target, sides.Base)) return new Entry(sides.Source);
        if (Same(sides.Source, sides.Target)) return null;
        return Resolve(sides, conflicts, ConflictKind.File, "text", value => Encoding.UTF8.GetString(chunks.Read(Hash.Read(value.Span)).Span));
    }

    private static Entry? Resolve(Sides sides, ConflictLog conflicts, ConflictKind kind, string name, Func<ReadOnlyMemory<byte>, string> show)
    {
        var conflict = ConflictFactory.Create(new Conflict
        {
            Id = "",
            Kind = kind,
            Table = kind == ConflictKind.File ? Encoding.UTF8.GetString(sides.Key.Span) : NameOf(sides),
            Base = ConflictFactory.TextSide(name, Show(sides.Base)),
            Source = ConflictFactory.TextSide(name, Show(sides.Source)),
            Target = ConflictFactory.TextSide(name, Show(sides.Target)),
        });
        return conflicts.Resolve(conflict)?.Kind switch
        {
            ResolutionKind.Source => new Entry(sides.Source),
            ResolutionKind.Base => new Entry(sides.Base),
            _ => null,
        };

        string? Show(ReadOnlyMemory<byte>? value) => value is { } v ? show(v) : null;
    }

    /// <summary>The name behind the kind in an object's key.</summary>
    private static string NameOf(Sides sides)
    {
        var key = Encoding.UTF8.GetString(sides.Key.Span);
        return key[(key.IndexOf('/') + 1)..];
    }

    private string TableSql(ReadOnlyMemory<byte> value) => SnapshotCodec.DecodeTable(chunks, value.Span).Schema.Sql;

    private static bool Same(ReadOnlyMemory<byte>? before, ReadOnlyMemory<byte>? after) =>
        before is null ? after is null : after is { } a && before.Value.Span.SequenceEqual(a.Span);

    private readonly record struct Sides(
        ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte>? Base, ReadOnlyMemory<byte>? Source, ReadOnlyMemory<byte>? Target);

    private readonly record struct Entry(ReadOnlyMemory<byte>? Value);
}
