using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

public sealed class ApiMetadataTests
{
    /// <summary>The members of <c>source</c> after type and location, the path of the one problem, and parts of its text in order, separated by "…".</summary>
    public static TheoryData<string, string, string> Wrong => new()
    {
        { "\"method\": \"PUT\"", "$.source.method", "must be GET or POST" },
        { "\"method\": \"GET\", \"body\": {}", "$.source.body", "A GET has no body" },
        { "\"body\": \"text\"", "$.source.body", "must be a JSON object or list, not a text" },
        { "\"body\": {\"login\": {\"password\": \"abc\"}}", "$.source.body.login.password", "looks like a secret…\"password\": \"${NAME}\"" },
        { "\"query\": [1]", "$.source.query", "must be an object of names and texts" },
        { "\"query\": {\"a\": {}}", "$.source.query.a", "must be a text, not an object" },
        { "\"query\": {\"a\": \"${}\"}", "$.source.query.a", "${ without NAME}" },
        { "\"query\": {\"api_key\": \"abc\"}", "$.source.query.api_key", "looks like a secret…\"auth\"" },
        { "\"headers\": {\"X-Api-Key\": \"abc\"}", "$.source.headers['X-Api-Key']", "looks like a secret" },
        { "\"headers\": {\"Authorization\": \"Bearer ${T}\"}", "$.source.headers.Authorization", "said with \"auth\"" },
        { "\"headers\": {\"Host\": \"x\"}", "$.source.headers.Host", "written by db-vc itself" },
        { "\"headers\": {\"a b\": \"x\"}", "$.source.headers['a b']", "no name of a header" },
        { "\"headers\": {\"a\": \"x\\r\\nb: c\"}", "$.source.headers.a", "characters that a header cannot" },
        { "\"records\": \"a[0]\"", "$.source.records", "no path of names" },
        { "\"records\": 5", "$.source.records", "must be a path, not a number" },
        { "\"auth\": \"token\"", "$.source.auth", "must be an object…\"type\": \"bearer\"" },
        { "\"auth\": {}", "$.source.auth", "'type' is missing" },
        { "\"auth\": {\"type\": \"bearr\"}", "$.source.auth.type", "no kind of auth…did you mean 'bearer'?" },
        { "\"auth\": {\"type\": \"bearer\"}", "$.source.auth", "'token' is missing…${NAME}…token_file" },
        { "\"auth\": {\"type\": \"bearer\", \"token\": \"abc\"}", "$.source.auth.token", "must be one ${NAME}" },
        { "\"auth\": {\"type\": \"bearer\", \"token\": \"Bearer ${T}\"}", "$.source.auth.token", "must be one ${NAME}" },
        { "\"auth\": {\"type\": \"bearer\", \"token\": \"${T}\", \"token_file\": \"t\"}", "$.source.auth.token_file", "one is enough" },
        { "\"auth\": {\"type\": \"bearer\", \"token\": \"${T}\", \"user\": \"t\"}", "$.source.auth.user", "not known here" },
        { "\"auth\": {\"type\": \"basic\", \"password\": \"${P}\"}", "$.source.auth", "'username' is missing" },
        { "\"auth\": {\"type\": \"api_key\", \"key\": \"${K}\"}", "$.source.auth", "into a header or into a parameter" },
        { "\"auth\": {\"type\": \"api_key\", \"key\": \"${K}\", \"header\": \"a\", \"query\": \"b\"}", "$.source.auth", "into a header or into a parameter" },
        { "\"auth\": {\"type\": \"oauth2\", \"client_id\": \"a\", \"client_secret\": \"${S}\"}", "$.source.auth", "'token_url' is missing" },
        {
            "\"auth\": {\"type\": \"oauth2\", \"token_url\": \"ftp://x\", \"client_id\": \"a\", \"client_secret\": \"${S}\"}", "$.source.auth.token_url",
            "must be an address with https://"
        },
        { "\"pagination\": 5", "$.source.pagination", "must be an object, not a number" },
        { "\"pagination\": \"curser\"", "$.source.pagination", "no kind of pagination…did you mean 'cursor'?" },
        { "\"pagination\": \"cursor\"", "$.source.pagination", "needs more than its name…\"path\": \"meta.next\"" },
        { "\"pagination\": {\"type\": \"cursor\"}", "$.source.pagination", "'path' is missing" },
        { "\"pagination\": {\"type\": \"cursor\", \"path\": \"a\", \"header\": \"b\"}", "$.source.pagination.path", "one is enough" },
        { "\"pagination\": {\"type\": \"link\", \"limit\": 5}", "$.source.pagination.limit", "not known here" },
        { "\"pagination\": {\"type\": \"offset\", \"limit\": 0}", "$.source.pagination.limit", "whole number from 1" },
        { "\"pagination\": {\"type\": \"page\", \"first\": 2}", "$.source.pagination.first", "whole number from 0 to 1" },
        { "\"pagination\": {\"type\": \"page\", \"in\": \"body\"}", "$.source.pagination.in", "A GET has no body" },
        { "\"body\": [1], \"pagination\": {\"type\": \"page\", \"in\": \"body\"}", "$.source.body", "only be put into an object" },
        { "\"pagination\": {\"type\": \"keyset\", \"field\": \"id\"}", "$.source.pagination", "'parameter' is missing" },
        { "\"query\": {\"page\": 3}, \"pagination\": \"page\"", "$.source.query.page", "a parameter of the pagination" },
        { "\"total\": {\"path\": \"a\", \"header\": \"b\"}", "$.source.total.path", "stands by itself…\"total\": \"a\"" },
        { "\"total\": \"a..b\"", "$.source.total", "no path" },
        { "\"limits\": 5", "$.source.limits", "must be an object" },
        { "\"limits\": {\"pages\": 0}", "$.source.limits.pages", "whole number from 1" },
        { "\"delimiter\": \";\"", "$.source.delimiter", "for sources of type csv" },
        { "\"encoding\": \"utf-8\"", "$.source.encoding", "for sources of type csv or json" },
    };

