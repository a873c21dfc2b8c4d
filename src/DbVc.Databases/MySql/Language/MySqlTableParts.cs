using DbVc.Model;

namespace DbVc.Databases;

/// <summary>The neutral form of a table, out of its statement.</summary>
internal static class MySqlTableParts
{
    /// <summary>Words that end a column's type, or stand between its parts.</summary>
    private static readonly string[] TypeSuffixes = ["unsigned", "zerofill"];

    public static TableSchema Read(MySqlTableText text)
    {
        var columns = text.Columns.Select(ReadColumn).ToList();
        var key = text.Parts.FirstOrDefault(p => p.Kind == MySqlPartKind.PrimaryKey)?.Columns ?? [];
        return new TableSchema
        {
            Name = text.Name,
            Columns = columns,
            PrimaryKey = key,
            ForeignKeys = [.. text.Parts.Where(p => p.Kind == MySqlPartKind.ForeignKey).Select(ReadForeignKey)],
            Uniques = [.. text.Parts.Where(p => p is { Kind: MySqlPartKind.Unique, Columns: not null }).Select(p => p.Columns!)
                .OrderBy(c => string.Join('\0', c), StringComparer.Ordinal)],
            Constraints = [.. text.Parts.Select(ReadConstraint).Where(c => c is not null).Select(c => c!)],
            Options = text.Options.Length == 0 ? [] : [text.Options],
            Sql = text.ToString(),
            AllocatesKeys = key.Count == 1 && text.Columns.Any(c => MySqlName.AreEqual(c.Name, key[0]) && Allocates(c.Text)),
        };
    }

    public static bool Allocates(string definition) => Tokens(definition).Exists(t => t.Is("AUTO_INCREMENT"));

    private static Column ReadColumn(MySqlPart part)
    {
        var tokens = Tokens(part.Text);
        var typeEnd = 1;
        if (typeEnd < tokens.Count && tokens[typeEnd].Is('(')) typeEnd = EndOfParentheses(tokens, typeEnd);
        while (typeEnd < tokens.Count && Array.Exists(TypeSuffixes, tokens[typeEnd].Is)) typeEnd++;
        var top = TopLevel(tokens);
        var generated = top.FindIndex(t => t.Is("GENERATED"));
        return new Column
        {
            Id = 0,
            Name = part.Name,
            DeclaredType = part.Text[tokens[0].Start..tokens[typeEnd - 1].End],
            Nullable = !Follows(top, "NOT", "NULL"),
            DefaultSql = generated >= 0 ? null : ReadDefault(part.Text, tokens),
            Collation = ReadCollation(top),
            Generated = generated >= 0,
            GeneratedSql = generated < 0 ? null : part.Text[top[generated].Start..],
        };
    }

    private static string? ReadCollation(List<MySqlToken> top)
    {
        var collate = top.FindIndex(t => t.Is("COLLATE"));
        if (collate >= 0 && collate + 1 < top.Count) return top[collate + 1].Value;
        var set = top.FindIndex(t => t.Is("SET"));
        return set > 0 && top[set - 1].Is("CHARACTER") && set + 1 < top.Count ? top[set + 1].Value : null;
    }

    /// <summary>The expression behind DEFAULT; null without one, and where it says NULL, which a column has anyway.</summary>
    private static string? ReadDefault(string text, List<MySqlToken> tokens)
    {
        var depth = 0;
        for (var i = 0; i < tokens.Count; i++)
        {
            if (tokens[i].Is('(')) depth++;
            else if (tokens[i].Is(')')) depth--;
            else if (depth == 0 && tokens[i].Is("DEFAULT")) return ReadDefault(text, tokens, i + 1);
        }

        return null;
    }

    private static string? ReadDefault(string text, List<MySqlToken> tokens, int start)
    {
        if (tokens[start].Is("NULL")) return null;
        var end = start + 1;
        if (tokens[start].Is('(')) end = EndOfParentheses(tokens, start);
        else if (tokens[start].Kind == MySqlTokenKind.Symbol || (tokens[start].Kind == MySqlTokenKind.Word && end < tokens.Count
            && tokens[end].Kind == MySqlTokenKind.Text && tokens[end].Start == tokens[start].End)) end++;
        else if (end < tokens.Count && tokens[end].Is('(')) end = EndOfParentheses(tokens, end);
        while (end + 1 < tokens.Count && tokens[end].Is('.')) end += 2;
        return text[tokens[start].Start..tokens[end - 1].End];
    }

    private static ForeignKey ReadForeignKey(MySqlPart part)
    {
        var tokens = Tokens(part.Text);
        var references = tokens.FindIndex(t => t.Is("REFERENCES"));
        return new ForeignKey
        {
            Columns = part.Columns!,
            ReferencedTable = tokens[references + (tokens[references + 2].Is('.') ? 3 : 1)].Value,
            ReferencedColumns = MySqlTableText.ColumnsAt(tokens, tokens.FindIndex(references, t => t.Is('(')))!,
            OnDelete = ReadAction(tokens, "DELETE"),
            OnUpdate = ReadAction(tokens, "UPDATE"),
        };
    }

    private static string ReadAction(List<MySqlToken> tokens, string of)
    {
        var on = Enumerable.Range(0, tokens.Count - 1).FirstOrDefault(i => tokens[i].Is("ON") && tokens[i + 1].Is(of), -1);
        if (on < 0 || on + 2 >= tokens.Count) return "NO ACTION";
        var action = tokens[on + 2].Value.ToUpperInvariant();
        return action is "SET" or "NO" ? $"{action} {tokens[on + 3].Value.ToUpperInvariant()}" : action;
    }

    private static TableConstraint? ReadConstraint(MySqlPart part) => part.Kind switch
    {
        MySqlPartKind.PrimaryKey => new TableConstraint { Kind = ConstraintKind.PrimaryKey, Columns = part.Columns!, Sql = part.Text },
        MySqlPartKind.Unique => new TableConstraint { Kind = ConstraintKind.Unique, Name = part.Name, Columns = part.Columns ?? [], Sql = part.Text },
        MySqlPartKind.ForeignKey => new TableConstraint { Kind = ConstraintKind.ForeignKey, Name = part.Name, Columns = part.Columns!, Sql = part.Text },
        MySqlPartKind.Check => new TableConstraint { Kind = ConstraintKind.Check, Name = part.Name, Sql = part.Text },
        _ => null,
    };

    internal static List<MySqlToken> Tokens(string text) => MySqlToken.Cut(text) ?? throw new FormatException("A quote or comment has no end.");

    internal static List<MySqlToken> TopLevel(List<MySqlToken> tokens)
    {
        var depth = 0;
        return tokens.FindAll(t =>
        {
            if (t.Is(')')) depth--;
            var isTop = depth == 0;
            if (t.Is('(')) depth++;
            return isTop;
        });
    }

    private static bool Follows(List<MySqlToken> tokens, string first, string second) =>
        Enumerable.Range(0, Math.Max(0, tokens.Count - 1)).Any(i => tokens[i].Is(first) && tokens[i + 1].Is(second));

    private static int EndOfParentheses(List<MySqlToken> tokens, int open)
    {
        var depth = 0;
        for (var i = open; i < tokens.Count; i++)
        {
            if (tokens[i].Is('(')) depth++;
            else if (tokens[i].Is(')') && --depth == 0) return i + 1;
        }

        throw new FormatException("A parenthesis has no end.");
    }
}
