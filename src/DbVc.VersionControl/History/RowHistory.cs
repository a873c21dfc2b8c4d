using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>How a commit changed a row.</summary>
public enum RowVersionKind
{
    Added,
    Modified,
    Deleted,

    /// <summary>Its key changed; nothing else of it did.</summary>
    Moved,
}

/// <summary>One version of a row.</summary>
/// <param name="Table">The table's schema at that commit.</param>
/// <param name="Row">Aligned with the stored columns; null where the row was deleted.</param>
public sealed record RowVersion(NamedCommit Commit, RowVersionKind Kind, TableSchema Table, Value[]? Row);

/// <summary>Every commit that changed one row, newest first. A merge that took the row from one of its parents is not among them.</summary>
public sealed class RowHistory(Repository repository)
{
    private readonly CommitGraph _graph = new(repository);

    /// <summary>Follows the row with the encoded <paramref name="key"/> back from a revision, over changes of its key.</summary>
    public IEnumerable<RowVersion> Versions(CommitId revision, string table, ReadOnlyMemory<byte> key)
    {
        var trail = new TableTrail(repository, _graph, table);
        trail.Start(revision);
        var keys = new Dictionary<CommitId, ReadOnlyMemory<byte>> { [revision] = key };
        foreach (var commit in _graph.Walk(revision))
        {
            if (Visit(commit, trail, keys) is { } version) yield return version;
        }
    }

    private RowVersion? Visit(NamedCommit commit, TableTrail trail, Dictionary<CommitId, ReadOnlyMemory<byte>> keys)
    {
        var (now, key) = (trail.Start(commit.Id), keys[commit.Id]);
        var value = Find(now, key);
        ReadOnlyMemory<byte>? old = null;
        var (same, moved) = (false, false);
        foreach (var parent in commit.Commit.Parents)
        {
            var before = trail.Parent(now, parent);
            var there = before is not null && now is not null && !before.HasSameKey(now) ? null : Find(before, key);
            keys.TryAdd(parent, key);
            if (there is null && value is { } v && before is not null && before.HasSameKey(now!) && FindMoved(before, now!, v) is { } from)
            {
                keys[parent] = from;
                (there, moved) = (Find(before, from), true);
            }

            old ??= there;
            same |= !moved && IsSame(before, there, now, value, key);
        }

        if (same || (value is null && old is null)) return null;
        var kind = value is null ? RowVersionKind.Deleted : old is null ? RowVersionKind.Added : moved ? RowVersionKind.Moved : RowVersionKind.Modified;
        var at = now ?? commit.Commit.Parents.Select(parent => trail.Parent(now, parent)).OfType<TableAt>().First();
        return new RowVersion(commit, kind, at.Table.Schema, value is { } row ? at.Rows.Decode(repository.Chunks, key, row).Values : null);
    }

    private ReadOnlyMemory<byte>? Find(TableAt? table, ReadOnlyMemory<byte> key) =>
        table is not null && ProllyTree.TryGet(repository.Chunks, table.Table.Rows, key.Span, out var value) ? value : (ReadOnlyMemory<byte>?)null;

    private bool IsSame(TableAt? before, ReadOnlyMemory<byte>? old, TableAt? now, ReadOnlyMemory<byte>? value, ReadOnlyMemory<byte> key)
    {
        if (old is not { } o || value is not { } v) return old is null && value is null;
        if (o.Span.SequenceEqual(v.Span)) return true;
        if (before!.Rows == now!.Rows) return false;

        // Another schema, another encoding: compare the cells that both have; a column that came or went is no change of the row if it is NULL.
        var (oldRow, row) = (before.Rows.Decode(repository.Chunks, key, o).Values, now.Rows.Decode(repository.Chunks, key, v).Values);
        return before.Rows.Table.StoredColumns.Concat(now.Rows.Table.StoredColumns).Select(c => c.Id).Distinct()
            .All(id => Cell(before, oldRow, id) == Cell(now, row, id));
    }

    private static Value Cell(TableAt table, Value[] row, int column) => table.Rows.IndexOf(column) is >= 0 and var at ? row[at] : Value.Null;

    private ReadOnlyMemory<byte>? FindMoved(TableAt before, TableAt now, ReadOnlyMemory<byte> value)
    {
        var gone = new KeyMoves();
        foreach (var difference in ProllyTree.Diff(repository.Chunks, before.Table.Rows, now.Table.Rows))
        {
            if (difference.After is null) gone.AddDeleted(difference);
        }

        return gone.Take(value);
    }
}
