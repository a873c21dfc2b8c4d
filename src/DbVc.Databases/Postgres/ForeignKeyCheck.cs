using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// Finds rows that refer to nothing, in the tables of a delta and those that refer to them: the child is new, or what it referred to went. What new
/// rows refer to is held first, so that nobody takes it away before the commit; a child that others add to a row that went waits for that commit.
/// </summary>
internal sealed class PostgresForeignKeyCheck
{
    private readonly PostgresConnection _connection;
    private readonly List<PostgresStage> _stages;
    private readonly List<PostgresForeignKey> _keys;
    private readonly DatabaseSchema _schema;
    private readonly List<ConstraintViolation> _violations = [];
    private readonly HashSet<(string, string)> _seen = [];

    /// <param name="connection">In its transaction.</param>
    /// <param name="stages">Of tables that are there as the delta leaves them.</param>
    /// <param name="schema">Null where it was not read yet.</param>
    public PostgresForeignKeyCheck(PostgresConnection connection, List<PostgresStage> stages, DatabaseSchema? schema = null)
    {
        (_connection, _stages) = (connection, stages);
        var oids = PostgresHolds.FindOids(connection, stages.Select(s => PostgresName.Table(s.Delta.After!.Name))).Values;
        _keys = PostgresForeignKey.Read(connection, oids).FindAll(k => k.Match.IsPlain);
        _schema = _keys.Count == 0 ? DatabaseSchema.Empty : schema ?? PostgresSchemaReader.ReadTables(connection);
    }

    public IReadOnlyList<ConstraintViolation> Run(bool holds)
    {
        foreach (var key in _keys)
        {
            if (_schema.FindTable(key.Child) is not { } child) continue;
            if (Find(key.Child) is { } stage && stage.Inserted + stage.Updated > 0)
            {
                if (holds) Hold(key, child, stage);
                Report(key, child, $"{Written(child, stage)} AND ({key.Refers("t")}) AND NOT EXISTS (SELECT FROM {From(key.Parent)} p WHERE "
                    + $"{key.Meets("t", "p")})");
            }

            if (Find(key.Parent) is { } parent && parent.Deleted + parent.Updated > 0) Report(key, child, Abandoned(key, child, parent));
        }

        return _violations;
    }

    /// <summary>Rows that a role which cannot switch off the keys' actions would set them on, or would leave behind: they refer to what goes.</summary>
    public IReadOnlyList<ConstraintViolation> FindComing()
    {
        foreach (var key in _keys)
        {
            if (_schema.FindTable(key.Child) is not { } child || Find(key.Parent) is not { } parent || Gone(key, parent) is not { } gone) continue;
            var ordinals = Ordinals(parent, key);
            var comes = string.Join(" AND ", ordinals.Select((o, i) =>
                $"t.{PostgresName.Quote(key.Columns[i])} = {PostgresApplySql.Typed(parent.After[o], $"z.a{o}")}"));
            var isBack = parent.IsSameTable || parent.CanUpdate ? $" AND NOT EXISTS (SELECT FROM {parent.Name} z WHERE (z.ins OR z.upd) AND {comes})" : "";
            Report(key, child, $"{gone}{isBack}{NotTouched(child, "x.del OR x.upd")}");
        }

        return _violations;
    }

    /// <summary>True if deleting parents would make the server act on, or complain about, children that only change.</summary>
    public bool SetsOffActions()
    {
        foreach (var key in _keys)
        {
            if (_schema.FindTable(key.Child) is not { } child || Find(key.Parent) is not { } parent || Gone(key, parent) is not { } gone) continue;
            if (_connection.ReadText($"SELECT '1' {gone}{NotTouched(child, "x.del")} LIMIT 1") is not null) return true;
        }

        return false;
    }

    /// <summary>Parents before children, as far as they do not refer to each other in a circle.</summary>
    public List<PostgresStage> ParentsFirst()
    {
        var (left, ordered) = (_stages.ToList(), new List<PostgresStage>());
        while (left.Count > 0)
        {
            var next = left.Find(s => !_keys.Any(k => k.Child == s.Delta.After!.Name && k.Parent != k.Child
                && left.Exists(p => p.Delta.After!.Name == k.Parent))) ?? left[0];
            left.Remove(next);
            ordered.Add(next);
        }

        return ordered;
    }

    private PostgresStage? Find(string table) => _stages.Find(s => s.Delta.After!.Name == table);

    private string From(string table) => _schema.FindTable(table) is { } schema ? PostgresApplySql.From(schema) : PostgresName.Table(table);

    private void Hold(PostgresForeignKey key, TableSchema child, PostgresStage stage) => _connection.Execute(
        $"SELECT count(*) FROM (SELECT FROM {From(key.Parent)} p WHERE EXISTS (SELECT {Written(child, stage)} AND {key.Meets("t", "p")}) FOR KEY SHARE OF "
            + $"p) held");

