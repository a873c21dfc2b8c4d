using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// Plans the schema part of a delta. Nothing of it is in the transaction of the rows, so it is cut in two: what can be taken back comes before the rows
/// (and is taken back if they fail), what cannot comes after them.
/// </summary>
internal sealed class MySqlSchemaChange
{
    private const string OldPrefix = "_dbvc_old_";
    private const string PassingPrefix = "_dbvc_passing_";

    private readonly MySqlHandle _handle;
    private readonly DatabaseDelta _delta;
    private readonly List<SchemaObject> _kept;
    private readonly Dictionary<string, MySqlTableText> _texts = [];
    private readonly Dictionary<TableDelta, MySqlTableChange> _changes = new(ReferenceEqualityComparer.Instance);

    public MySqlSchemaChange(MySqlHandle handle, DatabaseDelta delta)
    {
        _kept = [.. delta.ObjectsBefore.Where(o => delta.ObjectsAfter.Contains(o) && StaysOnTable(delta, o))];
        delta = delta with { ObjectsBefore = [.. delta.ObjectsBefore.Except(_kept)], ObjectsAfter = [.. delta.ObjectsAfter.Except(_kept)] };
        (_handle, _delta) = (handle, delta);
        foreach (var name in delta.Tables.SelectMany(t => new[] { t.Before?.Name, t.After?.Name })
            .Concat(delta.ObjectsBefore.Concat(delta.ObjectsAfter).Where(o => o.Kind == SchemaObjectKind.Index).Select(o => o.Table))
                .OfType<string>().Distinct())
        {
            if (MySqlSchemaReader.ReadText(handle, name) is { } text) _texts[name] = text;
        }
    }

    public IReadOnlyCollection<MySqlTableChange> Changes => _changes.Values;

    /// <summary>Tables and objects whose definition is not the expected one.</summary>
    public IEnumerable<MovedRow> FindMoved()
    {
        foreach (var table in _delta.Tables)
        {
            if (table.Before is { } before && Moved(before.Name, before.Sql, DefinitionOf(before.Name)) is { } moved) yield return moved;
            if (table.After is not { } after || _delta.Tables.Any(t => t.Before?.Name == after.Name)) continue;
            if (Moved(after.Name, null, DefinitionOf(after.Name)) is { } present) yield return present;
        }

        foreach (var item in _delta.ObjectsBefore.Concat(_kept))
        {
            if (Moved(item.Name, item.Sql, DefinitionOf(item)) is { } moved) yield return moved;
        }

        foreach (var item in _delta.ObjectsAfter.Where(after => !_delta.ObjectsBefore.Any(before => AreSame(before, after))))
        {
            if (Moved(item.Name, null, DefinitionOf(item)) is { } present) yield return present;
        }
    }

    /// <summary>Triggers that would fire for the rows of the delta, and are not in it themselves.</summary>
    public List<MySqlTrigger> FindTriggers(Func<TableDelta, bool> hasRows)
    {
        var tables = _delta.Tables.Where(t => t is { Before: not null, After: not null } && hasRows(t)).Select(t => t.Before!.Name).ToList();
        return tables.Count == 0 ? [] : MySqlTriggerPause.Find(_handle, tables)
            .FindAll(t => !_delta.ObjectsBefore.Any(o => o.Kind == SchemaObjectKind.Trigger && o.Name == t.Name));
    }

    /// <summary>A trigger that is the same before and after stays where it is while its table changes: taken away, it would fire for nobody meanwhile,
    /// and nobody may have allowed that.</summary>
    private static bool StaysOnTable(DatabaseDelta delta, SchemaObject item) =>
        item.Kind == SchemaObjectKind.Trigger && delta.Tables.Any(t => t.Before?.Name == item.Table && t.After?.Name == item.Table);

    /// <summary>What the delta changes in definitions.</summary>
    public bool IsEmpty => _delta.ObjectsBefore.Count == 0 && _delta.ObjectsAfter.Count == 0 && !_delta.Tables.Any(IsChanged);

    public MySqlTableChange? ChangeOf(TableDelta table) => _changes.GetValueOrDefault(table);

