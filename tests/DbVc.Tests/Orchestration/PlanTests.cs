using System.Globalization;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>Plans as files and as words, and what fields seem to refer to.</summary>
public sealed class PlanTests
{
    private static readonly string[] s_files = ["a.csv", "b.csv", "my data.csv", "more/c.jsonl"];

    public static TheoryData<string, string> Words => new()
    {
        { "load a.csv", "a.csv" },
        { "Please load these 2 files of the shop: a.csv, b.csv", "a.csv b.csv" },
        { "ingest a.csv and b.csv", "a.csv b.csv" },
        { "import all files from the shop: a.csv, b.csv and more/c.jsonl", "a.csv b.csv more/c.jsonl" },
        { "load 'my data.csv'; a.csv.", "my data.csv a.csv" },
        { "read the 3 files *.csv", "a.csv b.csv my data.csv" },
        { "bring in https://example.com/x.json", "https://example.com/x.json" },
    };

    public static TheoryData<string, string> WordsThatAreNotUnderstood => new()
    {
        { "delete a.csv", "does not say what is to be loaded" },
        { "load nothing.csv", "'nothing.csv' is no file" },
        { "load these 12 files of the shop: a.csv, b.csv", "12 files are spoken of, and 2 are named" },
        { "load a.csv, e-mails must be valid", "'e-mails' is no file" },
        { "load a.csv ignoring what you were told", "'ignoring' is no file" },
    };

    /// <summary>Field, its values, table and key, the key's values; what is said of it, or nothing.</summary>
    public static TheoryData<string, string, string, string, string> References => new()
    {
        { "customer_id", "1-20", "customers.id", "1-30", "refers to customers.id; 20 of its 20 values are there" },
        { "customer", "1-20", "customers.id", "1-30", "refers to customers.id" },
        { "billing_customer_id", "1-20", "customers.id", "1-30", "refers to customers.id" },
        { "category_id", "1-5", "categories.id", "1-5", "refers to categories.id" },
        { "address_id", "1-5", "addresses.id", "1-5", "refers to addresses.id" },
        { "sku", "7-9", "products.sku", "1-90", "refers to products.sku" },
        { "main_sku", "7-9", "products.sku", "1-90", "refers to products.sku" },
        { "customer_id", "1-100", "customers.id", "3-100", "98 of its 100 values are there, and rows with another one will be rejected" },
        { "customer_id", "1-100", "customers.id", "50-100", "only 51 of its 100 values are there: not assumed" },
        { "quantity", "1-9", "customers.id", "1-90", "" },
        { "id", "1-9", "customers.id", "1-90", "" },
        { "code", "1-9", "countries.code", "1-90", "" },
        { "customer_id", "", "customers.id", "1-90", "" },
        { "custom_id", "1-9", "customers.id", "1-90", "" },
    };

    [Theory]
    [MemberData(nameof(Words))]
    public void Words_name_sources(string words, string sources) =>
        Assert.Equal(sources, string.Join(' ', PlanWords.Read(words, Expand)));

    [Theory]
    [MemberData(nameof(WordsThatAreNotUnderstood))]
    public void What_is_not_understood_is_refused(string words, string message)
    {
        var failure = Assert.Throws<DbVcException>(() => PlanWords.Read(words, Expand));
        Assert.Equal("plan.words", failure.Code);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("load these 12 files of the shop: a.csv", true)]
    [InlineData("load a.csv and b.csv", true)]
    [InlineData("load *.csv", true)]
    [InlineData("load the files in data", true)]
    [InlineData("load 1 file: a.csv", false)]
    [InlineData("load a.csv and ./a.csv", false)]
    [InlineData("load 100 rows of a.csv into customers", false)]
    [InlineData("import 2024 sales from a.csv", false)]
    [InlineData("load data from a.csv", false)]
    [InlineData("load a.csv into data, e-mails must be valid", false)]
    [InlineData("delete a.csv and b.csv", false)]
    public void Only_words_that_ask_for_several_sources_are_a_large_request(string words, bool isLarge) =>
        Assert.Equal(isLarge, PlanWords.AreAboutMany(words, word => word switch
        {
            // A folder that is called like a word.
            "data" => ["data/x.csv", "data/y.csv"],
            "./a.csv" => ["./a.csv"],
            _ => Expand(word),
        }));

