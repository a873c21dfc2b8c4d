namespace DbVc.Databases;

/// <summary>Moves over the tokens of a definition. Whatever is not as expected is a <see cref="FormatException"/>.</summary>
internal sealed class SqlTokenReader(string sql, List<SqlToken> tokens)
{
    private static readonly SqlToken End = new(SqlTokenKind.Symbol, 0, 0, "");

    public int Position { get; private set; }

    public bool AtEnd => Position == tokens.Count;

    public bool IsName => Current.IsName;

    private SqlToken Current => AtEnd ? End : tokens[Position];

    public static FormatException NotUnderstood() => new("The definition is not understood.");

    public bool Is(string word) => Current.IsWord(word);

    public bool Is(string word, string next) => Is(word) && Position + 1 < tokens.Count && tokens[Position + 1].IsWord(next);

    public bool IsSymbol(char symbol) => Current.IsSymbol(symbol);

    public bool Take(string word) => Advance(Is(word));

    public bool Take(char symbol) => Advance(IsSymbol(symbol));

    public void Skip()
    {
        if (!Advance(!AtEnd)) throw NotUnderstood();
    }

    public void Expect(string word)
    {
        if (!Take(word)) throw NotUnderstood();
    }

    public void Expect(char symbol)
    {
        if (!Take(symbol)) throw NotUnderstood();
    }

    public string Name()
    {
        var name = Current;
        return Advance(name.IsName) ? name.Value : throw NotUnderstood();
    }

    /// <summary>The text from a position to the last token that was taken.</summary>
    public string TextSince(int position) => sql[tokens[position].Start..tokens[Position - 1].End];

    /// <summary>Skips an opening parenthesis and all up to the one that closes it.</summary>
    public void Parentheses()
    {
        Expect('(');
        for (var depth = 1; depth > 0; Skip())
        {
            if (IsSymbol('(')) depth++;
            else if (IsSymbol(')')) depth--;
        }
    }

    /// <summary>Names in parentheses.</summary>
    public List<string> Names()
    {
        var names = new List<string>();
        Expect('(');
        do
        {
            names.Add(Name());
        }
        while (Take(','));
        Expect(')');
        return names;
    }

    /// <summary>Columns in parentheses, each with collation and order, the last with AUTOINCREMENT.</summary>
    public List<string> IndexedColumns()
    {
        var names = new List<string>();
        Expect('(');
        do
        {
            names.Add(Name());
            if (Take("COLLATE")) Name();
            if (!Take("ASC")) Take("DESC");
            Take("AUTOINCREMENT");
        }
        while (Take(','));
        Expect(')');
        return names;
    }

    public void OnConflict()
    {
        if (!Is("ON", "CONFLICT")) return;
        Expect("ON");
        Expect("CONFLICT");
        Name();
    }

    /// <summary>REFERENCES with all that may follow it.</summary>
    public void References()
    {
        Expect("REFERENCES");
        Name();
        if (IsSymbol('(')) Names();
        while (true)
        {
            if (Take("ON"))
            {
                Name();
                if (!Take("NO")) TakeAction();
                else Expect("ACTION");
            }
            else if (Take("MATCH")) Name();
            else if (Is("DEFERRABLE") || Is("NOT", "DEFERRABLE"))
            {
                Take("NOT");
                Expect("DEFERRABLE");
                if (Take("INITIALLY")) Name();
            }
            else return;
        }
    }

    private void TakeAction()
    {
        if (Take("SET")) Name();
        else if (!Take("CASCADE")) Expect("RESTRICT");
    }

    private bool Advance(bool condition)
    {
        if (condition) Position++;
        return condition;
    }
}
