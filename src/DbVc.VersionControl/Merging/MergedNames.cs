using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>
/// What tables and columns are called after the merge, so that all definitions can be brought to the same names before they are compared:
/// a rename on one side never looks like a change of everything that names the renamed.
/// </summary>
internal sealed class MergedNames
{
    private const string OutOfTheWay = " (left out)";

    private readonly SchemaDecisions _decisions;
    private readonly Dictionary<TableTriple, string> _tables = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(TableTriple Table, string Column), string> _columns = [];

    public MergedNames(SchemaChanges changes, SchemaDecisions decisions)
    {
        _decisions = decisions;
        foreach (var table in changes.Tables.Where(t => t.Base is not null)) NameTable(table);
        foreach (var table in changes.Tables.Where(t => t is { Base: not null, Source: not null, Target: not null })) NameColumns(table);
        FindTakenNames(changes.Tables);
    }

    /// <summary>Tables that cannot be called as both sides want.</summary>
    public HashSet<TableTriple> Contradicted { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Columns and (with id 0) tables that are left out because the other side's rename to their name was chosen.</summary>
    public HashSet<(TableTriple Table, int Column, SchemaSide Side)> LeftOut { get; } = [];

    /// <summary>What must be renamed on a side to come to the merged names.</summary>
    public IReadOnlyList<SchemaRename> RenamesOf(SchemaSide side, IReadOnlyList<TableTriple> tables)
    {
        var renames = new List<SchemaRename>();
        foreach (var table in tables)
        {
            if (table.On(side)?.Schema is not { } schema) continue;
            foreach (var column in schema.Columns)
            {
                var name = LeftOut.Contains((table, column.Id, side))
                    ? column.Name + OutOfTheWay
                    : _columns.GetValueOrDefault((table, Key(column)), column.Name);
                if (name != column.Name) renames.Add(new SchemaRename(schema.Name, column.Name, name));
            }

            var to = LeftOut.Contains((table, 0, side)) ? schema.Name + OutOfTheWay : _tables.GetValueOrDefault(table, schema.Name);
            if (to != schema.Name) renames.Add(new SchemaRename(schema.Name, null, to));
        }

        return renames;
    }

    private void NameTable(TableTriple table) =>
        _tables[table] = Merge(table, table.Base!.Schema.Name, table.Source?.Schema.Name, table.Target?.Schema.Name);

    private void NameColumns(TableTriple table)
    {
        var (source, target) = (table.Source!.Schema, table.Target!.Schema);
        foreach (var column in table.Base!.Schema.Columns)
        {
            _columns[(table, Key(column))] = Merge(table, column.Name, source.FindSame(column)?.Name, target.FindSame(column)?.Name);
        }

        foreach (var side in new[] { SchemaSide.Source, SchemaSide.Target })
        {
            foreach (var added in table.On(side)!.Schema.Columns.Where(c => table.Base.Schema.FindSame(c) is null)) GiveWay(table, added, side);
        }
    }

    /// <summary>A column that one side added under the name to which the other renamed another column.</summary>
    private void GiveWay(TableTriple table, Column added, SchemaSide side)
    {
        var clash = table.Base!.Schema.Columns.FirstOrDefault(c =>
            AreEqual(_columns[(table, Key(c))], added.Name) && table.On(side)!.Schema.FindSame(c) is not null);
        if (clash is null) return;
        Contradicted.Add(table);
        var winner = _decisions.WinnerOf(SchemaPlan.PlaceOf(table));
        if (winner == side) _columns[(table, Key(clash))] = table.On(side)!.Schema.FindSame(clash)!.Name;
        else if (winner == SchemaSide.Base) _columns[(table, Key(clash))] = clash.Name;
        else LeftOut.Add((table, added.Id, side));
    }

    /// <summary>A table that one side renamed to the name of another one.</summary>
    private void FindTakenNames(IReadOnlyList<TableTriple> tables)
    {
        foreach (var renamed in tables.Where(t => t.Base is not null && _tables[t] != t.Base.Schema.Name))
        {
            var other = tables.FirstOrDefault(t => t != renamed && AreEqual(t.Base is null ? t.Name : _tables[t], _tables[renamed])
                && (t.Source ?? t.Target) is not null);
            if (other is null) continue;
            Contradicted.Add(renamed);
            var renamer = renamed.Source is { } s && s.Schema.Name == _tables[renamed] ? SchemaSide.Source : SchemaSide.Target;
            if (_decisions.WinnerOf(SchemaPlan.PlaceOf(renamed)) == renamer && other.Base is null)
            {
                LeftOut.Add((other, 0, renamer == SchemaSide.Source ? SchemaSide.Target : SchemaSide.Source));
            }
            else _tables[renamed] = (renamer == SchemaSide.Source ? renamed.Target : renamed.Source)?.Schema.Name ?? renamed.Base!.Schema.Name;
        }
    }

    private string Merge(TableTriple table, string before, string? source, string? target)
    {
        if (source is null || source == before) return target ?? before;
        if (target is null || target == before || source == target) return source;
        Contradicted.Add(table);
        return _decisions.WinnerOf(SchemaPlan.PlaceOf(table)) switch
        {
            SchemaSide.Base => before,
            SchemaSide.Source => source,
            _ => target,
        };
    }

    private static string Key(Column column) => column.Identity.ToUpperInvariant();

    private static bool AreEqual(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