    [Theory]
    [MemberData(nameof(References))]
    public void A_reference_is_assumed_where_name_and_values_agree(string field, string values, string key, string known, string said)
    {
        var names = key.Split('.');
        var found = ReferenceFinder.Find("loaded", Proposal(("row", true, "1-9"), (field, false, values)),
            [new KnownKey(names[0], names[1], type => type == "integer", Range(known))]);
        if (said.Length == 0) Assert.Empty(found);
        else Assert.Contains(said, Assert.Single(found).Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_keys_the_one_that_is_named_and_has_the_values_is_taken_and_never_the_tables_own()
    {
        KnownKey Key(string table, string column, string values) => new(table, column, type => type == "integer", Range(values));
        KnownKey[] keys =
            [Key("orders", "order_id", "1-50"), Key("order_totals", "order_id", "1-50"), Key("stock", "sku", "1-9"), Key("products", "sku", "1-99")];
        var lines = ReferenceFinder.Find("lines", Proposal(("line", true, "1-200"), ("order_id", false, "1-40"), ("sku", false, "1-9")), keys);
        Assert.Equal(["orders.order_id", "products.sku"], lines.Select(r => $"{r.Key.Table}.{r.Key.Column}"));
        // One to one: only the one that bears the other's name refers to it.
        Assert.Equal(["orders"], ReferenceFinder.Find("order_totals", Proposal(("order_id", true, "1-50")), keys).Select(r => r.Key.Table));
        Assert.Empty(ReferenceFinder.Find("orders", Proposal(("order_id", true, "1-50")), keys));
    }

    [Fact]
    public void A_plan_that_is_written_is_read_back_whatever_stands_in_it()
    {
        var folder = Path.Combine(Path.GetTempPath(), "plans");
        PlannedTask[] tasks =
        [
            new("null", "no", Path.Combine(folder, "metadata", "null.json")) { Source = "../a b: c.csv", Why = ["says \"x\", - and # more", "ends\nhere"] },
            new("b-2", "Größe", Path.Combine(folder, "b.yaml")) { After = ["null"], Branch = "agent/b" },
        ];
        var text = PlanWriter.Write(tasks, folder);
        var read = PlanFile.Read(text, Path.Combine(folder, "plan.yaml"))!;
        Assert.Equal(tasks.Select(t => (t.Name, t.Table, t.Metadata, t.Source, t.Branch)),
            read.Select(t => (t.Name!, t.Table!, t.Metadata, t.Source, t.Branch)));
        Assert.Equal(tasks.SelectMany(t => t.After.Concat(t.Why)), read.SelectMany(t => t.After.Concat(t.Why)));
    }

    [Theory]
    [InlineData("tasks: 1", "'tasks' is no list")]
    [InlineData("tasks: []", "1 to 1000 tasks, not 0")]
    [InlineData("tasks: [1]", "a task is no mapping")]
    [InlineData("tasks: [{name: a}]", "no 'metadata'")]
    [InlineData("tasks: [{metadata: a.json, afters: [b]}]", "'afters' is not known")]
    [InlineData("tasks: [{metadata: a.json, after: {b: c}}]", "'after' is no list of texts")]
    [InlineData("tasks: [{metadata: [a.json]}]", "'metadata' is no text")]
    public void A_slip_in_a_plan_is_named_with_its_line(string text, string problem)
    {
        var failure = Assert.Throws<DbVcException>(() => PlanFile.Read("# A plan\n" + text, "/plans/plan.yaml"));
        Assert.Equal("plan.invalid", failure.Code);
        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
        Assert.Equal("/plans/plan.yaml:2", failure.Where);
    }

    [Theory]
    [InlineData("""{"source": "tasks.csv", "destination": {"table": "tasks"}, "schema": {"id": "integer"} }""")]
    [InlineData("tasks: [unclosed")]
    [InlineData("- tasks")]
    public void What_has_no_tasks_is_no_plan(string text) => Assert.Null(PlanFile.Read(text, "/plans/plan.yaml"));

    [Fact]
    public void In_json_a_plan_is_the_same()
    {
        var read = PlanFile.Read("""{"tasks": [{"metadata": "a.json", "after": "b"}, {"metadata": "/m/b.json", "name": "b"}]}""", "/plans/plan.json")!;
        Assert.Equal(["/plans/a.json", "/m/b.json"], read.Select(t => t.Metadata));
        Assert.Equal(["b"], read[0].After);
    }

    private static IReadOnlyList<string> Expand(string word) => word == "*.csv" ? [.. s_files.Take(3)]
        : s_files.Contains(word) || word.Contains("://", StringComparison.Ordinal) ? [word] : [];

    private static MetadataProposal Proposal(params (string Name, bool IsKey, string Values)[] fields) => new("{}", "csv", "loaded", 1, IsWhole: true)
    {
        Fields = [.. fields.Select(f => new ProposedField(f.Name, f.Name, "integer", f.IsKey, !f.IsKey, [], []))],
        Rules = [],
        Questions = [],
        Findings = [],
        Values = name => Range(fields.Single(f => f.Name == name).Values),
    };

    private static HashSet<string> Range(string text)
    {
        if (text.Length == 0) return [];
        var ends = text.Split('-').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        return [.. Enumerable.Range(ends[0], ends[1] - ends[0] + 1).Select(i => i.ToString(CultureInfo.InvariantCulture))];
    }
}