    public static TheoryData<string, string> WrongAddresses => new()
    {
        { "example.org/u", "must be an address with https://" },
        { "ftp://example.org/u", "must be an address with https://" },
        { "file:///etc/passwd", "must be an address with https://" },
        { "https://", "must be an address with https://" },
        { "https://me:pw@example.org/u", "holds a login…\"auth\"" },
        { "https://example.org/u#part", "no part after #" },
        { "https://${HOST}/u", "host must stand in the metadata" },
        { "https://example.org/u?token=abc", "looks like a secret: token…token=${NAME}" },
        { "https://example.org/${u", "${ without NAME}" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Every_problem_of_an_address_is_found_with_its_place(string members, string path, string parts) =>
        AssertProblem(Metadata("https://example.org/users", members), path, parts);

    [Theory]
    [MemberData(nameof(WrongAddresses))]
    public void An_address_that_cannot_be_asked_is_refused_without_repeating_it(string address, string parts)
    {
        AssertProblem(Metadata(address, "\"limits\": {}"), "$.source.location", parts);
        Assert.DoesNotContain("pw", string.Concat(MetadataReader.Check(Metadata(address, "\"limits\": {}"))), StringComparison.Ordinal);
    }

    [Fact]
    public void All_problems_come_at_once()
    {
        var problems = MetadataReader.Check(Metadata("https://example.org/users", """
            "method": "PUT", "auth": {"type": "bearer", "token": "hunter2"}, "pagination": {"type": "keyset"}, "limits": {"pages": "x"}
            """));
        Assert.Equal(["$.source.method", "$.source.auth.token", "$.source.pagination", "$.source.pagination", "$.source.limits.pages"],
            problems.Select(p => p.Path));
        Assert.DoesNotContain("hunter2", string.Concat(problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"https://customers.example.com/v1/customers\"", "customers",
        "fetched by GET as JSON, records are the answer, or the one list in it, in one answer, at most 10000 pages, 4096 MiB and 3600 seconds")]
    [InlineData("""{"type": "api", "location": "https://example.org/q?x=1", "body": {"a": 1}, "records": "data.rows"}""", "q",
        "fetched by POST as JSON, records at data.rows, in one answer")]
    [InlineData("""
        {"type": "api", "location": "https://example.org/u", "auth": {"type": "bearer", "token": "${T}"}, "total": "n",
         "pagination": {"type": "offset", "limit": 9}}
        """, "u", "with the token from ${T}, page by page: offset in the address counts the records so far, 9 at a time, as many records as n says")]
    [InlineData("""{"type": "api", "location": "https://example.org", "explode": "lines"}""", "example", "a record for each element of lines")]
    public void An_address_is_explained_in_words(string source, string table, string words)
    {
        var spec = MetadataReader.Read($$"""{"source": {{source}}, "schema": {"id": "integer"} }""", "t.json");

        Assert.Equal("api", spec.Source.Type);
        Assert.Equal(table, spec.Destination.Table);
        Assert.Contains(words, spec.Source.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_fetched_has_one_identity_whatever_else_the_metadata_says()
    {
        var plain = Read("https://example.org/u", "\"limits\": {}").Source.Fetch!.Identity;
        Assert.Equal(plain, Read("https://example.org/u", "\"description\": \"x\"").Source.Fetch!.Identity);
        Assert.NotEqual(plain, Read("https://example.org/u", "\"query\": {\"a\": 1}").Source.Fetch!.Identity);
        Assert.NotEqual(plain, Read("https://example.org/v", "\"limits\": {}").Source.Fetch!.Identity);
    }

    private static PipelineSpec Read(string location, string members) => MetadataReader.Read(Metadata(location, members), "t.json");

    private static string Metadata(string location, string members) =>
        $$"""{"source": {"type": "api", "location": "{{location}}", {{members}}}, "schema": {"id": "integer"}, "destination": "t"}""";

    private static void AssertProblem(string metadata, string path, string parts)
    {
        var problem = Assert.Single(MetadataReader.Check(metadata));
        Assert.Equal((path, 1), (problem.Path, problem.Line));
        var at = 0;
        foreach (var part in parts.Split('…'))
        {
            at = problem.ToString().IndexOf(part, at, StringComparison.OrdinalIgnoreCase);
            Assert.True(at >= 0, $"'{part}' is missing in: {problem}");
        }
    }
}
