namespace DbVc.Databases;

/// <summary>An index as a part of its table's statement, and as a statement of its own.</summary>
internal static class MySqlIndexText
{
    public static string ToSql(string table, MySqlPart index)
    {
        var tokens = MySqlTableParts.Tokens(index.Text);
        var name = tokens.FindIndex(t => t.Kind == MySqlTokenKind.Name);
        var kind = tokens[0].Is("KEY") ? "" : tokens[0].Value.ToUpperInvariant() + " ";
        return $"CREATE {kind}INDEX {MySqlName.Quote(index.Name)} ON {MySqlName.Quote(table)} {index.Text[tokens[name + 1].Start..]}";
    }

    /// <summary>The part that a statement of <see cref="ToSql"/> stands for.</summary>
    public static MySqlPart ToPart(string sql)
    {
        var tokens = MySqlTableParts.Tokens(sql);
        var on = tokens.FindIndex(t => t.Is("ON"));
        var kind = tokens[1].Is("INDEX") ? "" : tokens[1].Value.ToUpperInvariant() + " ";
        var name = tokens[on - 1].Value;
        var isUnique = kind == "UNIQUE ";
        return new MySqlPart(isUnique ? MySqlPartKind.Unique : MySqlPartKind.Index, name, $"{kind}KEY {MySqlName.Quote(name)} {sql[tokens[on + 2].Start..]}",
            MySqlTableText.ColumnsAt(tokens, on + 2));
    }
}