    /// <summary>FROM … WHERE of the child's rows that the delta wrote.</summary>
    private static string Written(TableSchema child, PostgresStage stage) => child.HasKey
        ? $"FROM {stage.Name} s JOIN {PostgresApplySql.From(child)} t ON "
            + $"{PostgresApplySql.KeyIs(stage.After, RowText.KeyOrdinals(stage.Delta.After!), "a")} WHERE (s.ins OR s.upd)"
        : $"FROM {PostgresApplySql.From(child)} t WHERE {PostgresApplySql.Line(stage.After, "t")} IN (SELECT "
            + $"{PostgresApplySql.StagedLine(stage.After.Count, "a")} "
            + $"FROM {stage.Name} s WHERE s.ins)";

    private string Abandoned(PostgresForeignKey key, TableSchema child, PostgresStage parent)
    {
        var missing = $" AND NOT EXISTS (SELECT FROM {From(key.Parent)} p WHERE {key.Meets("t", "p")})";
        return (Gone(key, parent) ?? $"FROM {PostgresApplySql.From(child)} t WHERE ({key.Refers("t")})") + missing;
    }

    /// <summary>FROM … WHERE of the child's rows that refer to a value which a row of the parent had and has no more; null where the parent computes
    /// it.</summary>
    private string? Gone(PostgresForeignKey key, PostgresStage parent)
    {
        if (parent.Delta.Before is null || Ordinals(parent, key) is not { Count: > 0 } ordinals) return null;
        var changed = ordinals.Exists(o => o < parent.Changed.Length && parent.Changed[o]) || parent.MayReplace || !parent.IsSameTable;
        var had = string.Join(" AND ", ordinals.Select((o, i) =>
            $"t.{PostgresName.Quote(key.Columns[i])} = {PostgresApplySql.Typed(parent.Before[o], $"s.b{o}")}"));
        return $"FROM {parent.Name} s JOIN {From(key.Child)} t ON {had} WHERE (s.del{(changed ? " OR s.upd" : "")})";
    }

    /// <summary>Where the referenced columns are among the parent's stored columns before; empty if one is not.</summary>
    private static List<int> Ordinals(PostgresStage parent, PostgresForeignKey key)
    {
        var ordinals = key.References.Select(r =>
        {
            var after = parent.After.ToList().FindIndex(c => c.Name == r);
            return after < 0 ? -1 : parent.FindSame(after);
        }).ToList();
        return ordinals.Contains(-1) ? [] : ordinals;
    }

    private string NotTouched(TableSchema child, string how)
    {
        if (Find(child.Name) is not { Delta.Before: { } before } stage) return "";
        var isIt = before.HasKey
            ? PostgresApplySql.KeyIs(stage.Before, RowText.KeyOrdinals(before), "b", "t", "x")
            : $"{PostgresApplySql.Line(stage.Before, "t")} = {PostgresApplySql.StagedLine(stage.Before.Count, "b", "x")}";
        return $" AND NOT EXISTS (SELECT FROM {stage.Name} x WHERE ({how}) AND {isIt})";
    }

    private void Report(PostgresForeignKey key, TableSchema child, string from)
    {
        var left = PostgresFindings.MaxReported - _violations.Count;
        if (left <= 0) return;
        var columns = child.StoredColumns.ToList();
        var readings = columns.ConvertAll(PostgresApplySql.StageReading);
        var rows = PostgresStage.Read(_connection, $"SELECT {string.Join(", ", columns.Select(c => PostgresApplySql.Exact(c, "t")))} {from} LIMIT {left}",
            readings);
        foreach (var row in rows)
        {
            var keyText = RowText.DescribeKey(child, row);
            if (_seen.Add((key.Name, keyText))) _violations.Add(Describe(key, child, columns, row));
        }
    }

    private static ConstraintViolation Describe(PostgresForeignKey key, TableSchema child, List<Column> columns, Value[] row)
    {
        var keyText = RowText.DescribeKey(child, row);
        var values = key.Columns.Select(name => columns.FindIndex(c => c.Name == name) is >= 0 and var at ? row[at] : Value.Null).ToArray();
        return new ConstraintViolation(key.Name, child.Name, keyText,
            $"Row {keyText} of '{child.Name}' refers to {key.Target} = {RowText.Describe(values)}, which does not exist.")
        {
            Rows =
            [
                new ViolatingRow(child.Name, RowText.NameKey(child, row)),
                new ViolatingRow(key.Parent, [.. key.References.Zip(values, (name, value) => new NamedValue(name, value))], Exists: false),
            ],
        };
    }
}
