using System.Text;
using DbVc.Model;
using Npgsql;

namespace DbVc.Databases;

/// <summary>How a database keeps and sorts text. A copy that differs in it would sort, fold case and find doubles differently.</summary>
/// <param name="Encoding">As the server calls it.</param>
/// <param name="Collate">LC_COLLATE.</param>
/// <param name="CType">LC_CTYPE.</param>
/// <param name="Provider"><c>c</c> libc, <c>i</c> ICU, <c>b</c> builtin; null before PostgreSQL 15.</param>
/// <param name="Name">The provider's own locale; null for libc.</param>
/// <param name="Rules">ICU's additional rules.</param>
internal sealed record PostgresLocale(string Encoding, string Collate, string CType, string? Provider, string? Name, string? Rules)
{
    private const int FirstWithProviders = 15;

    /// <summary>The extensions in schema public, which columns may have types of.</summary>
    public IReadOnlyList<string> Extensions { get; private init; } = [];

    public static PostgresLocale Read(PostgresAddress address)
    {
        using var connection = PostgresConnection.Open(address);
        var extensions = connection.Read(
            "SELECT extname FROM pg_extension WHERE extnamespace = 'public'::regnamespace ORDER BY oid", row => row.GetString(0));
        // Which columns there are depends on the version.
        var locale = connection.Read(
            """
            SELECT pg_encoding_to_char(encoding), datcollate, datctype, to_jsonb(d)->>'datlocprovider',
              coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale'), to_jsonb(d)->>'daticurules'
            FROM pg_database d WHERE datname = current_database()
            """, row => new PostgresLocale(row.GetString(0), row.GetString(1), row.GetString(2), Text(row, 3), Text(row, 4), Text(row, 5)))[0];
        return locale with { Extensions = extensions };
    }

    /// <summary>Installs what the live database has. What this role may not install stays out: only a table that needs it cannot be made then.</summary>
    public void Extend(PostgresAddress address)
    {
        if (Extensions.Count == 0) return;
        using var connection = PostgresConnection.Open(address);
        foreach (var name in Extensions)
        {
            try
            {
                connection.Execute($"CREATE EXTENSION IF NOT EXISTS {PostgresName.Quote(name)} SCHEMA public");
            }
            catch (DbVcException failure) when (failure.InnerException is PostgresException)
            {
                // Its absence is told where it is missed.
            }
        }
    }

    /// <summary>For <c>CREATE DATABASE … TEMPLATE template0</c>.</summary>
    public string Options(int version)
    {
        var sql = new StringBuilder($"ENCODING {PostgresName.Literal(Encoding)} LC_COLLATE {PostgresName.Literal(Collate)}"
            + $" LC_CTYPE {PostgresName.Literal(CType)}");
        if (version < FirstWithProviders && Provider is null or "c") return sql.ToString();
        sql.Append(" LOCALE_PROVIDER ").Append(Provider switch { "i" => "icu ICU_LOCALE ", "b" => "builtin BUILTIN_LOCALE ", _ => "libc" });
        if (Provider is "i" or "b") sql.Append(PostgresName.Literal(Name ?? ""));
        if (Rules is not null) sql.Append(" ICU_RULES ").Append(PostgresName.Literal(Rules));
        return sql.ToString();
    }

    /// <summary>Says what to do where a server does not know this locale: another one would not do.</summary>
    public void Guard(PostgresAddress address, Action create)
    {
        try
        {
            create();
        }
        catch (DbVcException failure) when (failure.InnerException is PostgresException { SqlState: "42809" or "22023" or "0A000" or "42601" or "42704" } why)
        {
            throw new DbVcException(FailureKind.Failed, "branches.locale",
                $"The server for private databases cannot sort text as the live database does ({Name ?? Collate}): {why.MessageText}.", address.Display,
                "Install the locale there, or name another server: db-vc config set branches.server …", failure);
        }
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
