using System.Globalization;
using System.Text;
using DbVc.Model;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

/// <summary>What is read off real data, and what is left to a person.</summary>
public sealed class InferenceTests
{
    /// <summary>Values of the column <c>x</c>; type; steps; what is asked, with the assumption in brackets.</summary>
    public static TheoryData<string, string, string, string> Columns => new()
    {
        { "1|2|30", "integer", "", "" },
        { "1|2|x", "string", "", "" },
        { "9223372036854775808|1", "decimal", "", "" },
        { "99999999999999999999999999999999|1", "float", "", "" },
        { "1.5|2.25|3", "decimal", "", "" },
        { "1.234|5.678", "decimal", "", "[decimal] decimal-comma" },
        { "0.123456789|2.5", "float", "", "" },
        { "1e5|2", "float", "", "" },
        { "01234|99999", "string", "", "[text] integer" },
        { "0|1|0", "integer", "", "[integer] boolean" },
        { "0|1|2", "integer", "", "" },
        { "yes|no|yes", "boolean", "", "" },
        { "Y|n", "boolean", "", "" },
        { "Y|Y", "string", "", "[text] boolean" },
        { "true|true", "boolean", "", "" },
        { "ja|Nein", "boolean", "convert x to bool where 'ja' is true and 'nein' is false", "" },
        { "2024-01-31|2024-02-01", "date", "", "" },
        { "2024-01-31 10:00:00|2024-02-01T10:00:00Z", "timestamp", "", "" },
        { "31/01/2024|01/02/2024", "date", "convert x from 'D/M/YYYY'", "" },
        { "01/31/2024|01/02/2024", "date", "convert x from 'M/D/YYYY'", "" },
        { "01/02/2024|03/04/2024", "string", "", "day-first month-first [text]" },
        { "31/01/2024|01/31/2024", "string", "", "" },
        { "31.01.24 13:05|1.2.24 7:00", "timestamp", "convert x from 'D.M.YY H:mm'", "" },
        { "5 Jan 2024|12 mar 2023", "date", "convert x from 'D MON YYYY'", "" },
        { "January 5, 2024|March 12, 2023", "date", "convert x from 'MONTH D, YYYY'", "" },
        { "20240131|20240201|20240301|20230101|19991231", "date", "convert x from 'YYYYMMDD'", "[date] integer" },
        { "1,234.50|12.00", "decimal", "read x with decimal point", "" },
        { "1.234,50|12,00", "decimal", "read x with decimal comma", "" },
        { "1,5|2,25", "decimal", "read x with decimal comma", "" },
        { "1,234|5,678", "string", "", "decimal-point decimal-comma [text]" },
        { "1,234,567|5", "integer", "read x with decimal point", "" },
        { "$1,234.50|$5.00", "decimal", "remove currency in x; read x with decimal point", "" },
        { "12,50 €|3,00 €", "decimal", "remove currency in x; read x with decimal comma", "" },
        { "(5.00)|7.25", "decimal", "read x with decimal point", "" },
        { "12.5%|3%", "decimal", "convert percent in x", "" },
        { "12.5 kg|3 kg", "decimal", "remove unit 'kg' in x", "" },
        { "12.5 kg|3 g", "string", "", "" },
        { "5|N/A|7|null", "integer", "treat 'N/A', 'null' as null in x", "" },
        { "5|-|7", "integer", "treat '-' as null in x", "" },
        { "abc|N/A", "string", "treat 'N/A' as null in x", "[null] keep" },
        { "DE|NA|FR", "string", "", "null [keep]" },
        { " a|b", "string", "trim x", "" },
        { "a|  |b", "string", "empty to null in x", "" },
        { "|", "string", "", "" },
    };

    [Theory]
    [MemberData(nameof(Columns))]
    public void A_column_is_read_as_its_values_are_written_and_what_they_leave_open_is_asked(string values, string type, string steps, string asked)
    {
        var proposal = Propose(Table("x", values));
        var field = Assert.Single(proposal.Fields, f => f.Name == "x");
        Assert.Equal((type, steps), (field.Type, string.Join("; ", field.Steps)));
        var questions = proposal.Questions.Where(q => q.Field == "x").Select(q => string.Join(" ", q.Choices.Select(c => c == q.Assumed ? $"[{c}]" : c)));
        Assert.Equal(asked, string.Join("; ", questions));
    }

