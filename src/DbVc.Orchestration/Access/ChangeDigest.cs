using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// Names what a branch changes against where it parted from its target: rows, definitions, files. Taking the target over, where both changed other things,
/// alters the branch's head and not this: so what was said about the change still holds.
/// </summary>
internal sealed class ChangeDigest : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private ChangeDigest()
    {
    }

    /// <summary>Null where the two parted at several commits, or at none: what the branch's own change is cannot be told then.</summary>
    public static string? Of(WorkspaceContext context, CommitId head, CommitId goal)
    {
        if (new CommitGraph(context.Repository).MergeBases(head, goal) is not [var start]) return null;
        var (before, after) = (context.Repository.ReadSnapshot(start).Snapshot, context.Repository.ReadSnapshot(head).Snapshot);
        using var digest = new ChangeDigest();
        digest.Add(new SnapshotDiff(context.Repository.Chunks, before, after));
        return Convert.ToHexStringLower(digest._hash.GetHashAndReset());
    }

    public void Dispose() => _hash.Dispose();

    private void Add(SnapshotDiff difference)
    {
        foreach (var table in difference.Tables().OrderBy(t => t.Name, StringComparer.Ordinal)) Add(difference, table);
        foreach (var changed in difference.Objects().OrderBy(o => (o.After ?? o.Before)!.Name, StringComparer.Ordinal))
        {
            Add("object");
            Add(changed.Before);
            Add(changed.After);
        }

        foreach (var file in difference.Files())
        {
            Add("file");
            Add(file.Path);
            Add(file.Before);
            Add(file.After);
        }
    }

    private void Add(SnapshotDiff difference, TableDifference table)
    {
        var (before, after) = (table.Before?.Schema, table.After?.Schema);
        var isSame = SchemaEquality.Same(before, after);
        Add("table");
        Add(before?.Name);
        Add(after?.Name);
        if (!isSame)
        {
            Add(before is null ? null : SchemaEquality.Canonical(before));
            Add(after is null ? null : SchemaEquality.Canonical(after));
        }

        foreach (var row in difference.Rows(table))
        {
            Add("row");
            var told = isSame ? Told(after!, row) : null;
            Add(Cells(before, row.Before, told));
            Add(Cells(after, row.After, told));
            Add(row.Count);
        }
    }

    /// <summary>Of a row that is modified, its key and what differs: what else is in it may be the target's doing. Of one that was added, all but a key that
    /// the database handed out: a merge may give it another. Null for all.</summary>
    private static HashSet<string>? Told(TableSchema schema, RowChange row)
    {
        if (row is { Before: { } before, After: { } after })
            return [.. schema.StoredColumns.Where((_, i) => before[i] != after[i]).Select(c => c.Name), .. schema.PrimaryKey];
        return row.Before is null && schema is { AllocatesKeys: true, PrimaryKey.Count: 1 }
            ? [.. schema.StoredColumns.Select(c => c.Name).Except(schema.PrimaryKey)]
            : null;
    }

    private static IEnumerable<(string, Value)>? Cells(TableSchema? schema, Value[]? row, HashSet<string>? told) => row is null || schema is null ? null
        : schema.StoredColumns.Select((column, i) => (column.Name, row[i])).Where(cell => told?.Contains(cell.Name) != false);

    private void Add(IEnumerable<(string Name, Value Value)>? cells)
    {
        Add(cells is null ? "none" : "cells");
        foreach (var (name, value) in cells ?? [])
        {
            Add(name);
            Add((long)value.Kind);
            Add(value.Kind is ValueKind.Real ? BitConverter.DoubleToInt64Bits(value.AsReal) : value.AsInteger);
            Add(value.AsBytes);
        }
    }

    private void Add(SchemaObject? item)
    {
        Add(item?.Kind.ToString());
        Add(item?.Name);
        Add(item?.Table);
        Add(item?.Sql);
    }

    private void Add(string? text) => Add(text is null ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(text));

    private void Add(byte[]? bytes) => Add(bytes is null ? (ReadOnlyMemory<byte>?)null : bytes);

    /// <summary>With its length before it: no two lists of parts read alike.</summary>
    private void Add(ReadOnlyMemory<byte>? bytes)
    {
        Add((long)(bytes?.Length ?? -1));
        _hash.AppendData(bytes is { } some ? some.Span : []);
    }

    private void Add(long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        _hash.AppendData(bytes);
    }
}
