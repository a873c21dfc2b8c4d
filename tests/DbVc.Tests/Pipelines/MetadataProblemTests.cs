using DbVc.Model;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

public sealed class MetadataProblemTests
{
    private const string Schema = "\"schema\": {\"id\": \"integer\", \"email\": \"string\", \"age\": \"integer\", \"on\": \"date\"}";

    private const string Into = "\"source\": \"a.csv\", \"destination\": {\"table\": \"t\",";

    /// <summary>A wrong file, the path of its one problem, and parts of the text in order, separated by "…".</summary>
    public static TheoryData<string, string, string> Wrong => new()
    {
        { "", "$", "empty" },
        { "  \n ", "$", "empty" },
        { "\uFEFF{}", "$", "byte order mark" },
        { "{", "$", "no valid JSON" },
        { "{\"source\": \"a.csv\",}", "$", "no valid JSON" },
        { "{'source': 1}", "$", "no valid JSON" },
        { "// comment\n{}", "$", "no valid JSON" },
        { "[]", "$", "must be an object, not a list" },
        { "{\"source\": \"\\ud800\"}", "$", "half a surrogate pair" },
        { $"{{{Schema}}}", "$", "'source' is missing" },
        { "{\"source\": \"a.csv\"}", "$", "'schema' is missing" },
        { $"{{\"source\": 5, {Schema}}}", "$.source", "must be a location or an object, not a number" },
        { $"{{\"source\": \"\", {Schema}}}", "$.source", "is empty" },
        { $"{{\"source\": \"users\", {Schema}}}", "$.source", "cannot be told from its name…\"type\": \"csv\"" },
        { $"{{\"source\": {{\"type\": \"cvs\", \"location\": \"x\"}}, {Schema}}}", "$.source.type", "no source type…did you mean 'csv'?" },
        { $"{{\"source\": {{\"type\": \"csv\"}}, \"destination\": \"t\", {Schema}}}", "$.source", "'location' is missing" },
        { $"{{\"source\": {{\"location\": \"a.csv\", \"encoding\": \"utf-9\"}}, {Schema}}}", "$.source.encoding", "not supported…did you mean 'utf-8'?" },
        { $"{{\"source\": {{\"location\": \"a.csv\", \"encoding\": \"utf-32-le-x\"}}, {Schema}}}", "$.source.encoding", "supported: utf-8" },
        { $"{{\"source\": {{\"location\": \"a.csv\", \"delimiter\": \"||\"}}, {Schema}}}", "$.source.delimiter", "one ASCII character" },
        { $"{{\"source\": {{\"location\": \"a.csv\", \"delimiter\": \"\"}}, {Schema}}}", "$.source.delimiter", "one ASCII character" },
        { $"{{\"source\": {{\"location\": \"a.csv\", \"header\": \"yes\"}}, {Schema}}}", "$.source.header", "must be true or false, not a text" },
        { $"{{\"source\": {{\"location\": \"a.csv\", \"quote\": \"''\"}}, {Schema}}}", "$.source.quote", "one ASCII character and no line break, or none" },
        { $"{{\"source\": {{\"location\": \"a.csv\", \"quote\": \",\"}}, {Schema}}}", "$.source", "must be different characters" },
        { $"{{\"source\": {{\"location\": \"a.csv\", \"comment\": 5}}, {Schema}}}", "$.source.comment", "must be a text, not a number" },
        { $"{{\"source\": {{\"location\": \"a.csv\", \"skip_rows\": -1}}, {Schema}}}", "$.source.skip_rows", "whole number from 0" },
        { $"{{\"source\": {{\"location\": \"a.csv\", \"skip\": 1, \"skip_rows\": 1}}, {Schema}}}", "$.source.skip", "one is enough" },
        { $"{{\"source\": {{\"location\": \"a.csv\", \"footer\": true}}, {Schema}}}", "$.source.footer", "how many lines at the end" },
        { $"{{\"source\": {{\"location\": \"a.csv\", \"decimal\": \";\"}}, {Schema}}}", "$.source.decimal", "must be one of" },
        { $"{{\"source\": {{\"location\": \"a.csv\", \"decimal\": \",\", \"thousands\": \",\"}}, {Schema}}}", "$.source.thousands", "different" },
        { $"{{\"source\": {{\"location\": \"a.csv\", \"records\": \"x\"}}, {Schema}}}", "$.source.records", "for sources of type json" },
        { $"{{\"source\": {{\"location\": \"a.json\", \"delimiter\": \";\"}}, {Schema}}}", "$.source.delimiter", "for sources of type csv" },
        { $"{{\"source\": {{\"location\": \"a.json\", \"records\": \"a[0]\"}}, {Schema}}}", "$.source.records", "no path of names…data.items" },
        { $"{{\"source\": {{\"location\": \"a.json\", \"explode\": \"a..b\"}}, {Schema}}}", "$.source.explode", "no path in a record" },
        { "{\"source\": \"a.json\", \"schema\": {\"a[x]\": \"string\"}}", "$.schema['a[x]']", "no path in a JSON record…address.city" },
        { $"{{\"source\": {{\"location\": \"a.csv\", \"null_tokens\": \"NA\"}}, {Schema}}}", "$.source.null_tokens", "list of texts" },
        { $"{{\"source\": {{\"location\": \"a.csv\", \"encodign\": \"utf-8\"}}, {Schema}}}", "$.source.encodign", "not known here…did you mean 'encoding'?" },
        { $"{{\"sourcee\": 1, \"source\": \"a.csv\", {Schema}}}", "$.sourcee", "did you mean 'source'?" },
        { $"{{\"validation_treshold\": 0.9, \"source\": \"a.csv\", {Schema}}}", "$.validation_treshold",
            "did you mean 'validation_threshold' in 'test_data'?" },
        { $"{{\"sheet\": \"a\", \"source\": \"a.csv\", {Schema}}}", "$.sheet", "did you mean 'sheet' in 'source'?" },
        { $"{{\"zzz\": \"a\", \"source\": \"a.csv\", {Schema}}}", "$.zzz", "known: task_id" },
        { $"{{\"source\": \"a.csv\", \"source\": \"b.csv\", {Schema}}}", "$.source", "given twice, first in line 1" },
        { $"{{\"source\": \"a.csv\", \"destination\": 7, {Schema}}}", "$.destination", "must be a table name or an object" },
        { $"{{\"source\": \"a.csv\", \"destination\": {{\"tabel\": \"x\", \"table\": \"y\"}}, {Schema}}}", "$.destination.tabel", "did you mean 'table'?" },
        { $"{{\"source\": \"a.csv\", \"destination\": {{\"table\": \"sqlite_x\"}}, {Schema}}}", "$.destination.table", "keeps for itself" },
        { $"{{\"source\": \"a.csv\", \"destination\": {{\"table\": \"_dbvc_state\"}}, {Schema}}}", "$.destination.table", "db-vc keeps" },
        { $"{{{Into} \"evolution\": \"freze\"}}, {Schema}}}", "$.destination.evolution", "did you mean 'freeze'?" },
        { $"{{{Into} \"indexes\": \"id\"}}, {Schema}}}", "$.destination.indexes", "must be a list" },
        { $"{{{Into} \"indexes\": [\"x\"]}}, {Schema}}}", "$.destination.indexes[0]", "no field of the schema" },
        { $"{{{Into} \"indexes\": [[\"id\", \"id\"]]}}, {Schema}}}", "$.destination.indexes[0]", "named twice" },
        { $"{{{Into} \"indexes\": [{{\"unique\": true}}]}}, {Schema}}}", "$.destination.indexes[0]", "'fields' is missing" },
        { $"{{{Into} \"foreign_keys\": [\"id\"]}}, {Schema}}}", "$.destination.foreign_keys[0]", "must be an object" },
        {
            "{\"source\": \"a.csv\", \"schema\": {\"id\": {\"type\": \"integer\", \"references\": \"t(\"}}}", "$.schema.id.references",
            "names no table…customers.id"
        },
        {
            "{\"source\": \"a.csv\", \"schema\": {\"id\": {\"type\": \"integer\", \"references\": \"t(a, b)\"}}}", "$.schema.id.references",
            "cannot refer to 2 columns"
        },
        {
            "{\"source\": \"a.csv\", \"schema\": {\"id\": {\"type\": \"integer\", \"references\": {\"table\": \"t\", \"on_delete\": \"drop\"}}}}",
            "$.schema.id.references.on_delete", "known: no_action"
        },
        { "{\"source\": \"a.csv\", \"schema\": {\"id\": \"decimal(40,2)\"}}", "$.schema.id", "at most 28 digits" },
        { "{\"source\": \"a.csv\", \"schema\": {\"id\": \"decimal(2,3)\"}}", "$.schema.id", "more digits after the point…decimal(10,2)" },
        { $"{{\"source\": \"!!.csv\", {Schema}}}", "$", "gives no table name" },
        { "{\"source\": \"a.csv\", \"schema\": []}", "$.schema", "must be an object of fields, not a list" },
        { "{\"source\": \"a.csv\", \"schema\": {}}", "$.schema", "declares no field" },
        { "{\"source\": \"a.csv\", \"schema\": {\"a\": \"strng\"}}", "$.schema.a", "'strng' is no type…did you mean 'string'?" },
        { "{\"source\": \"a.csv\", \"schema\": {\"a\": \"geometry\"}}", "$.schema.a", "no type…known: string, integer" },
        { "{\"source\": \"a.csv\", \"schema\": {\"a\": \"integer(5)\"}}", "$.schema.a", "no type" },
        { "{\"source\": \"a.csv\", \"schema\": {\"a\": \"varchar(0)\"}}", "$.schema.a", "no type" },
        { "{\"source\": \"a.csv\", \"schema\": {\"a\": 5}}", "$.schema.a", "type name or an object, not a number" },
        { "{\"source\": \"a.csv\", \"schema\": {\"a\": {}}}", "$.schema.a", "'type' is missing" },
        { "{\"source\": \"a.csv\", \"schema\": {\"a b\": {\"type\": \"intger\"}}}", "$.schema['a b'].type", "did you mean 'integer'?" },
        { "{\"source\": \"a.csv\", \"schema\": {\"a\": \"string\", \"A\": \"string\"}}", "$.schema.A", "differ only in case" },
        { "{\"source\": \"a.csv\", \"schema\": {\"\": \"string\", \"b\": \"string\"}}", "$.schema['']", "name of a field is empty" },
        { "{\"source\": \"a.csv\", \"schema\": {\"a\": {\"type\": \"integer\", \"primary_key\": true, \"nullable\": true}}}", "$.schema.a.nullable",
            "cannot be nullable" },
        { "{\"source\": \"a.csv\", \"schema\": {\"a\": {\"type\": \"float\", \"primary_key\": true}}}", "$.schema.a.primary_key", "cannot be a primary key" },
        { "{\"source\": \"a.csv\", \"schema\": {\"a\": {\"type\": \"integer\", \"primary_key\": \"yes\"}}}", "$.schema.a.primary_key",
            "must be true or false" },
        { "{\"source\": \"a.csv\", \"schema\": {\"a\": {\"type\": \"string\", \"max_length\": 0}}}", "$.schema.a.max_length", "from 1 to" },
        { "{\"source\": \"a.csv\", \"schema\": {\"a\": {\"type\": \"integer\", \"max_length\": 5}}}", "$.schema.a.max_length", "is for text" },
        { "{\"source\": \"a.csv\", \"schema\": {\"a\": {\"type\": \"integer\", \"default\": \"x\"}}}", "$.schema.a.default",
            "no value of 'a', which is a whole number" },
        { "{\"source\": \"a.csv\", \"schema\": {\"a\": {\"type\": \"integer\", \"default\": 1.5}}}", "$.schema.a.default", "1.5 is no value" },
        { "{\"source\": \"a.csv\", \"schema\": {\"a\": {\"type\": \"string\", \"default\": 5}}}", "$.schema.a.default", "which is text" },
        { "{\"source\": \"a.csv\", \"schema\": {\"a\": {\"type\": \"date\", \"default\": \"2024-02-30\"}}}", "$.schema.a.default", "which is a date" },
        { "{\"source\": \"a.csv\", \"schema\": {\"a\": {\"type\": \"boolean\", \"default\": 1}}}", "$.schema.a.default", "true or false" },
        { "{\"source\": \"a.csv\", \"schema\": {\"a\": {\"type\": \"string\", \"max_length\": 2, \"default\": \"abc\"}}}", "$.schema.a.default",
            "of at most 2 characters" },
        { "{\"source\": \"a.csv\", \"schema\": {\"a\": {\"type\": \"integer\", \"default\": \"current_timestamp\"}}}", "$.schema.a.default", "no value" },
        { "{\"source\": \"a.csv\", \"schema\": {\"a\": {\"type\": \"string\", \"nulable\": false}}}", "$.schema.a.nulable", "did you mean 'nullable'?" },
        { "{\"source\": \"a.csv\", \"schema\": {\"a\": {\"type\": \"string\", \"path\": \"b\", \"from\": \"c\"}}}", "$.schema.a.from", "one is enough" },
        { "{\"source\": \"a.csv\", \"schema\": {\"a\": {\"type\": \"string\", \"source_column\": \"b\"}, \"b\": \"string\"}}", "$.schema.b",
            "read from the same column 'b'" },
        { With("\"validations\": [\"age > 120 and age < 0\"]"), "$.validations[0]", "No age satisfies this rule" },
        { With("\"validations\": [\"age must be positive\", \"age < 0\"]"), "$.validations[1]",
            "satisfies both this rule and another one: age must be greater than 0" },
        { "{\"source\": \"a.csv\"", "$", "it ends before every { and [ is closed" },
        { "{\"source\": \"a.csv\",}", "$", "trailing comma at the end." },
        { With("\"validations\": [\"age = 5\", {\"field\": \"age\", \"rule\": \"range\", \"min\": 6, \"max\": 9}]"), "$.validations[1]",
            "satisfies both" },
        { With("\"validations\": [\"age > 5\", \"age < 5\"]"), "$.validations[1]", "satisfies both" },
        { With("\"validations\": {}"), "$.validations", "must be a list, not an object" },
        { With("\"validations\": [5]"), "$.validations[0]", "a sentence or an object" },
        { With("\"validations\": [{\"field\": \"age\"}]"), "$.validations[0]", "'rule' is missing" },
        { With("\"validations\": [{\"rule\": \"range\", \"min\": 1}]"), "$.validations[0]", "'field' is missing" },
        { With("\"validations\": [{\"field\": \"agee\", \"rule\": \"range\", \"min\": 1}]"), "$.validations[0].field",
            "no field of the schema…did you mean 'age'?" },
        { With("\"validations\": [{\"field\": 5, \"rule\": \"required\"}]"), "$.validations[0].field", "must be a text" },
        { With("\"validations\": [{\"field\": \"age\", \"rule\": \"rnage\", \"min\": 1}]"), "$.validations[0].rule", "did you mean 'range'?" },
        { With("\"validations\": [{\"field\": \"age\", \"rule\": \"fancy\"}]"), "$.validations[0].rule", "is no rule…known: email" },
        { With("\"validations\": [{\"field\": \"age\", \"rule\": \"range\", \"min\": 10, \"max\": 5}]"), "$.validations[0]",
            "minimum 10 is greater than its maximum 5" },
        { With("\"validations\": [{\"field\": \"age\", \"rule\": \"range\"}]"), "$.validations[0]", "both missing" },
        { With("\"validations\": [{\"field\": \"age\", \"rule\": \"range\", \"min\": \"x\"}]"), "$.validations[0]", "cannot be compared" },
        { With("\"validations\": [{\"field\": \"email\", \"rule\": \"range\", \"min\": 1}]"), "$.validations[0]", "has no order" },
        { With("\"validations\": [{\"field\": \"age\", \"rule\": \"range\", \"min\": 1, \"mx\": 2}]"), "$.validations[0].mx", "did you mean 'm" },
        { With("\"validations\": [{\"field\": \"age\", \"rule\": \"must_be_valid_email\"}]"), "$.validations[0]", "needs text" },
        { With("\"validations\": [{\"field\": \"email\", \"rule\": \"matches\", \"pattern\": \"(\"}]"), "$.validations[0]", "no regular expression" },
        { With("\"validations\": [{\"field\": \"email\", \"rule\": \"one_of\"}]"), "$.validations[0]", "'values' is missing" },
        { With("\"validations\": [{\"field\": \"email\", \"rule\": \"one_of\", \"values\": []}]"), "$.validations[0]", "list of values is empty" },
        { With("\"validations\": [{\"field\": \"email\", \"rule\": \"required\", \"severity\": \"loud\"}]"), "$.validations[0].severity", "no severity" },
        { With("\"validations\": [{\"rule\": \"no_duplicates\", \"fields\": [\"email\", \"email\"]}]"), "$.validations[0].fields[1]", "named twice" },
        { With("\"validations\": [{\"rule\": \"no_duplicates\", \"fields\": []}]"), "$.validations[0].fields", "is empty" },
        { With("\"validations\": [\"age > 5\", \"age must be greater than 5\"]"), "$.validations[1]", "same rule stands in line 1" },
        { With("\"validations\": [\"age > 5\", {\"field\": \"age\", \"rule\": \"expression\", \"expression\": \"age >\"}]"), "$.validations[1].expression",
            "ends where" },
        { With("\"preprocessing\": \"trim\""), "$.preprocessing", "must be a list" },
        { With("\"preprocessing\": [\"trimm email\"]"), "$.preprocessing[0]", "'trimm' stands where…did you mean 'trim'?" },
        { With("\"preprocessing\": [{\"field\": \"email\"}]"), "$.preprocessing[0]", "'operations' is missing" },
        { With("\"preprocessing\": [{\"operations\": [\"trim\"]}]"), "$.preprocessing[0]", "'field' is missing" },
        { With("\"preprocessing\": [{\"field\": \"email\", \"operations\": [\"trimm\"]}]"), "$.preprocessing[0].operations[0]", "did you mean 'trim'?" },
        { With("\"preprocessing\": [{\"field\": \"age\", \"operations\": [\"lowercase\"]}]"), "$.preprocessing[0].operations[0]", "needs text" },
        { With("\"preprocessing\": [{\"field\": \"email\", \"operations\": [\"convert_to_int\"]}]"), "$.preprocessing[0].operations[0]", "needs a number" },
        { With("\"preprocessing\": [{\"field\": \"age\", \"operations\": [{\"operation\": \"handle_nulls\", \"default\": \"none\"}]}]"),
            "$.preprocessing[0].operations[0]", "no value of age" },
        { With("\"preprocessing\": [{\"field\": \"email\", \"operations\": [\"trim\", \"trim\"]}]"), "$.preprocessing[0].operations[1]", "given twice" },
        { With("\"preprocessing\": [{\"field\": \"email\", \"operations\": [{\"operation\": \"replace\", \"search\": \"a\"}]}]"),
            "$.preprocessing[0].operations[0]", "'replacement' is missing" },
        { With("\"preprocessing\": [{\"field\": \"email\", \"operations\": [{\"operation\": \"null_tokens\"}]}]"), "$.preprocessing[0].operations[0]",
            "'tokens' is missing" },
        { With("\"test_data\": {\"validation_threshold\": 95}"), "$.test_data.validation_threshold", "from 0 to 1…0.95" },
        { With("\"test_data\": {\"validation_threshold\": -0.1}"), "$.test_data.validation_threshold", "from 0 to 1" },
        { With("\"test_data\": {\"sample_size\": 0}"), "$.test_data.sample_size", "from 1 to" },
        { With("\"test_data\": {\"sample_size\": 1.5}"), "$.test_data.sample_size", "whole number" },
        { With("\"test_data\": []"), "$.test_data", "must be an object" },
        { With("\"task_id\": 5"), "$.task_id", "must be a text" },
        { "{\"source\": {\"location\": \"a.csv\", \"encoding\": \"latin-1\"}, \"schema\": {\"日本\": \"string\"}}", "$.schema['日本']", "latin-1 cannot hold" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_file_is_refused_with_path_and_reason(string text, string path, string expected)
    {
        var problem = Assert.Single(MetadataReader.Check(text));
        Assert.Equal(path, problem.Path);
        var sentence = problem.ToString();
        var from = 0;
        foreach (var part in expected.Split('…'))
        {
            var at = sentence.IndexOf(part, from, StringComparison.OrdinalIgnoreCase);
            Assert.True(at >= 0, $"'{part}' is not in: {sentence}");
            from = at + part.Length;
        }
    }

    [Theory]
    [InlineData("age >= 5", "age <= 5")]
    [InlineData("age > 5", "age < 6")]
    [InlineData("age < 5 or age > 5", "age = 5 or age = 6")]
    [InlineData("age > 5", "age != 6")]
    public void Rules_that_some_value_may_satisfy_are_accepted(string one, string other) =>
        Assert.NotNull(MetadataReader.Read(With($"\"validations\": [\"{one}\", \"{other}\"]"), "m.json"));

    [Fact]
    public void All_problems_are_listed_with_their_lines()
    {
        const string Text = """
            {
              "source": "users.csv",
              "schema": {
                "id": "intger",
                "age": {"type": "integer", "default": "x"}
              },
              "validations": ["age > 0", "age must be nice"],
              "test_data": {"sample_size": -1}
            }
            """;
        var failure = Assert.Throws<DbVcException>(() => MetadataReader.Read(Text, "users.json"));
        Assert.Equal((FailureKind.Usage, "metadata.invalid", "users.json:4"), (failure.Kind, failure.Code, failure.Where));
        Assert.Equal([4, 5, 7, 8], MetadataReader.Check(Text).Select(p => p.Line));
        Assert.Equal(5, failure.Message.Split('\n').Length);
        Assert.StartsWith("users.json has 4 problems:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Positions_count_characters_from_one()
    {
        var problem = Assert.Single(MetadataReader.Check("{\"source\": \"ä.csv\",\n \"schema\": {\"é\": \"x\"}}"));
        Assert.Equal((2, 18), (problem.Line, problem.Column));
        Assert.Equal((1, 11), MetadataReader.Check("{\"source\": @}").Select(p => (p.Line, p.Column - 1)).Single());
    }

    [Fact]
    public void Any_text_is_refused_or_read_and_nothing_else()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        foreach (var metadata in new[] { SampleMetadata.SeedLong, SampleMetadata.SeedShort, SampleMetadata.Orders, SampleMetadata.Hostile })
        {
            for (var i = 0; i < 100; i++)
            {
                var text = Damage(metadata, random);
                var exception = Record.Exception(() => MetadataReader.Check(text));
                Assert.True(exception is null, $"seed {seed}, {exception}\n{text}");
            }
        }
    }

    private static string Damage(string text, Random random)
    {
        var tokens = new[] { "null", "5", "\"x\"", "[]", "{}", "true", "-1e400", "\"\"", ",", "\"age\"", "\"range\"" };
        var at = random.Next(text.Length);
        var end = random.Next(2) == 0 ? Math.Min(text.Length, at + random.Next(12)) : at;
        var colon = text.IndexOf(':', at);
        if (random.Next(3) > 0 && colon > 0)
        {
            var stop = text.IndexOfAny([',', '}', ']', '\n'], colon);
            if (stop > 0) return text[..(colon + 1)] + tokens[random.Next(tokens.Length)] + text[stop..];
        }

        return text[..at] + tokens[random.Next(tokens.Length)] + text[end..];
    }

    private static string With(string part) => $"{{\"source\": \"a.csv\", {Schema}, {part}}}";
}