    [Theory]
    [InlineData("01/02/2024|03/04/2024", "day-first", "date", "convert x from 'D/M/YYYY'")]
    [InlineData("01/02/2024|03/04/2024", "month-first", "date", "convert x from 'M/D/YYYY'")]
    [InlineData("1,234|5,678", "decimal-point", "integer", "read x with decimal point")]
    [InlineData("1,234|5,678", "decimal-comma", "decimal", "read x with decimal comma")]
    [InlineData("01234|99999", "integer", "integer", "")]
    [InlineData("0|1", "boolean", "boolean", "")]
    [InlineData("abc|N/A", "keep", "string", "")]
    [InlineData("DE|NA", "NULL", "string", "treat 'NA' as null in x")]
    [InlineData("1|2", "text", "string", "")]
    public void What_a_person_decides_is_done_and_not_asked_again(string values, string choice, string type, string steps)
    {
        var proposal = Propose(Table("x", values), ("x", choice));
        var field = Assert.Single(proposal.Fields, f => f.Name == "x");
        Assert.Equal((type, steps), (field.Type, string.Join("; ", field.Steps)));
        Assert.DoesNotContain(proposal.Questions, q => q.Field == "x");
    }

    [Theory]
    [InlineData("x", "day-first", "'x' cannot be read as 'day-first'.")]
    [InlineData("y", "text", "There is no field 'y' to decide about.")]
    public void A_decision_that_does_not_fit_is_refused(string field, string choice, string message)
    {
        var refused = Assert.Throws<DbVcException>(() => Propose(Table("x", "1|2"), (field, choice)));
        Assert.Equal(("infer.decision", message), (refused.Code, refused.Message));
    }

    [Theory]
    [InlineData("a;b\n1;2\n3;4\n", "semicolons between fields, with a header", "a b")]
    [InlineData("a\tb\n1\t2\n", "tabs between fields, with a header", "a b")]
    [InlineData("a|b\n1,5|2\n", "bars between fields, with a header", "a b")]
    [InlineData("Report\nof today\n\na,b\n1,2\n3,4\n", "after 2 lines that are passed over, with a header", "a b")]
    [InlineData("1,x,2024-01-01\n2,y,2024-01-02\n", "without header", "column_1 column_2 column_3")]
    [InlineData("a,b\n1,2\n3,4\nTotal: 2 rows\n", "up to the line that starts with 'Total:'", "a b")]
    [InlineData("a,b\n1,2\n3,4\nBob\n", "with a header", "a b")]
    [InlineData("country,2019,2020\nDE,1,2\nFR,3,4\n", "with a header", "country n_2019 n_2020")]
    [InlineData("'a','b'\n'1','2'\n'3','4'\n", "' around fields", "a b")]
    [InlineData("a\n1\n2\n", "with a header", "a")]
    [InlineData("E-Mail Address,customerId,2nd,Größe,SELECT\nx,1,2,3,4\n", "with a header", "e_mail_address customer_id n_2nd größe select")]
    [InlineData("a b,a-b\nx,y\n", "with a header", "a_b a_b_2")]
    [InlineData("id,name,name,\n1,x,y,z\n", "with a header", "id")]
    public void How_a_source_is_written_is_found_out(string text, string written, string fields)
    {
        var proposal = Propose(text);
        Assert.Contains(written, proposal.Source, StringComparison.Ordinal);
        Assert.Equal(fields, string.Join(" ", proposal.Fields.Select(f => f.Name)));
    }

    [Theory]
    [InlineData("""[{"id": 1, "at": {"city": "Bonn"}}, {"id": 2, "at": {"city": "Ulm"}}]""", "a JSON array", "id at_city")]
    [InlineData("""{"id": 1}{"id": 2}""", "JSON values one after the other", "id")]
    [InlineData("{\"id\": 1}\n{\"id\": 2, \"x\": null}\n", "JSON Lines", "id x")]
    [InlineData("""{"at": "now", "data": {"rows": [{"id": 1}, {"id": 2}]}}""", "at data.rows", "id")]
    public void Json_is_found_in_its_forms(string text, string written, string fields)
    {
        var proposal = Propose(text, location: "things.json");
        Assert.Contains(written, proposal.Source, StringComparison.Ordinal);
        Assert.Equal(fields, string.Join(" ", proposal.Fields.Select(f => f.Name)));
    }

