
namespace DbVc.Databases;

/// <summary>Writes the ALTER TABLE that turns one definition of a table into another.</summary>
internal sealed class MySqlAlter
{
    private readonly MySqlTableText _from;
    private readonly MySqlTableText _to;
    private readonly Dictionary<string, string> _names;
    private readonly List<string> _clauses = [];

    private MySqlAlter(MySqlTableText from, MySqlTableText to, IReadOnlyDictionary<string, string> names)
    {
        (_from, _to) = (from, to);
        _names = names.ToDictionary(n => n.Key, n => n.Value, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Null if the definitions are the same but for the table's name.</summary>
    /// <param name="from">What is.</param>
    /// <param name="to">What shall be; the table's name is that of this one.</param>
    /// <param name="names">For each column that stays, what it was called and what it is called.</param>
    public static string? Create(MySqlTableText from, MySqlTableText to, IReadOnlyDictionary<string, string> names) => new MySqlAlter(from, to, names).Write();

    private string? Write()
    {
        DropConstraints();
        ChangeColumns();
        AddConstraints();
        var tail = ChangeOptions();
        if (_clauses.Count == 0 && tail.Length == 0) return null;
        return $"ALTER TABLE {MySqlName.Quote(_to.Name)} {string.Join(", ", _clauses)}{tail}";
    }

    private void DropConstraints()
    {
        foreach (var part in _from.Constraints.Where(c => !_to.Constraints.Contains(c, SameText.Instance)))
        {
            _clauses.Add(part.Kind == MySqlPartKind.ForeignKey ? $"DROP FOREIGN KEY {MySqlName.Quote(part.Name)}"
                : $"DROP CONSTRAINT {MySqlName.Quote(part.Name)}");
        }

        foreach (var key in _from.Keys.Where(k => !_to.Keys.Any(t => t.Text == Renamed(k))))
        {
            _clauses.Add(key.Kind == MySqlPartKind.PrimaryKey ? "DROP PRIMARY KEY" : $"DROP KEY {MySqlName.Quote(key.Name)}");
        }
    }

    private void AddConstraints()
    {
        var kept = _from.Keys.Select(Renamed).ToHashSet();
        foreach (var key in _to.Keys.Where(k => !kept.Contains(k.Text))) _clauses.Add("ADD " + key.Text);
        foreach (var part in _to.Constraints.Where(c => !_from.Constraints.Contains(c, SameText.Instance))) _clauses.Add("ADD " + part.Text);
    }

    private void ChangeColumns()
    {
        var stay = _from.Columns.Where(c => _names.ContainsKey(c.Name)).ToList();
        foreach (var gone in _from.Columns.Except(stay)) _clauses.Add($"DROP COLUMN {MySqlName.Quote(gone.Name)}");
        var order = stay.ConvertAll(c => _names[c.Name]);
        var hasNewSet = CharacterSetOf(_from.Options) != CharacterSetOf(_to.Options);
        var place = " FIRST";
        foreach (var (i, column) in _to.Columns.Index())
        {
            var old = stay.Find(c => MySqlName.AreEqual(_names[c.Name], column.Name));
            if (old is null)
            {
                _clauses.Add($"ADD COLUMN {column.Clause}{place}");
                order.Insert(Math.Min(i, order.Count), column.Name);
            }
            else
            {
                var isMoved = !MySqlName.AreEqual(order[i], column.Name);
                if (isMoved)
                {
                    order.RemoveAll(n => MySqlName.AreEqual(n, column.Name));
                    order.Insert(i, column.Name);
                }

                if (isMoved || old.Name != column.Name || old.Text != column.Text || (hasNewSet && TakesTableSet(column)))
                {
                    _clauses.Add($"CHANGE COLUMN {MySqlName.Quote(old.Name)} {column.Clause}{(isMoved ? place : "")}");
                }
            }

            place = $" AFTER {MySqlName.Quote(column.Name)}";
        }
    }

    private string ChangeOptions()
    {
        var ((from, fromPartitions), (to, toPartitions)) = (SplitOptions(_from.Options), SplitOptions(_to.Options));
        if (from != to)
        {
            if (HasOption(from, "COMMENT") && !HasOption(to, "COMMENT")) to += " COMMENT=''";
            if (HasOption(from, "ROW_FORMAT") && !HasOption(to, "ROW_FORMAT")) to += " ROW_FORMAT=DEFAULT";
            _clauses.Add(to);
        }

        if (fromPartitions == toPartitions) return "";
        return toPartitions.Length > 0 ? " " + toPartitions : " REMOVE PARTITIONING";
    }

    /// <summary>The key as it reads once the columns have their new names, which the server gives it by itself.</summary>
    private string Renamed(MySqlPart key)
    {
        var tokens = MySqlTableParts.Tokens(key.Text);
        var skip = key.Kind == MySqlPartKind.PrimaryKey ? 0 : 1;
        var text = key.Text;
        foreach (var token in tokens.Where(t => t.Kind == MySqlTokenKind.Name).Skip(skip).Reverse())
        {
            if (_names.TryGetValue(token.Value, out var name)) text = text[..token.Start] + MySqlName.Quote(name) + text[token.End..];
        }

        return text;
    }

    private static (string Options, string Partitions) SplitOptions(string options)
    {
        var at = MySqlTableParts.Tokens(options).Find(t => t.Is("PARTITION"));
        return at.Value is null ? (options, "") : (options[..at.Start].TrimEnd(), options[at.Start..]);
    }

    private static bool HasOption(string options, string name) => MySqlTableParts.Tokens(options).Exists(t => t.Is(name));

    private static string CharacterSetOf(string options)
    {
        var tokens = MySqlTableParts.Tokens(options);
        return string.Join(' ', tokens.Index().Where(t => t.Item.Is("CHARSET") || t.Item.Is("COLLATE"))
            .Select(t => tokens[Math.Min(t.Index + 2, tokens.Count - 1)].Value));
    }

    /// <summary>A text column that says no character set has the table's.</summary>
    private static bool TakesTableSet(MySqlPart column)
    {
        var top = MySqlTableParts.TopLevel(MySqlTableParts.Tokens(column.Text));
        string[] texts = ["char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"];
        return Array.Exists(texts, top[0].Is) && !top.Exists(t => t.Is("COLLATE") || t.Is("CHARACTER"));
    }

    private sealed class SameText : IEqualityComparer<MySqlPart>
    {
        public static SameText Instance { get; } = new();

        public bool Equals(MySqlPart? before, MySqlPart? after) => before!.Text == after!.Text;

        public int GetHashCode(MySqlPart part) => part.Text.GetHashCode(StringComparison.Ordinal);
    }
}
