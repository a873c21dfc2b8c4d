using System.Globalization;
using System.Text;

namespace DbVc.Benchmarks;

/// <summary>Made-up orders, the same on every machine: 10 columns, about 110 bytes a row, 3 % of the rows bad; as CSV and as JSON Lines.</summary>
internal static class Orders
{
    public const string TableSql = """
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT NOT NULL, email TEXT NOT NULL, country TEXT, status TEXT, quantity INTEGER,
            price REAL, discount REAL, ordered_at TEXT, note TEXT);
        """;

    /// <summary>For the same rows on PostgreSQL.</summary>
    public const string PostgresSql = """
        CREATE TABLE orders (id bigint PRIMARY KEY, customer text NOT NULL, email text NOT NULL, country text, status text, quantity bigint,
            price double precision, discount double precision, ordered_at timestamp, note text)
        """;

    private static readonly string[] s_columns = ["id", "customer", "email", "country", "status", "quantity", "price", "discount", "ordered_at", "note"];
    private static readonly int[] s_numbers = [0, 5, 6, 7];
    private static readonly string[] s_names = ["Alexandra Schneider", "Bogdan Kowalski", "Christine Fernández", "Dmitri Papadopoulos", "Elena O'Brien"];
    private static readonly string[] s_countries = ["de", "PL", "es", "GR", "SE", "ie", "JP", "CH", "PT"];
    private static readonly string[] s_statuses = ["new", "Paid", "shipped", "returned"];
    private static readonly string[] s_notes = ["", "leave at the  door", "call before", "gift wrap, no   invoice", "as last time"];

    /// <summary>10 rules and 6 operations.</summary>
    public static string Metadata(string source) => $$"""
        {
          "source": "{{source}}",
          "destination": {"table": "orders"},
          "schema": {
            "id": {"type": "integer", "primary_key": true, "nullable": false},
            "customer": {"type": "string", "nullable": false},
            "email": {"type": "string", "nullable": false},
            "country": {"type": "string"},
            "status": {"type": "string"},
            "quantity": {"type": "integer"},
            "price": {"type": "float"},
            "discount": {"type": "float"},
            "ordered_at": {"type": "timestamp"},
            "note": {"type": "string"}
          },
          "preprocessing": [
            {"field": "customer", "operations": ["trim"]},
            {"field": "email", "operations": ["trim", "lowercase"]},
            {"field": "country", "operations": ["uppercase"]},
            {"field": "status", "operations": ["lowercase"]},
            {"field": "note", "operations": ["collapse_whitespace"]}
          ],
          "validations": [
            {"field": "email", "rule": "must_be_valid_email"},
            {"field": "customer", "rule": "length", "min": 1, "max": 60},
            {"field": "country", "rule": "one_of", "values": ["DE", "PL", "ES", "GR", "SE", "IE", "JP", "CH", "PT"]},
            {"field": "status", "rule": "one_of", "values": ["new", "paid", "shipped", "returned"]},
            {"field": "quantity", "rule": "range", "min": 1, "max": 1000},
            {"field": "price", "rule": "positive"},
            {"field": "discount", "rule": "range", "min": 0, "max": 0.9},
            "ordered_at must not be before 2015-01-01",
            {"field": "note", "rule": "length", "max": 200},
            {"rule": "no_duplicates", "fields": ["id"]}
          ]
        }
        """;

    /// <summary>Writes <c>orders.csv</c> and <c>orders.jsonl</c> of so many rows, the metadata of both, and <c>distinct.csv</c>, in which no key comes twice:
    /// a shell would stop at it.</summary>
    public static void Write(Bench bench)
    {
        using (var csv = Open(bench.PathOf("orders.csv")))
        using (var distinct = Open(bench.PathOf("distinct.csv")))
        using (var json = Open(bench.PathOf("orders.jsonl")))
        {
            var random = new Random(20260102);
            csv.WriteLine(Csv(s_columns));
            distinct.WriteLine(Csv(s_columns));
            for (var id = 1; id <= bench.Rows; id++)
            {
                var row = NextRow(id, random);
                csv.WriteLine(Csv(row));
                json.WriteLine("{" + string.Join(',', row.Select((c, i) => $"\"{s_columns[i]}\":{(s_numbers.Contains(i) ? c : $"\"{c}\"")}")) + "}");
                distinct.WriteLine(Csv([Number(id), .. row.Skip(1)]));
            }
        }

        File.WriteAllText(bench.PathOf("csv.json"), Metadata("orders.csv"));
        File.WriteAllText(bench.PathOf("jsonl.json"), Metadata("orders.jsonl"));
    }

    private static StreamWriter Open(string path) => new(path, false, new UTF8Encoding(false), 1 << 20) { NewLine = "\n" };

    private static string[] NextRow(int id, Random random)
    {
        var flaw = random.Next(1000);
        var email = $"person{id}.{random.Next(100_000)}@example{random.Next(50)}.com";
        if (flaw is >= 30 and < 60) email = " " + email.ToUpperInvariant();
        if (flaw < 10) email = email.Replace('@', '#');
        var quantity = flaw is >= 10 and < 20 ? 5000 : random.Next(1, 40);
        var country = flaw is >= 20 and < 25 ? "XX" : Any(s_countries);
        var key = flaw is >= 25 and < 30 && id > 1 ? random.Next(1, id) : id;
        var at = new DateTime(2020, 1, 1).AddSeconds(random.Next(180_000_000)).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        return [Number(key), Any(s_names), email, country, Any(s_statuses), Number(quantity), Number(random.Next(1, 100_000) / 100.0),
            Number(random.Next(0, 60) / 100.0), at, Any(s_notes)];

        string Any(string[] values) => values[random.Next(values.Length)];
    }

    private static string Csv(string[] row) => string.Join(',', row.Select(c => c.Contains(',') ? $"\"{c}\"" : c));

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);
}