    [Fact]
    public void An_encoding_that_is_no_utf8_is_asked_with_the_word_as_each_reads_it()
    {
        var bytes = Encoding.Latin1.GetBytes("id,city\n1,Köln\n2,Bonn\n3,Düsseldorf\n4,Münster\n");
        var proposal = Propose(bytes, "cities.csv", []);
        var question = Assert.Single(proposal.Questions, q => q.Field == "SOURCE");
        Assert.Contains("'Köln' in ", question.Text, StringComparison.Ordinal);
        Assert.Contains("latin-1", question.Choices);
        Assert.Contains("latin-1", Propose(bytes, "cities.csv", [("SOURCE", "latin-1")]).Source, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("id,name\n1,a\n2,b\n", "id")]
    [InlineData("name,thing_id\na,1\nb,2\n", "thing_id")]
    [InlineData("name,size\na,1\nb,2\n", "name")]
    [InlineData("name,size\na,1\na,1\n", "")]
    [InlineData("name,size\na,1.5\n,2.5\n", "")]
    public void The_key_is_what_tells_rows_apart_and_is_called_so(string text, string key)
    {
        var proposal = Propose(text, location: "things.csv");
        Assert.Equal(key, string.Join(" ", proposal.Fields.Where(f => f.IsKey).Select(f => f.Name)));
        Assert.Equal(key.Length == 0, proposal.Findings.Any(f => f.Contains("No column and no pair", StringComparison.Ordinal)));
    }

    [Fact]
    public void Two_columns_are_a_key_together_when_neither_is_alone()
    {
        var rows = Enumerable.Range(0, 60).Select(i => $"{i / 6},{i % 6},x");
        var proposal = Propose("order_id,line_no,note\n" + string.Join("\n", rows) + "\n");
        Assert.Equal(["order_id", "line_no"], proposal.Fields.Where(f => f.IsKey).Select(f => f.Name));
        Assert.Contains("with line_no it tells all 60 records apart, alone it does not", proposal.Fields[0].Evidence);
    }

    [Fact]
    public void Rules_come_with_what_was_counted_and_how_sure_that_lets_one_be()
    {
        static string Row(int i) => FormattableString.Invariant(
            $"{i},{(i % 250 == 0 ? "broken" : $"u{i}@example.org")},{i % 90},{"new paid sent".Split()[i % 3]},2024-01-01,2024-01-{(i % 27) + 2:00},")
            + FormattableString.Invariant($"{i % 9},{i % 7}.5,{(i % 9) * ((i % 7) + 0.5m)}");
        var rows = Enumerable.Range(1, 1000).Select(Row);
        var proposal = Propose("id,email,age,status,start_date,end_date,qty,price,total\n" + string.Join("\n", rows) + "\n");
        var rules = proposal.Rules.ToDictionary(r => r.Text);
        Assert.Equal(("quarantine", 0.9898, "996 of 1,000 values are valid as email; not 'broken' in line 251"), Tell(rules["email must be a valid email"]));
        Assert.Equal(("quarantine", 0.9962, "by its name; 1,000 of 1,000 keep it, 0 to 89 were seen"), Tell(rules["age must be between 0 and 120"]));
        Assert.Equal("warn", rules["status should be one of 'paid', 'sent' or 'new'"].Severity);
        Assert.Equal("warn", rules["end_date should be on or after start_date"].Severity);
        Assert.Equal("warn", rules["total should equal qty * price"].Severity);

        static (string, double, string) Tell(ProposedRule rule) => (rule.Severity, rule.Confidence, rule.Evidence);
    }

    [Fact]
    public void Few_values_are_no_reason_for_a_rule_unless_the_name_says_so_too()
    {
        Assert.DoesNotContain(Propose("id,x\n1,a\n2,a\n").Rules, r => r.Text.Contains("one of", StringComparison.Ordinal));
        Assert.DoesNotContain(Propose("id,x\n1,5\n2,6\n").Rules, r => r.Text.Contains("at least 0", StringComparison.Ordinal));
        Assert.Contains(Propose("id,email\n1,a@example.org\n2,b@example.org\n").Rules, r => r.Text == "email must be a valid email");
    }

    [Fact]
    public void What_is_assumed_stands_in_the_file()
    {
        var proposal = Propose(Table("x", "01/02/2024|03/04/2024"));
        var description = MetadataReader.Read(proposal.Json, "x.json").FindField("x")!.Description;
        Assert.Contains("come first? 0 values say the day, 0 the month. Assumed: text.", description, StringComparison.Ordinal);
    }

    /// <summary>Whatever a source holds, the proposal is a metadata file that reads it, and every record is accounted for.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_proposal_is_whole_whatever_the_source_holds(int part)
    {
        var seed = Environment.TickCount + part;
        for (var i = 0; i < 60; i++)
        {
            var text = MakeSource(new Random(seed + (i * 1000)));
            try
            {
                var proposal = Propose(text);
                var bytes = Encoding.UTF8.GetBytes(text);
                var spec = SourceInspector.Inspect(MetadataReader.Read(proposal.Json, "x.json"), () => new MemoryStream(bytes));
                var preview = SourcePreview.Read(spec, new MemoryStream(bytes), 100_000, DateTimeOffset.UnixEpoch, CancellationToken.None);
                Assert.Equal(preview.Records, preview.Accepted + preview.Rejected + preview.LeftOut);
                Assert.Equal(proposal.Fields.Count, spec.Fields.Count);
            }
            catch (PipelineException e) when (e.Code.StartsWith("source.", StringComparison.Ordinal))
            {
                // Some of them have no header that can be read.
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, case {i}: {e}\n{text}");
            }
        }
    }

    private static string MakeSource(Random random)
    {
        string[] names = ["id", "E-Mail", "select", "a\"b", "", "Größe", "x y", "ID", "'q'", "2", "{{x}}", "order by", "total", "date", "数"];
        string[] cells =
        [
            "1", "2", "007", "1.5", "1,5", "N/A", "NA", "", " ", "a", "'; DROP TABLE x; --", "2024-01-01", "01/02/2024", "31/12/2023",
            "yes", "no", "x@y.org", "$5.00", "5 kg", "\u202Eabc", "=1+1", "ignore all rules", "[1]",
            "{\"a\":1}", "1e5", "-", "ä", new string('z', 300), "12%", "1704067200", "20240101",
        ];
        var delimiter = ",;\t|"[random.Next(4)];
        string Write(string cell) => cell.Contains(delimiter, StringComparison.Ordinal) || cell.Contains('"', StringComparison.Ordinal) || random.Next(10) == 0
            ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;
        var width = random.Next(1, 9);
        string[] Some() => [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => cells[random.Next(cells.Length)])];
        var kinds = Enumerable.Range(0, width).Select(_ => Some()).ToArray();
        string Cell(int column, int row) => column >= width ? "x" : random.Next(3) == 0 ? row.ToString(CultureInfo.InvariantCulture)
            : kinds[column][random.Next(kinds[column].Length)];
        var text = new StringBuilder();
        if (random.Next(5) > 0) text.AppendJoin(delimiter, Enumerable.Range(0, width).Select(_ => Write(names[random.Next(names.Length)]))).Append('\n');
        for (var row = random.Next(60); row >= 0; row--)
        {
            var fields = random.Next(40) == 0 ? random.Next(1, 9) : width;
            text.AppendJoin(delimiter, Enumerable.Range(0, fields).Select(i => Write(Cell(i, row)))).Append('\n');
        }

        return text.ToString();
    }

    private static string Table(string name, string values) => $"n;{name}\n" + string.Concat(values.Split('|').Select((v, i) => $"r{i};\"{v}\"\n"));

    private static MetadataProposal Propose(string text, params (string, string)[] decisions) => Propose(Encoding.UTF8.GetBytes(text), "things.csv", decisions);

    private static MetadataProposal Propose(string text, string location) => Propose(Encoding.UTF8.GetBytes(text), location, []);

    private static MetadataProposal Propose(byte[] source, string location, (string Field, string Choice)[] decisions)
    {
        var request = new InferenceRequest(location, null, decisions.ToDictionary(d => d.Field, d => d.Choice));
        var known = new SourceSpec("csv", request.Location, CsvOptions.Default);
        return MetadataInference.Propose(request, known, () => new MemoryStream(source), CancellationToken.None);
    }
}
