using System.Text;

namespace DbVc.SystemTests;

/// <summary>Sources that are not what their metadata says.</summary>
internal static class FaultyData
{
    private const string Kind = "data: not what the metadata says";

    public static IEnumerable<Fault> All =>
    [
        Field("addresses without an at sign", "email", v => v.Replace("@", "", StringComparison.Ordinal)),
        Field("addresses are missing", "email", _ => ""),
        Field("quantities of 0", "quantity", _ => "0"),
        Field("quantities in another unit", "quantity", v => v + "000"),
        Field("words in place of quantities", "quantity", _ => "N/A"),
        Field("quantities with decimals", "quantity", v => v + ".5"),
        Field("negative prices", "price", v => "-" + v),
        Field("prices with a decimal comma", "price", v => "\"" + v.Replace('.', ',') + "\""),
        Field("prices with a currency", "price", v => "€" + v),
        Field("prices with three decimals", "price", v => v + "5"),
        Field("prices out of range", "price", v => "9" + v.PadLeft(9, '9')),
        Field("unknown countries", "country", _ => "XX"),
        Field("countries in words", "country", _ => "Germany"),
        Field("customers that are not there", "customer_id", _ => "999"),
        Field("numbers as spreadsheets write them", "id", v => v + "E+05"),
        Field("names that are too long", "first_name", v => v + new string('x', 41)),
        Field("dates with day and month first", "delivered_on", _ => "31/12/2026"),
        Field("days that are not in the calendar", "delivered_on", _ => "2026-02-30"),
        Field("delivered before ordered", "delivered_on", _ => "2026-01-01"),
        Field("times in seconds since 1970", "ordered_at", _ => "1774000000"),
        Field("times without a day", "ordered_at", _ => "08:00"),
        Field("an unquoted comma", "last_name", v => v + ", jr."),
        Field("letters that cannot be seen", "note", _ => "bell\u0001",
            7).Unseen("Nothing in the metadata forbids such characters in a note; the rule `printable` would."),
        Whole("records come twice", b => b.Source += b.Source[(b.Source.IndexOf('\n', StringComparison.Ordinal) + 1)..]),
        Whole("all of one customer at one moment", b =>
        {
            b.EditField("email", 1, _ => "a@example.org");
            b.EditField("ordered_at", 1, _ => "2026-03-01T08:00:00Z");
        }),
        Whole("half of the records are missing", b => b.Source = string.Concat(b.Source.Split('\n').Take(150).Select(l => l + "\n"))),
        Whole("the file is cut off", b => b.Source = b.Source[..(b.Source.Length / 2)]),
        Whole("a quote that is never closed", b => b.EditRecords((n, line) => n == 20 ? line.Replace(",First", ",\"First",
            StringComparison.Ordinal) : line.Replace("\"", "", StringComparison.Ordinal))),
        Whole("a mean that cannot be", b => b.EditField("quantity", 1, _ => "1")),
        Whole("another encoding", b => b.Recode(Encoding.Latin1)),
        Whole("two columns under each other's name", b => b.Source = b.Source.Replace("quantity,price", "price,quantity", StringComparison.Ordinal)),
        Unread("UTF-16", b => b.Recode(Encoding.Unicode)),
        Unread("a column has another name", b => b.Source = b.Source.Replace("email,", "e-mail,", StringComparison.Ordinal)),
        Unread("a column is missing", b => b.EditRecords((_, line) => line)) with { Seed = b =>
            b.Source = string.Concat(b.Source.TrimEnd('\n').Split('\n').Select(l => l[..l.LastIndexOf(',')] + "\n")) },
        Unread("no header", b => b.Source = b.Source[(b.Source.IndexOf('\n', StringComparison.Ordinal) + 1)..]),
        Unread("nothing", b => b.Source = ""),
        new("data: not what the metadata says", "a header and nothing else", "integration", b => b.Source = b.Source[..(b.Source.IndexOf('\n',
            StringComparison.Ordinal) + 1)]),
        Unread("semicolons", b => b.Source = b.Source.Replace(',', ';')),
        Unread("a page that says there was an error", b => b.Source = "<html><body><h1>502 Bad Gateway</h1></body></html>\n"),
        Unread("JSON", b => b.Source = "[{\"id\": 1}, {\"id\": 2}]\n"),
        Whole("names of other people", b => b.Source = b.Source.Replace("first_name,last_name", "last_name,first_name", StringComparison.Ordinal))
            .Unseen("First and last names are texts without a rule; only a person can tell one from the other."),
        Whole("all times an hour late", b => b.EditField("ordered_at", 1, v => v.Replace("T08:", "T09:", StringComparison.Ordinal)))
            .Unseen("Each of them is a time that could be; a rule about opening hours, or about the newest of them, would see it."),
    ];

    private static Fault Field(string name, string field, Func<string, string> change, int every = 10) =>
        new(Kind, name, "data quality", branch => branch.EditField(field, every, change));

    private static Fault Whole(string name, Action<SeededBranch> seed) => new(Kind, name, "data quality", seed);

    private static Fault Unread(string name, Action<SeededBranch> seed) => new("data: cannot be read", name, Fault.Start, seed);
}
