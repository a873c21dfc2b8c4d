using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Carries renames through all texts of a schema. The server does that for keys alone; it leaves views and triggers broken.</summary>
internal sealed class MySqlRenaming
{
    private readonly DatabaseSchema _schema;
    private readonly Dictionary<string, string> _tables = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Dictionary<string, string>> _columns = new(StringComparer.OrdinalIgnoreCase);

    public MySqlRenaming(DatabaseSchema schema, IReadOnlyList<SchemaRename> renames)
    {
        _schema = schema;
        foreach (var rename in renames)
        {
            if (rename.Column is null)
            {
                _tables[rename.Table] = rename.To;
                continue;
            }

            _columns.TryAdd(rename.Table, new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase));
            _columns[rename.Table][rename.Column] = rename.To;
        }
    }

    public DatabaseSchema Run() => new([.. _schema.Tables.Select(Rename)],
        [.. _schema.Objects.Select(Rename).OrderBy(o => o.Name, StringComparer.Ordinal).ThenBy(o => o.Kind)]);

    private TableSchema Rename(TableSchema table)
    {
        var text = MySqlTableText.Parse(table.Sql);
        var own = _columns.GetValueOrDefault(table.Name);
        var renamed = MySqlTableParts.Read(text with
        {
            Name = _tables.GetValueOrDefault(table.Name, table.Name),
            Parts = [.. text.Parts.Select(p => Rename(p, own))],
        });
        return renamed with { Id = table.Id, Columns = [.. renamed.Columns.Select((c, i) => c.As(table.Columns[i]))] };
    }

    private MySqlPart Rename(MySqlPart part, Dictionary<string, string>? own)
    {
        var tokens = MySqlTableParts.Tokens(part.Text);
        var references = part.Kind == MySqlPartKind.ForeignKey ? tokens.FindIndex(t => t.Is("REFERENCES")) : tokens.Count;
        var skip = part.Kind is MySqlPartKind.Column or MySqlPartKind.PrimaryKey ? -1 : tokens.FindIndex(t => t.Kind == MySqlTokenKind.Name);
        var text = part.Text;
        for (var i = tokens.Count - 1; i >= 0; i--)
        {
            if (tokens[i].Kind != MySqlTokenKind.Name || i == skip) continue;
            var other = references < tokens.Count ? _columns.GetValueOrDefault(tokens[references + 1].Value) : null;
            var names = i == references + 1 ? _tables : i > references ? other : own;
            if (names?.GetValueOrDefault(tokens[i].Value) is { } to) text = text[..tokens[i].Start] + MySqlName.Quote(to) + text[tokens[i].End..];
        }

        var columns = part.Columns?.Select(c => own?.GetValueOrDefault(c, c) ?? c).ToList();
        var name = part.Kind == MySqlPartKind.Column ? own?.GetValueOrDefault(part.Name) : null;
        return part with { Name = name ?? part.Name, Text = text, Columns = columns };
    }

    private SchemaObject Rename(SchemaObject item)
    {
        if (item.Kind == SchemaObjectKind.Index)
        {
            var index = Rename(MySqlIndexText.ToPart(item.Sql), _columns.GetValueOrDefault(item.Table!));
            var table = _tables.GetValueOrDefault(item.Table!, item.Table!);
            return new SchemaObject(item.Kind, MySqlName.OfIndex(table, index.Name), table, MySqlIndexText.ToSql(table, index));
        }

        return item with { Table = item.Table is { } owner ? _tables.GetValueOrDefault(owner, owner) : null, Sql = RenameIn(item.Sql, item.Table) };
    }

    /// <summary>Names in a view, trigger or routine: a table where it stands for itself, a column behind its table, or behind NEW and OLD
    /// in the table's trigger.</summary>
    private string RenameIn(string sql, string? owner)
    {
        if (MySqlToken.Cut(sql) is not { } tokens) return sql;
        for (var i = tokens.Count - 1; i >= 0; i--)
        {
            if (!tokens[i].IsName || NewName(tokens, i, owner) is not { } to) continue;
            sql = sql[..tokens[i].Start] + MySqlName.Quote(to) + sql[tokens[i].End..];
        }

        return sql;
    }

    private string? NewName(List<MySqlToken> tokens, int at, string? owner)
    {
        var name = tokens[at].Value;
        var isBehindDot = at > 1 && tokens[at - 1].Is('.');
        if (!isBehindDot) return tokens[at].Kind == MySqlTokenKind.Name || StandsForTable(tokens, at) ? _tables.GetValueOrDefault(name) : null;
        var before = tokens[at - 2];
        var table = owner is not null && (before.Is("NEW") || before.Is("OLD")) ? owner : before.Value;
        return _columns.GetValueOrDefault(table)?.GetValueOrDefault(name);
    }

    /// <summary>Without quotes a word is a table's name only where one must stand, or before a dot.</summary>
    private static bool StandsForTable(List<MySqlToken> tokens, int at) =>
        (at + 1 < tokens.Count && tokens[at + 1].Is('.'))
        || (at > 0 && Array.Exists(["FROM", "JOIN", "INTO", "UPDATE", "TABLE", "ON"], tokens[at - 1].Is));
}
