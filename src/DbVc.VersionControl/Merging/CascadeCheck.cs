using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>
/// Finds rows that one side added or changed and whose parent the other side deleted or gave another key, where the foreign key says that
/// the engine would cascade: the merge never does that alone, it is a conflict that names both. Foreign keys without such an action are left
/// to the engine, which refuses the merged state.
/// </summary>
internal sealed class CascadeCheck(MergeWork work, MergedTables tables)
{
    private readonly Dictionary<string, SortedDictionary<ReadOnlyMemory<byte>, TreeEdit>> _edits = new(StringComparer.OrdinalIgnoreCase);

    public void Run()
    {
        foreach (var child in tables.All.OrderBy(t => t.Name, StringComparer.Ordinal).ToList())
        {
            foreach (var key in child.Merged.Schema.ForeignKeys.Where(k => IsActive(k.OnDelete) || IsActive(k.OnUpdate)))
            {
                if (tables.Find(key.ReferencedTable) is not { } parent) continue;
                Check(new Reference(work, child, parent, key, MergeSide.Source));
                Check(new Reference(work, child, parent, key, MergeSide.Target));
            }
        }

        foreach (var (table, edits) in _edits) tables.Edit(table, edits.Values);
    }

    private static bool IsActive(string action) => action.ToUpperInvariant() is "CASCADE" or "SET NULL" or "SET DEFAULT";

    /// <summary>Looks at parents that <see cref="Reference.ParentSide"/> took away, and at children of the other side.</summary>
    private void Check(Reference reference)
    {
        if (reference.FindVanished() is not { Count: > 0 } vanished) return;
        foreach (var change in reference.Child.Changes(work.Chunks, reference.ChildSide))
        {
            if (change.After is null || reference.FindMerged(change.Key) is not { } row) continue;
            if (!vanished.TryGetValue(reference.TextOf(row.Values), out var parent) || !IsActive(parent.Action)) continue;
            Resolve(reference, change, (row, parent));
        }
    }

    private void Resolve(Reference reference, TreeDifference change, (DecodedRow Row, Vanished Parent) found)
    {
        var after = reference.Cascade(found.Row.Values, found.Parent);
        var (kept, cascaded) = (reference.Named(found.Row.Values), after is null ? null : reference.Named(after));
        var parentIsSource = reference.ParentSide == MergeSide.Source;
        var resolution = work.Conflicts.Resolve(new Conflict
        {
            Id = "",
            Kind = ConflictKind.Row,
            Table = reference.Child.Name,
            Key = new RowPlace(change.Key, reference.Child.Sides.MergedRows, false).Key,
            Cause = reference.Describe(found.Parent),
            Base = reference.NamedBase(change),
            Source = parentIsSource ? cascaded : kept,
            Target = parentIsSource ? kept : cascaded,
        });
        if (resolution is null || resolution.Kind is ResolutionKind.Value or ResolutionKind.Both) return;
        if (resolution.Kind == ResolutionKind.Base) PutChild(reference, change.Key, found.Row, reference.BaseRow(change));
        else if ((resolution.Kind == ResolutionKind.Source) == parentIsSource) PutChild(reference, change.Key, found.Row, after);
        else Restore(reference, found.Parent);
    }

    private void PutChild(Reference reference, ReadOnlyMemory<byte> key, DecodedRow row, Value[]? after)
    {
        var edits = EditsOf(reference.Child.Name);
        edits[key] = TreeEdit.Delete(key);
        if (after is null) return;
        var entry = reference.Child.Sides.MergedRows.Encode(work.Chunks, after, row.Count);
        edits[entry.Key] = TreeEdit.Put(entry.Key, entry.Value);
    }

    /// <summary>The parent stays as the base has it: its side's delete or new key is taken back, and with it that of the parent's own parents.</summary>
    private void Restore(Reference reference, Vanished parent)
    {
        if (EditsOf(reference.Parent.Name).TryGetValue(parent.Key, out var known) && known.Value is not null) return;
        var edits = EditsOf(reference.Parent.Name);
        if (parent.MovedTo is { } moved) edits[moved] = TreeEdit.Delete(moved);
        edits[parent.Key] = TreeEdit.Put(parent.Key, RowConversion.Run(work.Chunks,
            (reference.Parent.Sides.EncoderOf(reference.Parent.Sides.Base!), reference.Parent.Sides.MergedRows), parent.Key, parent.Row));
        var row = reference.Parent.Sides.MergedRows.Decode(work.Chunks, parent.Key, edits[parent.Key].Value!.Value).Values;
        foreach (var key in reference.Parent.Merged.Schema.ForeignKeys)
        {
            if (tables.Find(key.ReferencedTable) is not { } above) continue;
            var up = new Reference(work, reference.Parent, above, key, reference.ParentSide);
            if (up.FindVanished(isAsked: true).TryGetValue(up.TextOf(row), out var gone)) Restore(up, gone);
        }
    }

    private SortedDictionary<ReadOnlyMemory<byte>, TreeEdit> EditsOf(string table) =>
        _edits.TryGetValue(table, out var edits) ? edits : _edits[table] = new(KeyEquality.Instance);
}

/// <summary>A parent row that is no longer there under what children refer to.</summary>
/// <param name="Key">Its encoded key in the base.</param>
/// <param name="Row">Its encoded row in the base.</param>
/// <param name="Action">What the foreign key asks the engine to do with children.</param>
/// <param name="Now">The values that children would follow to; null for a deleted row.</param>
/// <param name="MovedTo">The encoded key of the row that it became, where that is another.</param>
internal sealed record Vanished(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Row, string Action, Value[]? Now, ReadOnlyMemory<byte>? MovedTo);
