using System.Globalization;
using Npgsql;

namespace DbVc.Databases;

/// <summary>Sequences: how one is made, and what it handed out.</summary>
internal static class PostgresSequence
{
    /// <summary>Begins <see cref="Model.Column.GeneratedSql"/> of a column that owns its sequence (<c>serial</c>); name and options follow.</summary>
    public const string Owned = "SEQUENCE ";

    private const string HighestSql =
        $"""
        SELECT t.nspname, t.relname, pg_sequence_last_value(s.seqrelid)
        FROM pg_sequence s JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid AND d.refclassid = 'pg_class'::regclass
            AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
          JOIN (SELECT c.oid, c.relname, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE {PostgresCatalogue.UserSchema} AND {PostgresCatalogue.NotOwn}) t ON t.oid = d.refobjid
          JOIN pg_index i ON i.indrelid = t.oid AND i.indisprimary AND i.indnkeyatts = 1 AND i.indkey[0] = d.refobjsubid
        WHERE has_sequence_privilege(s.seqrelid, 'USAGE,SELECT') AND s.seqincrement > 0
        """;

    /// <summary>The last value that the sequence of a table's key handed out; tables whose sequence was never asked are not in it.</summary>
    public static Dictionary<string, long> ReadHighest(PostgresConnection connection)
    {
        var highest = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in connection.Read(HighestSql, row => (
            PostgresName.Join(row.GetString(0), row.GetString(1)), row.IsDBNull(2) ? (long?)null : row.GetInt64(2))))
        {
            if (value is { } last && last >= highest.GetValueOrDefault(name, long.MinValue)) highest[name] = last;
        }

        return highest;
    }

    /// <summary>What a row of the catalogue's query says about a sequence (type, start, increment, bounds, cache, cycle from the third column on) where it
    /// is not what it would be without saying; begins with a space, or is empty.</summary>
    public static string OptionsOf(NpgsqlDataReader row)
    {
        var type = row.GetString(2);
        var (start, step, least, most, cache) = (row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7));
        var (lowest, highest) = type switch
        {
            "smallint" => (short.MinValue, short.MaxValue),
            "integer" => (int.MinValue, int.MaxValue),
            _ => (long.MinValue, long.MaxValue),
        };
        var options = type == "bigint" ? "" : " AS " + type;
        if (start != (step > 0 ? least : most)) options += Option("START WITH", start);
        if (step != 1) options += Option("INCREMENT BY", step);
        if (least != (step > 0 ? 1 : lowest)) options += Option("MINVALUE", least);
        if (most != (step > 0 ? highest : -1)) options += Option("MAXVALUE", most);
        if (cache != 1) options += Option("CACHE", cache);
        return row.GetBoolean(8) ? options + " CYCLE" : options;
    }

    private static string Option(string name, long value) => string.Create(CultureInfo.InvariantCulture, $" {name} {value}");
}
