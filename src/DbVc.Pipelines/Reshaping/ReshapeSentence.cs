namespace DbVc.Pipelines;

/// <summary>
/// Reads English that means a step of <c>reshape</c>, as the object that says the same: what is in it is then checked as if it had been written so. Columns
/// are named by the source, so any word may be one; names with blanks, commas or words of the sentence go into backticks.
/// </summary>
internal sealed class ReshapeSentence
{
    /// <summary>Every form, for people. <c>A, B</c> are columns.</summary>
    public static IReadOnlyList<string> Forms { get; } =
    [
        "sort by A as number descending, B", "forward fill A, B by C", "backward fill A by C", "fill A with mean by C", "fill A with median",
        "fill A with mode", "unpivot A, B into C and D", "unpivot all but A, B into C and D", "pivot A and B into C, D by E", "deduplicate by A, B",
        "deduplicate by A keep last", "deduplicate by A keep newest by B as date", "sample 100 rows with seed 7", "sample 5 % with seed 7",
    ];

    private static readonly HashSet<string> s_words = new(StringComparer.OrdinalIgnoreCase)
    {
        "by", "and", "into", "with", "keep", "as", "ascending", "descending", "asc", "desc", "rows", "records", "seed", "all", "but",
    };

    private readonly List<string> _tokens;
    private readonly JsonValue _object;
    private int _at;

    private ReshapeSentence(JsonValue sentence, List<string> tokens) =>
        (_object, _tokens) = (new JsonValue(JsonKind.Object, sentence.Path, sentence.Line, sentence.Column), tokens);

    /// <summary>The object; null where the sentence has none of the forms.</summary>
    public static JsonValue? Parse(JsonValue sentence)
    {
        var reader = new ReshapeSentence(sentence, Split(sentence.Text));
        return reader.Read() && reader._at == reader._tokens.Count ? reader._object : null;
    }

    private bool Read()
    {
        if (Take("sort")) return (Take("records") || Take("rows") || true) && Put("operation", "sort") && Take("by") && Orders();
        if (Take("unpivot") || Take("melt")) return Unpivot();
        if (Take("pivot")) return Pivot();
        if (Take("sample")) return Sample();
        if (Take("deduplicate") || (Take("remove") && Take("duplicates"))) return Deduplicate();
        if (Take("forward") || Take("ffill")) return (Take("fill") || true) && Fill("ffill");
        if (Take("backward") || Take("bfill")) return (Take("fill") || true) && Fill("bfill");
        return Take("fill") && Columns("columns") && Take("with") && Put("operation", "fill") && Method() && Groups();
    }

    private bool Unpivot() => Put("operation", "unpivot") && (Take("all") ? Take("but") && Columns("keep") : Columns("columns"))
        && Take("into") && Column("name_column") && Take("and") && Column("value_column");

    private bool Pivot() => Put("operation", "pivot") && Column("name_column") && Take("and") && Column("value_column")
        && Take("into") && Columns("columns") && Take("by") && Columns("keys");

    private bool Fill(string method) => Put("operation", "fill") && Columns("columns") && Put("method", method) && Groups();

    private bool Method() => new[] { "mean", "median", "mode" }.FirstOrDefault(Take) is { } method && Put("method", method);

    private bool Groups() => !Take("by") || Columns("by");

    private bool Deduplicate()
    {
        Put("operation", "deduplicate");
        if (Take("by") && !Columns("keys")) return false;
        if (!Take("keep")) return true;
        if (Take("first")) return Put("keep", "first");
        if (Take("last")) return Put("keep", "last");
        return Take("newest") && Put("keep", "newest") && Take("by") && Order() is { } order && Put("by", order);
    }

    private bool Sample()
    {
        Put("operation", "sample");
        if (Number() is not { } amount) return false;
        if (Take("%"))
        {
            if (!decimal.TryParse(amount, System.Globalization.CultureInfo.InvariantCulture, out var percent)) return false;
            Put("share", Value(JsonKind.Number, (percent / 100).ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }
        else if (Take("rows") || Take("records"))
        {
            Put("rows", Value(JsonKind.Number, amount));
        }
        else
        {
            return false;
        }

        return !Take("with") || (Take("seed") && Number() is { } seed && Put("seed", Value(JsonKind.Number, seed)));
    }

    private bool Orders()
    {
        var list = Value(JsonKind.Array, "");
        do
        {
            if (Order() is not { } order) return false;
            list.Items.Add(order);
        }
        while (Take(",") || Take("and"));
        return Put("by", list);
    }

    private JsonValue? Order()
    {
        if (Name() is not { } column) return null;
        var order = Value(JsonKind.Object, "");
        Add(order, "column", Value(JsonKind.String, column));
        if (Take("as"))
        {
            if (new[] { "text", "number", "date", "timestamp" }.FirstOrDefault(Take) is not { } kind) return null;
            Add(order, "as", Value(JsonKind.String, kind));
        }

        if (Take("descending") || Take("desc")) Add(order, "direction", Value(JsonKind.String, "descending"));
        else _ = Take("ascending") || Take("asc");
        return order;
    }

    private bool Columns(string member)
    {
        var list = Value(JsonKind.Array, "");
        do
        {
            if (Name() is not { } name) return false;
            list.Items.Add(Value(JsonKind.String, name));
        }
        while (Take(",") || Take("and"));
        return Put(member, list);
    }

    private bool Column(string member) => Name() is { } name && Put(member, name);

    private string? Name()
    {
        if (_at >= _tokens.Count) return null;
        var token = _tokens[_at];
        if (token[0] != '`' && (s_words.Contains(token) || token is "," or "%")) return null;
        _at++;
        return token.Trim('`');
    }

    private string? Number() => _at < _tokens.Count && _tokens[_at].All(c => char.IsAsciiDigit(c) || c == '.') ? _tokens[_at++] : null;

    private bool Take(string word)
    {
        if (_at >= _tokens.Count || !_tokens[_at].Equals(word, StringComparison.OrdinalIgnoreCase)) return false;
        _at++;
        return true;
    }

    private bool Put(string member, string text) => Put(member, Value(JsonKind.String, text));

    private bool Put(string member, JsonValue value)
    {
        Add(_object, member, value);
        return true;
    }

    private static void Add(JsonValue to, string member, JsonValue value) => to.Members.Add(new JsonMember(member, value));

    private JsonValue Value(JsonKind kind, string text) => new(kind, _object.Path, _object.Line, _object.Column) { Text = text };

    /// <summary>Words, names in backticks, commas and the sign of per cent.</summary>
    private static List<string> Split(string sentence)
    {
        var tokens = new List<string>();
        for (var at = 0; at < sentence.Length;)
        {
            if (char.IsWhiteSpace(sentence[at]) || (sentence[at] == '.' && at == sentence.Length - 1))
            {
                at++;
                continue;
            }

            var end = at + 1;
            if (sentence[at] == '`') end = sentence.IndexOf('`', at + 1) is var close && close < 0 ? sentence.Length : close + 1;
            else if (sentence[at] is not (',' or '%'))
            {
                while (end < sentence.Length && !char.IsWhiteSpace(sentence[end]) && sentence[end] is not (',' or '%' or '`')) end++;
            }

            var token = sentence[at..end];
            if (token.EndsWith('.') && end == sentence.Length && token[0] != '`') token = token[..^1];
            tokens.Add(token);
            at = end;
        }

        return tokens;
    }
}
