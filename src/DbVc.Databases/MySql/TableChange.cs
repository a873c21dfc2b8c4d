using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// How one table gets from its definition before to the one after. Between them it may stand in a third, in which the rows are written: columns that go
/// are set aside under another name, where nobody writes to them any more, and rules that the old rows break are still missing.
/// </summary>
internal sealed class MySqlTableChange
{
    private const string AsidePrefix = "_dbvc_old_";

    private readonly TableSchema _before;
    private readonly TableSchema _after;
    private readonly Dictionary<string, string> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _retyped = new(StringComparer.OrdinalIgnoreCase);

    private MySqlTableChange(TableSchema before, TableSchema after, MySqlTableText from, MySqlTableText to)
    {
        (_before, _after, From, To, Between) = (before, after, from, to, to);
        foreach (var column in before.Columns)
        {
            if (after.Columns.FirstOrDefault(c => c.Id == column.Id) is not { } now) continue;
            _names[column.Name] = now.Name;
            if (now.DeclaredType != column.DeclaredType || now.Collation != column.Collation || now.Generated != column.Generated) _retyped.Add(column.Name);
        }
    }

    /// <summary>As the server holds it, with all indexes.</summary>
    public MySqlTableText From { get; }

    /// <summary>As it will hold it.</summary>
    public MySqlTableText To { get; }

    /// <summary>As it is while the rows are written.</summary>
    public MySqlTableText Between { get; private set; }

    /// <summary>Rules of <see cref="To"/> that the rows on the server break, so that they can only come after the new rows.</summary>
    public List<MySqlPart> Deferred { get; } = [];

    public bool HasAside { get; private set; }

    public bool IsRetyped => _retyped.Count > 0;

    public string NameBefore => _before.Name;

    public string NameAfter => _after.Name;

    public static MySqlTableChange Create(MySqlHandle handle, TableSchema before, TableSchema after, MySqlTableText from, MySqlTableText to)
    {
        var change = new MySqlTableChange(before, after, from, to);
        change.SetAside();
        change.Defer(handle);
        return change;
    }

    /// <summary>Where the rows before lie while the new ones are written.</summary>
    public MySqlRowShape ShapeBetween()
    {
        var columns = _before.StoredColumns.ToList();
        var key = _before.PrimaryKey.Select(k => columns.FindIndex(c => MySqlName.AreEqual(c.Name, k)));
        return new MySqlRowShape(_after.Name, [.. columns.Select(NameBetween)], [.. key], [.. columns.Select(c => !_retyped.Contains(c.Name))])
        {
            HasIndex = Between.Parts.Any(p => p.Kind == MySqlPartKind.PrimaryKey),
        };
    }

    /// <summary>The table before under the names that all its parts have meanwhile.</summary>
    public TableSchema SchemaBetween()
    {
        var columns = _before.Columns.Select(c => c with { Name = NameBetween(c) }).ToList();
        return _before with
        {
            Name = _after.Name,
            Columns = columns,
            PrimaryKey = [.. _before.PrimaryKey.Select(k => NameBetween(_before.FindColumn(k)!))],
        };
    }

    /// <summary>Drops what may stand in the way under the old names: foreign keys that go or change.</summary>
    public IEnumerable<MySqlStep> DropForeignKeys() => Alter(From, Without(From, IsChangingKey), Same(From), From.Name);

    public IEnumerable<MySqlStep> Reshape() =>
        Alter(Without(From, IsChangingKey) with { Name = To.Name }, Without(Between, p => IsComingKey(p)), BetweenNames(), To.Name);

    public IEnumerable<MySqlStep> AddForeignKeys() => Alter(Without(Between, p => IsComingKey(p)), Between, Same(Between), To.Name);

    /// <summary>What is left to do when the rows are in.</summary>
    public IEnumerable<MySqlStep> Complete()
    {
        var names = To.Columns.ToDictionary(c => c.Name, c => c.Name, StringComparer.OrdinalIgnoreCase);
        return MySqlAlter.Create(Between, To, names) is { } sql ? [new MySqlStep(new MySqlSubject(null, To.Name), sql, "")] : [];
    }

    private static IEnumerable<MySqlStep> Alter(MySqlTableText old, MySqlTableText now, IReadOnlyDictionary<string, string> names, string table)
    {
        (old, now) = (old with { Name = table }, now with { Name = table });
        if (MySqlAlter.Create(old, now, names) is not { } sql) return [];
        return [new MySqlStep(new MySqlSubject(null, table), sql, MySqlAlter.Create(now, old, names.ToDictionary(n => n.Value, n => n.Key))!)];
    }

    private static MySqlTableText Without(MySqlTableText text, Func<MySqlPart, bool> isLeftOut) =>
        text with { Parts = [.. text.Parts.Where(p => !isLeftOut(p))] };

    private static Dictionary<string, string> Same(MySqlTableText text) => text.Columns.ToDictionary(c => c.Name, c => c.Name);

    private bool IsChangingKey(MySqlPart part) => part.Kind == MySqlPartKind.ForeignKey && !To.Parts.Any(p => p.Text == part.Text);

    private bool IsComingKey(MySqlPart part) => part.Kind == MySqlPartKind.ForeignKey && !From.Parts.Any(p => p.Text == part.Text);

    private Dictionary<string, string> BetweenNames() => From.Columns.Where(c => Between.Columns.Any(b => MySqlName.AreEqual(b.Name, NameOf(c.Name))))
        .ToDictionary(c => c.Name, c => NameOf(c.Name));

    private string NameBetween(Column column) => NameOf(column.Name);

