namespace DbVc.Databases;

/// <summary>What a <see cref="SqlToken"/> is.</summary>
internal enum SqlTokenKind
{
    /// <summary>A keyword or a name without quotes.</summary>
    Word,

    /// <summary>A name in double quotes, grave accents or square brackets.</summary>
    Quoted,

    /// <summary>A text in single quotes; where SQLite wants a name it takes it for one.</summary>
    Text,

    Number,

    /// <summary>Bytes, as in <c>x'00'</c>.</summary>
    Blob,

    Symbol,
}

/// <summary>The smallest piece of SQL text.</summary>
/// <param name="Start">Where it begins in the text.</param>
/// <param name="End">Behind its last character.</param>
/// <param name="Value">As written; for a quoted name or text what the quotes mean.</param>
internal readonly record struct SqlToken(SqlTokenKind Kind, int Start, int End, string Value)
{
    /// <summary>True where SQLite takes it for a name.</summary>
    public bool IsName => Kind is SqlTokenKind.Word or SqlTokenKind.Quoted or SqlTokenKind.Text;

    public bool IsWord(string keyword) => Kind == SqlTokenKind.Word && SqliteName.AreEqual(Value, keyword);

    public bool IsSymbol(char symbol) => Kind == SqlTokenKind.Symbol && Value.Length == 1 && Value[0] == symbol;
}