    /// <summary>All steps, those before the rows and those after.</summary>
    public (List<MySqlStep> Before, List<MySqlStep> After) Plan(IReadOnlyList<MySqlTrigger> paused)
    {
        foreach (var table in _delta.Tables.Where(t => t is { Before: not null, After: not null } && IsChanged(t)))
        {
            _changes[table] = MySqlTableChange.Create(_handle, table.Before!, table.After!, _texts[table.Before!.Name], Whole(table.After!, table.Before));
        }

        var indexed = PlanIndexes();
        var (before, after) = (new List<MySqlStep>(), new List<MySqlStep>());
        before.AddRange(MySqlTriggerPause.Plan(paused));
        var tracked = PlanTracking();
        before.AddRange(tracked.Before);
        before.AddRange(_delta.ObjectsBefore.Where(o => o.Kind != SchemaObjectKind.Index).OrderByDescending(o => o.Kind.CreationOrder()).Select(PlanDrop));
        before.AddRange(_changes.Values.SelectMany(c => c.DropForeignKeys()));
        var dropped = _delta.Tables.Where(t => t.After is null).Select(t => t.Before!.Name).ToList();
        before.AddRange(dropped.Select((name, i) => PlanRename(name, OldPrefix + i)));
        before.AddRange(PlanRenames());
        before.AddRange(_delta.Tables.Where(t => t.Before is null).Select(t => PlanCreate(t.After!)));
        before.AddRange(_changes.Values.SelectMany(c => c.Reshape()));
        before.AddRange(indexed);
        before.AddRange(_changes.Values.SelectMany(c => c.AddForeignKeys()));
        before.AddRange(InOrder(_delta.ObjectsAfter.Where(o => o.Kind is not (SchemaObjectKind.Index or SchemaObjectKind.Trigger))).Select(PlanCreate));

        after.AddRange(_changes.Values.SelectMany(c => c.Complete()));
        after.AddRange(dropped.Select((_, i) => new MySqlStep(new MySqlSubject(null, OldPrefix + i), $"DROP TABLE {OldPrefix}{i}", "")));
        after.AddRange(paused.Select(t => t with { Table = NameAfter(t.Table) }).Select(t => new MySqlStep(
            new MySqlSubject(SchemaObjectKind.Trigger, t.Name), t.Restore(MySqlTriggerPause.QuoteUser(t.Definer)), "")));
        after.AddRange(_delta.ObjectsAfter.Where(o => o.Kind == SchemaObjectKind.Trigger).Select(PlanCreate));
        after.AddRange(tracked.After);
        return (before, after);
    }

    /// <summary>The triggers of change tracking speak of the columns of a key, so they are made anew with a table that changes; it is read whole next time,
    /// as its definition is another.</summary>
    private (List<MySqlStep> Before, List<MySqlStep> After) PlanTracking()
    {
        var (before, after) = (new List<MySqlStep>(), new List<MySqlStep>());
        if (_changes.Count == 0 || MySqlChangeLog.Read(_handle) is not { } log) return (before, after);
        foreach (var table in _changes.Keys)
        {
            if (!log.Numbers.TryGetValue(table.Before!.Name, out var number)) continue;
            var names = MySqlChangeLog.TriggerNames(number).ToList();
            var present = MySqlChangeLog.ReadTriggers(_handle);
            before.AddRange(names.Zip(MySqlChangeLog.TriggerSql(table.Before, number)).Where(t => present.ContainsKey(t.First))
                .Select(t => new MySqlStep(new MySqlSubject(SchemaObjectKind.Trigger, t.First), $"DROP TRIGGER {t.First}", t.Second)));
            if (table.Before.Name != table.After!.Name || MySqlChangeLog.ReasonAgainst(table.After) is not null) continue;
            after.AddRange(names.Zip(MySqlChangeLog.TriggerSql(table.After, number))
                .Select(t => new MySqlStep(new MySqlSubject(SchemaObjectKind.Trigger, t.First), t.Second, "")));
        }

        return (before, after);
    }

    /// <summary>Where rows of a table lie while they are written.</summary>
    public MySqlRowShape ShapeOf(TableDelta table) => ChangeOf(table)?.ShapeBetween() ?? MySqlRowShape.Of(table.Before!);

    /// <summary>A table that was taken out of the way, or still has columns that go, under the names that it has meanwhile; null for any other.</summary>
    public TableSchema? FindFrozen(TableDelta table)
    {
        if (table is { Before: { } gone, After: null })
        {
            return gone with { Name = OldPrefix + _delta.Tables.Where(t => t.After is null).ToList().IndexOf(table) };
        }

        return ChangeOf(table) is { HasAside: true, IsRetyped: false } change ? change.SchemaBetween() : null;
    }

    private static bool IsChanged(TableDelta table) => table.Before?.Sql != table.After?.Sql || table.Before?.Name != table.After?.Name;

    private string? DefinitionOf(string table) => _texts.TryGetValue(table, out var text) ? MySqlSchemaReader.Split(text).Table.Sql : null;

    private string? DefinitionOf(SchemaObject item) => item.Kind != SchemaObjectKind.Index
        ? MySqlDefinitions.Read(_handle, new MySqlSubject(item.Kind, item.Name))
        : _texts.TryGetValue(item.Table!, out var text) ? MySqlSchemaReader.Split(text).Indexes.FirstOrDefault(i => i.Name == item.Name)?.Sql : null;

