using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// Takes a CREATE TABLE statement apart: columns, constraints, options, each with its own text. Careful rather than clever: what it does not
/// understand for certain it does not take apart at all.
/// </summary>
internal sealed class TableParser
{
    private static readonly string[] TableConstraintWords = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];

    private readonly SqlTokenReader _tokens;
    private readonly List<ColumnText> _columns = [];
    private readonly List<TableConstraint> _constraints = [];

    private TableParser(SqlTokenReader tokens) => _tokens = tokens;

    /// <summary>Null if the statement is not understood.</summary>
    public static TableText? Parse(string sql)
    {
        if (SqlTokens.Cut(sql) is not { } tokens) return null;
        try
        {
            return new TableParser(new SqlTokenReader(sql, tokens)).ParseTable();
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private TableText ParseTable()
    {
        _tokens.Expect("CREATE");
        if (!_tokens.Take("TEMP")) _tokens.Take("TEMPORARY");
        _tokens.Expect("TABLE");
        if (_tokens.Take("IF"))
        {
            _tokens.Expect("NOT");
            _tokens.Expect("EXISTS");
        }

        var name = _tokens.Name();
        if (_tokens.Take('.')) name = _tokens.Name();
        _tokens.Expect('(');
        do
        {
            if (IsTableConstraint()) ParseTableConstraints();
            else if (_constraints.Exists(c => c.Column is null)) throw SqlTokenReader.NotUnderstood();
            else new ColumnParser(_tokens, _columns, _constraints).Parse();
        }
        while (_tokens.Take(','));
        _tokens.Expect(')');
        return new TableText(name, _columns, _constraints, ParseOptions());
    }

    private bool IsTableConstraint() => Array.Exists(TableConstraintWords, word => _tokens.Is(word));

    /// <summary>SQLite does not insist on commas between them.</summary>
    private void ParseTableConstraints()
    {
        do
        {
            ParseTableConstraint();
        }
        while (IsTableConstraint());
    }

    private void ParseTableConstraint()
    {
        var start = _tokens.Position;
        var name = _tokens.Take("CONSTRAINT") ? _tokens.Name() : null;
        IReadOnlyList<string> columns = [];
        ConstraintKind kind;
        if (_tokens.Take("PRIMARY"))
        {
            _tokens.Expect("KEY");
            (kind, columns) = (ConstraintKind.PrimaryKey, _tokens.IndexedColumns());
            _tokens.OnConflict();
        }
        else if (_tokens.Take("UNIQUE"))
        {
            (kind, columns) = (ConstraintKind.Unique, _tokens.IndexedColumns());
            _tokens.OnConflict();
        }
        else if (_tokens.Take("CHECK"))
        {
            kind = ConstraintKind.Check;
            _tokens.Parentheses();
            _tokens.OnConflict();
        }
        else
        {
            _tokens.Expect("FOREIGN");
            _tokens.Expect("KEY");
            (kind, columns) = (ConstraintKind.ForeignKey, _tokens.Names());
            _tokens.References();
        }

        _constraints.Add(new TableConstraint { Kind = kind, Name = name, Columns = columns, Sql = _tokens.TextSince(start) });
    }

    private List<string> ParseOptions()
    {
        var options = new List<string>();
        while (!_tokens.AtEnd)
        {
            if (options.Count > 0) _tokens.Expect(',');
            if (_tokens.Take("WITHOUT"))
            {
                _tokens.Expect("ROWID");
                options.Add("WITHOUT ROWID");
            }
            else
            {
                _tokens.Expect("STRICT");
                options.Add("STRICT");
            }
        }

        return options;
    }
}
