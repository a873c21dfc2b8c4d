using DbVc.Model;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

/// <summary>A task in words: what is loaded into what, and which rules hold.</summary>
public sealed class TaskWordsTests
{
    private static readonly IReadOnlyList<PipelineField> s_fields = MetadataReader.Read(
        """
        {"source":"a.csv","schema":{"id":"integer","email":"string","age":"integer","order_date":"date","city":"string","status":"string"}}
        """, "a.json").Fields;

    [Theory]
    [InlineData("ingest customers.csv into customers, e-mails must be valid", "customers.csv", "customers", "e-mails must be valid")]
    [InlineData("Please load the file data/orders.json", "data/orders.json", null, "")]
    [InlineData("import \"my file.csv\" to the people table; id is required", "my file.csv", "people", "id is required")]
    [InlineData(
        "load customer data from https://example.com/a/b.csv into table crm_customers and trim email", "https://example.com/a/b.csv", "crm_customers",
        "trim email")]
    [InlineData("read all rows of sales.xlsx.", "sales.xlsx", null, "")]
    [InlineData("bring in 'x.csv' into y where age is positive", "x.csv", "y", "age is positive")]
    [InlineData("LOAD A.CSV INTO B", "A.CSV", "B", "")]
    public void Source_table_and_clauses_are_found(string text, string source, string? table, string clauses) =>
        Assert.Equal(new TaskWords(source, table, clauses), TaskWords.Find(text));

    [Theory]
    [InlineData("ingest customer data")]
    [InlineData("delete customers.csv")]
    [InlineData("")]
    [InlineData("customers.csv")]
    [InlineData("load the customers into main")]
    public void Words_that_name_no_source_are_no_task_to_begin(string text) => Assert.Null(TaskWords.Find(text));

    public static TheoryData<string, string[], string[]> Understood => new()
    {
        { "e-mails must be valid, age between 0 and 120", ["email must be valid", "age between 0 and 120"], [] },
        { "email must be valid and age must be between 0 and 120", ["email must be valid and age must be between 0 and 120"], [] },
        { "trim email, then lowercase email and make sure that ids are unique", ["id are unique"], ["trim email", "lowercase email"] },
        { "status must be one of 'a', 'b' or 'c, d'; city is required.", ["status must be one of 'a', 'b' or 'c, d'", "city is required"], [] },
        { "the order dates must not be in the future", ["order_date must not be in the future"], [] },
        { "no duplicates in email", ["no duplicates in email"], [] },
        { "age > 0 and age < 120 and email must be unique", ["age > 0 and age < 120 and email must be unique"], [] },
        { " , ; . ", [], [] },
    };

    [Theory]
    [MemberData(nameof(Understood))]
    public void Clauses_are_cut_where_each_is_understood(string text, string[] rules, string[] steps)
    {
        var read = new ClauseReader(s_fields).Read(text);
        Assert.Equal(rules, read.Rules);
        Assert.Equal(steps, read.Steps);
    }

    [Theory]
    [InlineData("e-mails must be valid, make it pretty", "make it pretty")]
    [InlineData("agee between 0 and 120", "agee between 0")]
    [InlineData("email must be valid, drop table customers", "drop table customers")]
    public void What_is_not_understood_is_refused_by_its_words(string text, string refused)
    {
        var failure = Assert.Throws<RuleException>(() => new ClauseReader(s_fields).Read(text));
        Assert.Contains($"\"{refused}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_clauses_are_read_in_no_time_and_too_many_are_refused()
    {
        var many = string.Join(" and ", Enumerable.Range(0, 50).Select(i => $"age must not equal {i}"));
        Assert.NotEmpty(new ClauseReader(s_fields).Read(many).Rules);
        Assert.Throws<RuleException>(() => new ClauseReader(s_fields).Read(string.Join(", ", Enumerable.Repeat("email is required", 70))));
    }

    [Fact]
    public void What_a_person_says_about_a_field_stands_in_place_of_what_its_data_suggests()
    {
        var proposal = new MetadataProposal(
            """
            {"source":"a.csv","destination":{"table":"a"},"schema":{"id":"integer","email":"string","age":"integer"},"preprocessing":[],
             "validations":["age must be between 18 and 95","email must be unique"]}
            """, "csv", "a", 3, IsWhole: true)
        {
            Fields = [],
            Rules = [new("age must be between 18 and 95", "warn", 0.9, ""), new("email must be unique", "reject", 0.9, "")],
            Questions = [],
            Findings = [],
        };
        var spec = MetadataReader.Read(WordedMetadata.Write(proposal, "age between 0 and 120, trim email"), "a.json");
        // Trimmed, e-mails are other values than those that were seen.
        Assert.Equal(["age between 0 and 120"], spec.Rules.Where(r => !r.FromSchema).Select(r => r.Written ?? r.Text));
        Assert.Equal("trim email", spec.Operations.Single().Text);
        var refused = Assert.Throws<DbVcException>(() => WordedMetadata.Write(proposal, "age must be nice"));
        Assert.Equal(("task.words", FailureKind.Usage), (refused.Code, refused.Kind));
    }
}
