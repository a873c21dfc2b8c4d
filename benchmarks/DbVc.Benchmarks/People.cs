using System.Globalization;
using System.Text;

namespace DbVc.Benchmarks;

/// <summary>A file of made-up people, the same on every machine: 7 columns, about 90 bytes a row.</summary>
internal static class People
{
    public const int Count = 1_000_000;

    public const string TableSql = """
        CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, age INTEGER, city TEXT, score REAL, created_at TEXT);
        """;

    public const string Metadata = """
        {
          "source": "people.csv",
          "destination": {"table": "people"},
          "schema": {
            "id": {"type": "integer", "primary_key": true, "nullable": false},
            "name": {"type": "string", "nullable": false},
            "email": {"type": "string", "nullable": false},
            "age": {"type": "integer", "nullable": true},
            "city": {"type": "string", "nullable": true},
            "score": {"type": "float", "nullable": true},
            "created_at": {"type": "timestamp", "nullable": true}
          },
          "validations": [
            {"field": "email", "rule": "must_be_valid_email"},
            {"field": "age", "rule": "range", "min": 0, "max": 120},
            {"field": "score", "rule": "range", "min": 0, "max": 1000},
            {"rule": "no_duplicates", "fields": ["id"]}
          ],
          "preprocessing": [
            {"field": "email", "operations": ["trim", "lowercase"]}
          ]
        }
        """;

    private static readonly string[] s_firstNames = ["Alexandra", "Bogdan", "Christine", "Dmitri", "Elena", "François", "Gabriella", "Håkon"];
    private static readonly string[] s_lastNames = ["Schneider", "Kowalski", "Fernández", "Papadopoulos", "Lindqvist", "O'Brien", "Yamamoto"];
    private static readonly string[] s_cities = ["Berlin", "Kraków", "Barcelona", "Thessaloniki", "Göteborg", "Galway", "Yokohama", "Bern", "Porto"];

    /// <summary>Writes a source. Flawed: 2 % of the e-mails need cleaning, 1 % are bad, 1 % of the ages are out of range,
    /// 1 % are missing, 0.5 % of the ids come twice.</summary>
    public static void Write(string path, bool flawed)
    {
        var random = new Random(20260101);
        using var writer = new StreamWriter(path, false, new UTF8Encoding(false), 1 << 20) { NewLine = "\n" };
        writer.WriteLine("id,name,email,age,city,score,created_at");
        var start = new DateTime(2020, 1, 1);
        for (var id = 1; id <= Count; id++)
        {
            var flaw = flawed ? random.Next(1000) : 999;
            var (first, last) = (s_firstNames[random.Next(s_firstNames.Length)], s_lastNames[random.Next(s_lastNames.Length)]);
            var email = $"person{id}.{random.Next(100_000)}@example{random.Next(50)}.com";
            if (flaw < 20) email = "  " + email.ToUpperInvariant();
            else if (flaw < 30) email = email.Replace('@', '#');
            var age = flaw is >= 30 and < 40 ? "400" : flaw is >= 40 and < 50 ? "" : random.Next(18, 95).ToString(CultureInfo.InvariantCulture);
            var key = flaw is >= 50 and < 55 && id > 1 ? random.Next(1, id) : id;
            var created = start.AddSeconds(random.Next(180_000_000));
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{key},{first} {last},{email},{age},{s_cities[random.Next(s_cities.Length)]},{random.Next(100_000) / 100.0},{created:yyyy-MM-dd HH:mm:ss}"));
        }
    }
}