    /// <summary>A table's new statement with all indexes that it shall have: those of the delta,
    /// and those that it has and the delta does not speak of.</summary>
    private MySqlTableText Whole(TableSchema after, TableSchema? before)
    {
        var whole = MySqlTableText.Parse(after.Sql);
        var kept = before is null || !_texts.TryGetValue(before.Name, out var text) ? [] : MySqlSchemaReader.Split(text).Indexes
            .Where(i => !_delta.ObjectsBefore.Any(b => AreSame(b, i)) && !_delta.ObjectsAfter.Any(a => AreSame(a, i))).ToList();
        foreach (var index in kept.Concat(_delta.ObjectsAfter.Where(o => o.Kind == SchemaObjectKind.Index && o.Table == after.Name)))
        {
            whole = whole.With(MySqlIndexText.ToPart(index.Sql));
        }

        return whole;
    }

    /// <summary>Indexes that come and go on tables that stay as they are.</summary>
    private List<MySqlStep> PlanIndexes()
    {
        var touched = _delta.Tables.Where(IsChanged).SelectMany(t => new[] { t.Before?.Name, t.After?.Name }).ToHashSet();
        var steps = new List<MySqlStep>();
        foreach (var item in _delta.ObjectsBefore.Where(o => o.Kind == SchemaObjectKind.Index && !touched.Contains(o.Table)))
        {
            steps.Add(new MySqlStep(new MySqlSubject(null, item.Table!), MySqlObjects.DropSql(item), item.Sql));
        }

        foreach (var item in _delta.ObjectsAfter.Where(o => o.Kind == SchemaObjectKind.Index && !touched.Contains(o.Table)))
        {
            steps.Add(new MySqlStep(new MySqlSubject(null, item.Table!), item.Sql, MySqlObjects.DropSql(item)));
        }

        return steps;
    }

    private IEnumerable<MySqlStep> PlanRenames()
    {
        var renamed = _changes.Values.Where(c => c.NameBefore != c.NameAfter).ToList();
        // Through names that nobody has, where two tables change their names with each other.
        if (!renamed.Exists(c => renamed.Exists(o => o.NameBefore == c.NameAfter))) return renamed.Select(c => PlanRename(c.NameBefore, c.NameAfter));
        return renamed.Select((c, i) => PlanRename(c.NameBefore, PassingPrefix + i))
            .Concat(renamed.Select((c, i) => PlanRename(PassingPrefix + i, c.NameAfter)));
    }

    private static MySqlStep PlanRename(string from, string to) => new(new MySqlSubject(null, from),
        $"RENAME TABLE {MySqlName.Quote(from)} TO {MySqlName.Quote(to)}", $"RENAME TABLE {MySqlName.Quote(to)} TO {MySqlName.Quote(from)}");

    private MySqlStep PlanCreate(TableSchema table) =>
        new(new MySqlSubject(null, table.Name), Whole(table, null).ToString(), $"DROP TABLE {MySqlName.Quote(table.Name)}");

    private static MySqlStep PlanCreate(SchemaObject item) => new(new MySqlSubject(item.Kind, item.Name), item.Sql, MySqlObjects.DropSql(item));

    private MySqlStep PlanDrop(SchemaObject item) => new(new MySqlSubject(item.Kind, item.Name), MySqlObjects.DropSql(item),
        MySqlObjects.FindWhole(_handle, item.Kind, item.Name) ?? item.Sql);

    /// <summary>By kind, and a view after those that it reads.</summary>
    internal static List<SchemaObject> InOrder(IEnumerable<SchemaObject> objects)
    {
        var left = objects.OrderBy(o => o.Kind.CreationOrder()).ToList();
        var ordered = new List<SchemaObject>();
        while (left.Count > 0)
        {
            var next = left.Find(o => !left.Exists(other => other != o && other.Kind == o.Kind && Names(o.Sql, other.Name))) ?? left[0];
            ordered.Add(next);
            left.Remove(next);
        }

        return ordered;
    }

    private static bool Names(string sql, string name) => MySqlToken.Cut(sql)?.Exists(t => t.IsName && MySqlName.AreEqual(t.Value, name)) ?? false;

    private string NameAfter(string table) => _delta.Tables.FirstOrDefault(t => t.Before?.Name == table)?.After?.Name ?? table;

    private static MovedRow? Moved(string name, string? expected, string? actual) =>
        actual == expected ? null : new MovedRow(name, "schema", AsRow(expected), AsRow(actual));

    private static Value[]? AsRow(string? sql) => sql is null ? null : [Value.Text(sql)];

    private static bool AreSame(SchemaObject before, SchemaObject after) =>
        before.Kind == after.Kind && before.Name == after.Name && before.Table == after.Table;
}
