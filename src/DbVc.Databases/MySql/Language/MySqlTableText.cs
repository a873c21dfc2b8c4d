using System.Text;

namespace DbVc.Databases;

/// <summary>What a part of a CREATE TABLE statement defines.</summary>
internal enum MySqlPartKind
{
    Column,
    PrimaryKey,
    Unique,
    Index,
    ForeignKey,
    Check,
}

/// <summary>One part of a CREATE TABLE statement.</summary>
/// <param name="Kind">What it defines.</param>
/// <param name="Name">The column's, key's or constraint's; empty for the primary key.</param>
/// <param name="Text">The whole part as it is written; for a column what follows its name.</param>
/// <param name="Columns">Of a key or foreign key, in order; null where an expression stands among them.</param>
internal sealed record MySqlPart(MySqlPartKind Kind, string Name, string Text, IReadOnlyList<string>? Columns = null)
{
    /// <summary>As it stands in the statement.</summary>
    public string Clause => Kind == MySqlPartKind.Column ? $"{MySqlName.Quote(Name)} {Text}" : Text;
}

/// <summary>A CREATE TABLE statement taken apart, in the form in which SHOW CREATE TABLE gives it.</summary>
internal sealed record MySqlTableText(string Name, IReadOnlyList<MySqlPart> Parts, string Options)
{
    public IEnumerable<MySqlPart> Columns => Parts.Where(p => p.Kind == MySqlPartKind.Column);

    public IEnumerable<MySqlPart> Keys => Parts.Where(p => p.Kind is MySqlPartKind.PrimaryKey or MySqlPartKind.Unique or MySqlPartKind.Index);

    public IEnumerable<MySqlPart> Constraints => Parts.Where(p => p.Kind is MySqlPartKind.ForeignKey or MySqlPartKind.Check);

    /// <summary>Throws <see cref="FormatException"/> for what is no such statement.</summary>
    public static MySqlTableText Parse(string sql)
    {
        var tokens = MySqlToken.Cut(sql) ?? throw new FormatException("A quote or comment has no end.");
        if (tokens.Count < 5 || !tokens[0].Is("CREATE") || !tokens[1].Is("TABLE") || !tokens[3].Is('(')) throw new FormatException("Not a CREATE TABLE.");
        var parts = new List<MySqlPart>();
        var (depth, first) = (0, 4);
        for (var i = 4; i < tokens.Count; i++)
        {
            if (depth == 0 && (tokens[i].Is(',') || tokens[i].Is(')')))
            {
                parts.Add(ParsePart(sql, tokens[first..i]));
                first = i + 1;
                if (tokens[i].Is(')')) return new MySqlTableText(tokens[2].Value, parts, WithoutCounter(sql, tokens[first..]));
            }
            else if (tokens[i].Is('('))
            {
                depth++;
            }
            else if (tokens[i].Is(')'))
            {
                depth--;
            }
        }

        throw new FormatException("The statement ends early.");
    }

    /// <summary>The statement, in the layout of SHOW CREATE TABLE.</summary>
    public override string ToString()
    {
        var text = new StringBuilder($"CREATE TABLE {MySqlName.Quote(Name)} (\n  ");
        text.AppendJoin(",\n  ", Parts.Select(p => p.Clause)).Append("\n)");
        if (Options.Length > 0) text.Append(' ').Append(Options);
        return text.ToString();
    }

    /// <summary>With an index more, where SHOW CREATE TABLE would show it: behind the last key, before the constraints.</summary>
    public MySqlTableText With(MySqlPart index)
    {
        var parts = Parts.ToList();
        parts.Insert(Columns.Count() + Keys.Count(), index);
        return this with { Parts = parts };
    }

    /// <summary>The index without which a foreign key of the table cannot be; such ones belong to the table's own definition.</summary>
    public bool Needs(MySqlPart index) => index.Columns is { } columns && Constraints.Any(c =>
        c.Kind == MySqlPartKind.ForeignKey && Serves(columns, c.Columns!)
        && !Keys.TakeWhile(k => !ReferenceEquals(k, index)).Any(k => k.Columns is { } earlier && Serves(earlier, c.Columns!)));

    private static bool Serves(IReadOnlyList<string> index, IReadOnlyList<string> key) =>
        index.Count >= key.Count && key.All(k => index.Take(key.Count).Contains(k, StringComparer.OrdinalIgnoreCase));

    private static MySqlPart ParsePart(string sql, List<MySqlToken> tokens)
    {
        if (tokens.Count == 0) throw new FormatException("A part is empty.");
        var text = sql[tokens[0].Start..tokens[^1].End];
        if (tokens[0].Kind == MySqlTokenKind.Name)
        {
            return new MySqlPart(MySqlPartKind.Column, tokens[0].Value, tokens.Count == 1 ? "" : sql[tokens[1].Start..tokens[^1].End]);
        }

        if (tokens[0].Is("PRIMARY")) return new MySqlPart(MySqlPartKind.PrimaryKey, "", text, ColumnsAt(tokens, 2));
        if (tokens[0].Is("CONSTRAINT"))
        {
            var kind = tokens[2].Is("FOREIGN") ? MySqlPartKind.ForeignKey : MySqlPartKind.Check;
            return new MySqlPart(kind, tokens[1].Value, text, kind == MySqlPartKind.ForeignKey ? ColumnsAt(tokens, 4) : null);
        }

        var name = tokens.FindIndex(t => t.Kind == MySqlTokenKind.Name);
        if (name < 0 || !tokens[name - 1].Is("KEY")) throw new FormatException($"Not understood: {text}");
        return new MySqlPart(tokens[0].Is("UNIQUE") ? MySqlPartKind.Unique : MySqlPartKind.Index, tokens[name].Value, text, ColumnsAt(tokens, name + 1));
    }

    /// <summary>The names in the parentheses that open here.</summary>
    internal static IReadOnlyList<string>? ColumnsAt(List<MySqlToken> tokens, int open)
    {
        var columns = new List<string>();
        var depth = 0;
        for (var i = open; i < tokens.Count; i++)
        {
            if (tokens[i].Is('(')) depth++;
            else if (tokens[i].Is(')') && --depth == 0) return columns;
            else if (depth == 1 && tokens[i].Kind == MySqlTokenKind.Name) columns.Add(tokens[i].Value);
            else if (depth > 1 && tokens[i].Kind == MySqlTokenKind.Name) return null;
        }

        return null;
    }

    /// <summary>The counter of AUTO_INCREMENT is data, no definition.</summary>
    private static string WithoutCounter(string sql, List<MySqlToken> tokens)
    {
        if (tokens.Count == 0) return "";
        var counter = tokens.FindIndex(t => t.Is("AUTO_INCREMENT"));
        if (counter < 0) return sql[tokens[0].Start..tokens[^1].End];
        var before = counter == 0 ? "" : sql[tokens[0].Start..tokens[counter - 1].End];
        var after = counter + 3 < tokens.Count ? sql[tokens[counter + 3].Start..tokens[^1].End] : "";
        return before.Length == 0 ? after : after.Length == 0 ? before : before + " " + after;
    }
}
