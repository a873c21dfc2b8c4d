using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>
/// Refuses what a whole database would not have let happen, or would have answered with more changes: tables that are left out could not have their say.
/// </summary>
internal sealed class PartialCheck(PartialCapture capture, IChunkWriter chunks)
{
    private const string Code = "branch.left-out";
    private const string Its = "this branch's database";

    private readonly SnapshotReader _found = new(chunks, capture.Found);
    private readonly string _branch = capture.Content.Branch.Name;

    /// <summary>Throws kind Refused, <c>branch.left-out</c>.</summary>
    public void Require()
    {
        if (capture.Completed == capture.Before) return;
        RequireFreeNames();
        RequireNoNeed();
        RequireKept();
        if (AbsentRows.FindOrphans(chunks, capture.Before, capture.Completed, capture.Absent).FirstOrDefault() is not { } orphan) return;
        throw Refuse($"A row that was deleted, or has another key now, is still needed: {orphan.Message}", $"{orphan.Table} {orphan.Key}", orphan.Table,
            "Put the row back, and do it again when the table is there");
    }

    /// <summary>Two things of one name cannot stand in main.</summary>
    private void RequireFreeNames()
    {
        var tables = capture.Absent.Tables.Select(t => t.Schema.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var views = capture.Absent.Objects.Where(IsRelation).Select(o => o.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var others = capture.Absent.Objects.Select(o => (o.Kind, Name: o.Name.ToUpperInvariant())).ToHashSet();
        foreach (var name in _found.Tables().Select(t => t.Schema.Name).Concat(_found.Objects().Where(IsRelation).Select(o => o.Name)))
        {
            if (tables.Contains(name)) throw Refuse($"'{name}' is the name of a table that is left out of {Its}.", name, name, "Give it another name");
            if (views.Contains(name)) throw Taken(name);
        }

        if (_found.Objects().FirstOrDefault(o => others.Contains((o.Kind, o.Name.ToUpperInvariant()))) is { } taken) throw Taken(taken.Name);
    }

    private DbVcException Taken(string name) => Refuse($"'{name}' is the name of something that is left out of {Its} with the tables that it names.", name,
        Owner(name), "Give it another name");

    /// <summary>Nothing that is new may need what is left out: a foreign key to it, a trigger that writes to it, a view on it.</summary>
    private void RequireNoNeed()
    {
        var now = capture.Content.AbsentOf(new SnapshotReader(chunks, capture.Completed));
        var kept = now.Tables.Select(t => t.Schema.Id).ToHashSet();
        foreach (var needed in capture.Absent.Tables.Select(t => t.Schema).Where(t => !kept.Contains(t.Id)))
        {
            var by = _found.Tables().FirstOrDefault(t => t.Schema.ForeignKeys.Any(k => AreEqual(k.ReferencedTable, needed.Name))) is { } child
                ? $"table {child.Schema.Name}"
                : "what was changed";
            throw Refuse($"{char.ToUpperInvariant(by[0])}{by[1..]} needs table {needed.Name}, which is left out of {Its}.", by, needed.Name);
        }

        var absent = capture.Absent.Objects.ToHashSet();
        if (now.Objects.FirstOrDefault(o => !absent.Contains(o)) is not { } item)
        {
            if (capture.Content.Reduce(capture.Completed, chunks) == capture.Found) return;
            throw new InvalidOperationException($"What branch '{_branch}' holds cannot be told from what is left out of it.");
        }

        var name = capture.Absent.FindNamed(item.Sql) ?? item.Name;
        throw Refuse($"{item.Kind.ToText()} {item.Name} names {name}, which is left out of {Its}.", item.Name, name);
    }

    /// <summary>A name that something left out uses must go on meaning the same: a whole database would have changed both, or refused.</summary>
    private void RequireKept()
    {
        foreach (var change in new SnapshotDiff(chunks, capture.Before, capture.Completed).Tables())
        {
            if (change.Before?.Schema is not { } before || Gone(before, change.After?.Schema) is not { } gone) continue;
            var user = capture.Absent.Tables.Select(t => t.Schema).FirstOrDefault(t => t.ForeignKeys.Any(k => AreEqual(k.ReferencedTable, before.Name)
                && (gone.Column is not { } column || k.ReferencedColumns.Count == 0 || k.ReferencedColumns.Any(c => AreEqual(c, column)))))?.Name;
            user ??= capture.Absent.Objects.FirstOrDefault(o => SchemaReach.Names(o.Sql, before.Name)
                && (gone.Column is not { } column || SchemaReach.Names(o.Sql, column)))?.Name;
            if (user is null) continue;
            throw Refuse($"{gone.What} is dropped or has another name, and {user}, which is left out of {Its}, names it.", before.Name,
                Owner(user));
        }

        foreach (var change in new SnapshotDiff(chunks, capture.Before, capture.Completed).Objects().Where(o => o.Before?.Kind == SchemaObjectKind.Type))
        {
            var user = capture.Absent.Tables.FirstOrDefault(t => SchemaReach.Names(t.Schema.Sql, change.Before!.Name))?.Schema.Name;
            if (user is null) continue;
            throw Refuse($"Type {change.Before!.Name} changed, and table {user}, which is left out of {Its}, uses it.", user, user);
        }
    }

    /// <summary>The table or the first column that is not there any more under its name.</summary>
    private static (string What, string? Column)? Gone(TableSchema before, TableSchema? after)
    {
        if (after is null || !AreEqual(before.Name, after.Name)) return ($"Table {before.Name}", null);
        var column = before.Columns.FirstOrDefault(b => after.FindColumn(b.Name) is not { } now || !now.IsSame(b));
        return column is null ? null : ($"Column {before.Name}.{column.Name}", column.Name);
    }

    /// <summary>A table whose arrival brings something that is left out with it.</summary>
    private string Owner(string name) => capture.Absent.Objects.FirstOrDefault(o => o.Name == name) is { } item
        ? item.Table ?? capture.Absent.Tables.FirstOrDefault(t => SchemaReach.Names(item.Sql, t.Schema.Name))?.Schema.Name ?? name
        : name;

    private DbVcException Refuse(string message, string where, string table, string first = "Undo that, or bring the table in") => new(
        FailureKind.Refused, Code, message, $"branch '{_branch}', {where}", $"Nothing was committed. {first}: db-vc branch fetch {_branch} \"{table}\"");

    private static bool IsRelation(SchemaObject item) => item.Kind is SchemaObjectKind.View or SchemaObjectKind.MaterializedView;

    private static bool AreEqual(string? one, string? other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
