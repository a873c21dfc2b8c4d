using System.Globalization;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Turns the text of a query's cells into values, as reading a table gives them.</summary>
internal readonly record struct PostgresOutput(PostgresReading Reading)
{
    public static PostgresOutput For(string type) => new(PostgresTypes.ReadingOf(type));

    /// <summary>The names of types by their numbers.</summary>
    public static Dictionary<uint, string> ReadTypeNames(PostgresConnection connection, IEnumerable<uint> types)
    {
        var wanted = types.Distinct().ToList();
        var list = string.Join(',', wanted.Select(t => t.ToString(CultureInfo.InvariantCulture)));
        return connection.Read("SELECT t, format_type(t::oid, NULL) FROM unnest(string_to_array($1, ',')) t",
            row => (row.GetString(0), row.GetString(1)), list).ToDictionary(t => uint.Parse(t.Item1, CultureInfo.InvariantCulture), t => t.Item2);
    }

    public Value Read(string text) => Reading switch
    {
        PostgresReading.Int16 or PostgresReading.Int32 or PostgresReading.Int64 => Value.Integer(long.Parse(text, CultureInfo.InvariantCulture)),
        PostgresReading.Float4 => Value.Real(ReadFloat(text, t => float.Parse(t, CultureInfo.InvariantCulture))),
        PostgresReading.Float8 => Value.Real(ReadFloat(text, t => double.Parse(t, CultureInfo.InvariantCulture))),
        PostgresReading.Bytes => Value.Blob(Convert.FromHexString(text.AsSpan(2))),
        PostgresReading.Boolean => Value.Text(text == "t" ? "true" : "false"),
        _ => Value.Text(text),
    };

    private static double ReadFloat(string text, Func<string, double> parse) => text switch
    {
        "Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => parse(text),
    };
}