    private string NameOf(string before) => _names.TryGetValue(before, out var name) ? name : AsidePrefix + _before.FindColumn(before)!.Id;

    /// <summary>Columns that go stay until the rows are committed: taking them away cannot be taken back.</summary>
    private void SetAside()
    {
        var parts = Between.Parts.ToList();
        foreach (var column in _before.StoredColumns.Where(c => !_names.ContainsKey(c.Name)))
        {
            var text = From.Columns.First(c => MySqlName.AreEqual(c.Name, column.Name)).Text;
            parts.Insert(parts.FindLastIndex(p => p.Kind == MySqlPartKind.Column) + 1,
                new MySqlPart(MySqlPartKind.Column, NameOf(column.Name), Relax(text, column)));
            HasAside = true;
        }

        Between = Between with { Parts = parts };
    }

    /// <summary>Nobody gives it a value any more, so it must not ask for one.</summary>
    private static string Relax(string text, Column column)
    {
        var top = MySqlTableParts.TopLevel(MySqlTableParts.Tokens(text));
        var words = new List<string> { column.DeclaredType };
        var set = top.FindIndex(t => t.Is("CHARACTER"));
        if (set >= 0) words.Add($"CHARACTER SET {top[set + 2].Value}");
        var collate = top.FindIndex(t => t.Is("COLLATE"));
        if (collate >= 0) words.Add($"COLLATE {top[collate + 1].Value}");
        return string.Join(' ', words) + " NULL DEFAULT NULL";
    }

    private void Defer(MySqlHandle handle)
    {
        var parts = Between.Parts.ToList();
        foreach (var part in To.Parts.Where(IsNewRule).ToList())
        {
            if (Holds(handle, part)) continue;
            Deferred.Add(part);
            if (part.Kind != MySqlPartKind.Column) parts.Remove(part);
            else parts[parts.IndexOf(part)] = part with { Text = Loosen(part.Text) };
        }

        Between = Between with { Parts = parts };
    }

    private bool IsNewRule(MySqlPart part) => part.Kind switch
    {
        MySqlPartKind.Unique or MySqlPartKind.Check => !From.Parts.Any(p => p.Text == part.Text),
        MySqlPartKind.Column => _after.FindColumn(part.Name) is { Nullable: false, Generated: false } now
            && _before.Columns.FirstOrDefault(c => c.Id == now.Id) is { Nullable: true, Generated: false },
        _ => false,
    };

    /// <summary>Whether the rows on the server keep the rule. One on columns that they do not have yet waits for the new rows.</summary>
    private bool Holds(MySqlHandle handle, MySqlPart part)
    {
        var back = _names.ToDictionary(n => n.Value, n => n.Key, StringComparer.OrdinalIgnoreCase);
        var used = part.Kind == MySqlPartKind.Column ? [part.Name]
            : MySqlTableParts.Tokens(part.Text).Where(t => t.Kind == MySqlTokenKind.Name).Select(t => t.Value)
                .Where(n => _after.FindColumn(n) is not null).ToList();
        if (used.Exists(u => !back.ContainsKey(u) || _retyped.Contains(back[u]))) return false;
        return MySqlRule.FindBreaker(handle, From.Name, part, name => back.GetValueOrDefault(name, name)) is null;
    }

    private static string Loosen(string text)
    {
        var tokens = MySqlTableParts.Tokens(text);
        var top = MySqlTableParts.TopLevel(tokens);
        var at = Enumerable.Range(0, top.Count - 1).First(i => top[i].Is("NOT") && top[i + 1].Is("NULL"));
        return text[..top[at].Start] + text[top[at + 1].Start..];
    }
}

/// <summary>Asks whether the rows of a table keep a rule that the table does not have yet.</summary>
internal static class MySqlRule
{
    /// <summary>A row that breaks the rule, in words; null if none does.</summary>
    /// <param name="handle">In its transaction.</param>
    /// <param name="table">Where the rows are.</param>
    /// <param name="part">A unique key, a check, or a column that shall not be NULL.</param>
    /// <param name="nameOf">What a column is called at this moment.</param>
    public static string? FindBreaker(MySqlHandle handle, string table, MySqlPart part, Func<string, string> nameOf)
    {
        var name = MySqlName.Quote(table);
        if (part.Kind == MySqlPartKind.Column) return Ask($"SELECT 'NULL' FROM {name} WHERE {MySqlName.Quote(nameOf(part.Name))} IS NULL LIMIT 1");
        if (part.Kind == MySqlPartKind.Check)
        {
            var tokens = MySqlTableParts.Tokens(part.Text);
            var check = tokens.FindIndex(t => t.Is("CHECK"));
            var expression = part.Text[tokens[check + 1].Start..];
            foreach (var token in tokens.Skip(check + 1).Where(t => t.Kind == MySqlTokenKind.Name).Reverse())
            {
                var at = token.Start - tokens[check + 1].Start;
                expression = expression[..at] + MySqlName.Quote(nameOf(token.Value)) + expression[(at + token.End - token.Start)..];
            }

            return Ask($"SELECT 'a row' FROM {name} WHERE NOT {expression} LIMIT 1");
        }

        if (part.Columns is not { } columns) return null;
        var list = columns.Select(c => MySqlName.Quote(nameOf(c))).ToList();
        return Ask($"SELECT concat_ws(', ', {string.Join(", ", list)}) FROM {name} WHERE {string.Join(" AND ", list.Select(c => c + " IS NOT NULL"))} "
            + $"GROUP BY {string.Join(", ", list)} HAVING count(*) > 1 LIMIT 1");

        string? Ask(string sql) => handle.ReadText(sql);
    }
}
