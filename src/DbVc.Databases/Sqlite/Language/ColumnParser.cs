using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Takes one column's definition apart; its clauses may stand in any order.</summary>
internal sealed class ColumnParser(SqlTokenReader tokens, List<ColumnText> columns, List<TableConstraint> constraints)
{
    /// <summary>Words that end a column's type.</summary>
    private static readonly string[] ClauseWords =
        ["CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE", "REFERENCES", "AS", "DEFERRABLE"];

    public void Parse()
    {
        var start = tokens.Position;
        var name = tokens.Name();
        SkipType();
        var found = new List<TableConstraint>();
        var column = new ColumnText(name, "");
        while (ParseClause(column, found))
        {
        }

        columns.Add(column with { Sql = tokens.TextSince(start) });
        constraints.AddRange(found);
    }

    private void SkipType()
    {
        while (tokens.IsName && !Array.Exists(ClauseWords, word => tokens.Is(word)) && !tokens.Is("GENERATED", "ALWAYS")) tokens.Skip();
        if (tokens.IsSymbol('(')) tokens.Parentheses();
    }

    /// <summary>False at the end of the column.</summary>
    private bool ParseClause(ColumnText column, List<TableConstraint> found)
    {
        var start = tokens.Position;
        var name = tokens.Take("CONSTRAINT") ? tokens.Name() : null;
        if (tokens.Take("DEFAULT"))
        {
            SkipDefault();
            column.Default = tokens.TextSince(start);
        }
        else if (tokens.Take("NULL")) tokens.OnConflict();
        else if (tokens.Take("NOT"))
        {
            tokens.Expect("NULL");
            tokens.OnConflict();
            column.NotNull = tokens.TextSince(start);
        }
        else if (tokens.Take("COLLATE"))
        {
            tokens.Name();
            column.Collate = tokens.TextSince(start);
        }
        else if (tokens.Is("GENERATED") || tokens.Is("AS"))
        {
            SkipGenerated();
            column.Generated = tokens.TextSince(start);
        }
        else if (ParseConstraint() is { } kind)
        {
            IReadOnlyList<string> about = kind == ConstraintKind.Check ? [] : [column.Name];
            found.Add(new TableConstraint { Kind = kind, Name = name, Columns = about, Column = column.Name, Sql = tokens.TextSince(start) });
        }
        else return name is null ? false : throw SqlTokenReader.NotUnderstood();

        return true;
    }

    private ConstraintKind? ParseConstraint()
    {
        if (tokens.Take("PRIMARY"))
        {
            tokens.Expect("KEY");
            if (!tokens.Take("ASC")) tokens.Take("DESC");
            tokens.OnConflict();
            tokens.Take("AUTOINCREMENT");
            return ConstraintKind.PrimaryKey;
        }

        if (tokens.Take("UNIQUE"))
        {
            tokens.OnConflict();
            return ConstraintKind.Unique;
        }

        if (tokens.Take("CHECK"))
        {
            tokens.Parentheses();
            tokens.OnConflict();
            return ConstraintKind.Check;
        }

        if (!tokens.Is("REFERENCES")) return null;
        tokens.References();
        return ConstraintKind.ForeignKey;
    }

    private void SkipDefault()
    {
        if (tokens.IsSymbol('('))
        {
            tokens.Parentheses();
            return;
        }

        if (!tokens.Take('+')) tokens.Take('-');
        tokens.Skip();
    }

    private void SkipGenerated()
    {
        if (tokens.Take("GENERATED")) tokens.Expect("ALWAYS");
        tokens.Expect("AS");
        tokens.Parentheses();
        if (!tokens.Take("STORED")) tokens.Take("VIRTUAL");
    }
}
