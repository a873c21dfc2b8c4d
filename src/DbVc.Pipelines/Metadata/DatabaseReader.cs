namespace DbVc.Pipelines;

/// <summary>Reads what <c>source</c> says about another database.</summary>
internal sealed class DatabaseReader(ProblemList problems, JsonValue source)
{
    public static readonly string[] Members = ["table"];

    private static readonly string[] s_engines = ["postgres", "postgresql", "mysql", "mariadb"];

    public DatabaseSpec? Read(JsonValue at, string location)
    {
        var where = CheckLocation(at, location);
        var (table, query) = (problems.Text(source, "table"), problems.Text(source, "query"));
        if (source.Find("table") is null && source.Find("query") is null)
        {
            problems.Add(source, "A database has many tables: 'table' or 'query' is missing.", "write \"table\": \"users\" or \"query\": \"SELECT …\".");
        }
        else if (source.Find("table") is not null && source.Find("query") is { } again)
        {
            problems.Add(again, "Both 'table' and 'query' are given; one is enough.");
        }

        return where && (table ?? query) is not null
            ? new DatabaseSpec(location)
            {
                Table = table,
                Query = query,
                Increment = new IncrementReader(problems).Read(source.Find("incremental"), isApi: false),
                Limits = FetchLimitsReader.Read(problems, source, "megabytes", "seconds"),
            }
            : null;
    }

    private bool CheckLocation(JsonValue at, string text)
    {
        var end = text.IndexOf("://", StringComparison.Ordinal);
        if (end < 0) return true;
        if (!s_engines.Contains(text[..end].ToLowerInvariant()))
        {
            problems.Add(at, "The location of a database must be a SQLite file, postgres://USER@HOST/DATABASE or mysql://USER@HOST/DATABASE.");
            return false;
        }

        if (!HoldsPassword(text[(end + 3)..])) return true;
        // Whatever stands there is not repeated.
        problems.Add(at, "The location holds a password, and secrets do not stand in metadata.",
            "write USER:${NAME}@HOST and set the variable NAME, or add ?password_file=PATH.");
        return false;
    }

    private static bool HoldsPassword(string rest)
    {
        var login = rest.LastIndexOf('@') is var end and >= 0 ? rest[..end] : "";
        var typed = login.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0 ? login[(colon + 1)..] : "";
        var options = rest.Split('?', 2) is [_, var query] ? query.Split('&') : [];
        var option = options.FirstOrDefault(o => o.StartsWith("password=", StringComparison.OrdinalIgnoreCase))?["password=".Length..] ?? "";
        return new[] { typed, option }.Any(secret => secret.Length > 0 && !new SecretText(secret).IsVariable);
    }
}
