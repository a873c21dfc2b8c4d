using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// What one side needs that the other took away: a column whose cells it changed, a column or table that something new of it names.
/// Taking that away contradicts it.
/// </summary>
internal sealed class SchemaNeeds(IChunkSource chunks, ISchemaDialect dialect, SchemaChanges changes)
{
    private const int WholeTable = 0;

    private readonly HashSet<(TableTriple Table, int Column, SchemaSide Side)> _named = [];
    private readonly Dictionary<(TableTriple Table, SchemaSide Side), HashSet<int>> _written = [];

    public bool NeedsTable(TableTriple table, SchemaSide side) => _named.Contains((table, WholeTable, side));

    public bool NeedsColumn(TableTriple table, int column, SchemaSide side) =>
        _named.Contains((table, column, side)) || WrittenColumns(table, side).Contains(column);

    /// <summary>New constraints and computed columns of both sides.</summary>
    public void AddConstraints(SchemaViews views)
    {
        foreach (var table in changes.Tables)
        {
            foreach (var side in new[] { SchemaSide.Source, SchemaSide.Target })
            {
                if (views.Of(table, side) is not { Constraints: { } constraints } own) continue;
                var known = views.Of(table, SchemaSide.Base)?.Constraints?.Select(c => dialect.Canonical(c.Sql)).ToHashSet() ?? [];
                var texts = constraints.Where(c => !known.Contains(dialect.Canonical(c.Sql))).ToList();
                foreach (var constraint in texts)
                {
                    AddColumns(table, side, name => constraint.Columns.Any(c => AreEqual(c, name)) || dialect.Mentions(constraint.Sql, name));
                }

                foreach (var expression in own.Columns.Select(c => c.GeneratedSql).OfType<string>())
                {
                    AddColumns(table, side, name => dialect.Mentions(expression, name));
                }

                foreach (var reference in ReferencesOf(own, texts)) AddReference(reference, side, views);
            }
        }
    }

    /// <summary>What an object names that one side took away. True if any of it was not known to be needed; null if it names no such thing.</summary>
    public bool? AddObject(SchemaObject item, SchemaViews views)
    {
        bool? isNews = null;
        foreach (var table in changes.Tables)
        {
            if (views.Of(table, SchemaSide.Base) is not { } before || !dialect.Mentions(item.Sql, before.Name)) continue;
            foreach (var side in new[] { SchemaSide.Source, SchemaSide.Target })
            {
                if (table.On(Other(side)) is null) Add((table, WholeTable, side));
                else if (table.On(side) is not null)
                {
                    foreach (var column in Dropped(table, side).Where(c => dialect.Mentions(item.Sql, c.Name))) Add((table, column.Id, side));
                }
            }
        }

        return isNews;

        void Add((TableTriple, int, SchemaSide) need) => isNews = _named.Add(need) || isNews == true;
    }

    private static SchemaSide Other(SchemaSide side) => side == SchemaSide.Source ? SchemaSide.Target : SchemaSide.Source;

    private static IEnumerable<ForeignKey> ReferencesOf(TableSchema table, List<TableConstraint> constraints) =>
        table.Constraints!.Where(c => c.Kind == ConstraintKind.ForeignKey).Zip(table.ForeignKeys)
            .Where(p => constraints.Contains(p.First)).Select(p => p.Second);

    private void AddReference(ForeignKey reference, SchemaSide side, SchemaViews views)
    {
        var parent = changes.Tables.FirstOrDefault(t => AreEqual(views.Of(t, side)?.Name, reference.ReferencedTable) && t.Base is not null);
        if (parent is null) return;
        if (parent.On(Other(side)) is null) _named.Add((parent, WholeTable, side));
        else AddColumns(parent, side, name => reference.ReferencedColumns.Any(c => AreEqual(c, name)));
    }

    private void AddColumns(TableTriple table, SchemaSide side, Predicate<string> isNamed)
    {
        foreach (var column in Dropped(table, side).Where(c => isNamed(c.Name))) _named.Add((table, column.Id, side));
    }

    /// <summary>The columns that the other side took away.</summary>
    private static IEnumerable<Column> Dropped(TableTriple table, SchemaSide side)
    {
        if (table.Base is null || table.On(side) is null || table.On(Other(side)) is not { } other) return [];
        return table.Base.Schema.Columns.Where(c => other.Schema.FindSame(c) is null);
    }

    /// <summary>Columns of which the side changed cells in rows that were there; rows that are new only fill what there was to fill. That is not
    /// so where the other side took a column away and added one like it: who knows whether it meant to rename it.</summary>
    private HashSet<int> WrittenColumns(TableTriple table, SchemaSide side)
    {
        if (_written.TryGetValue((table, side), out var known)) return known;
        var written = _written[(table, side)] = [];
        if (table.Base is not { } before || table.On(side) is not { } after || before.Rows == after.Rows) return written;
        var (oldRows, newRows) = (new TableEncoder(before.Schema), new TableEncoder(after.Schema));
        var now = before.Schema.StoredColumns.Where(c => after.Schema.FindSame(c) is { Generated: false })
            .ToDictionary(c => c.Id, c => newRows.IndexOf(after.Schema.FindSame(c)!.Id));
        var shared = now.Keys.ToList();
        if (Dropped(table, side).All(d => !shared.Contains(d.Id))) return written;
        var doubtful = Dropped(table, side).Where(d => shared.Contains(d.Id) && MayBeRenamed(d, table, Other(side))).ToList();
        foreach (var change in ProllyTree.Diff(chunks, before.Rows, after.Rows))
        {
            if (doubtful.Count > 0 && change is { Before: null, After: { } added })
            {
                var cells = newRows.Decode(chunks, change.Key, added).Values;
                var filled = doubtful.Where(d => cells[now[d.Id]] is { IsNull: false } value && value != ColumnDefault.Find(d));
                written.UnionWith(filled.Select(d => d.Id));
            }

            // Rows without key show an edit as one row gone and another come.
            if (!before.Schema.HasKey && TableEncoder.CountOf(change.Before) > TableEncoder.CountOf(change.After)) written.UnionWith(shared);
            if (!before.Schema.HasKey || change.Before is not { } b || change.After is not { } a) continue;
            var (old, row) = (oldRows.Decode(chunks, change.Key, b).Values, newRows.Decode(chunks, change.Key, a).Values);
            written.UnionWith(shared.Where(id => old[oldRows.IndexOf(id)] != row[now[id]]));
        }

        return written;
    }

    private static bool MayBeRenamed(Column dropped, TableTriple table, SchemaSide dropper) =>
        table.On(dropper)!.Schema.Columns.Any(c => AreEqual(c.DeclaredType, dropped.DeclaredType) && !table.Base!.Schema.Columns.Any(b => b.Id == c.Id));

    private static bool AreEqual(string? one, string? other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
