using System.Text.Json.Nodes;
using Xunit;

namespace DbVc.Tests;

public sealed class MetadataCommandTests : IDisposable
{
    private const string People = """
        id,email,status,age
        1,a@example.org,new,30
        2,broken,new,31
        3,c@example.org,test,32
        x,d@example.org,new,33
        5,e@example.org,new,150
        5,f@example.org,new,34
        7,"g@example.org,new,35
        """;

    private readonly ShopCli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task A_whole_file_says_what_it_assumes()
    {
        var said = await ValidateAsync("""{"source": "people.csv", "schema": {"id": "integer", "email": "string"}}""");
        Assert.Equal(0, said.Code);
        Assert.Contains("is whole", said.Out, StringComparison.Ordinal);
        Assert.Contains("'id' is the primary key", said.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_said_in_one_pass()
    {
        const string Text = """
            {
              "source": "people.csv",
              "schema": {"id": "intger", "email": "string"},
              "validations": ["emal must be valid", {"field": "emal", "rule": "required"}]
            }
            """;
        var said = await ValidateAsync(Text);
        Assert.Equal(2, said.Code);
        Assert.Contains("has 3 problems:", said.Out, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'integer'?", said.Out, StringComparison.Ordinal);
        var json = JsonNode.Parse((await _cli.RunAsync("metadata", "validate", Path.Combine(_cli.Shop.Folder, "people.json"), "--json")).Out)!;
        Assert.False((bool)json["ok"]!);
        Assert.Equal([3, 4, 4], json["problems"]!.AsArray().Select(p => (int)p!["line"]!));
        Assert.Equal("$.validations[1].field", (string?)json["problems"]![2]!["path"]);
    }

    [Fact]
    public async Task A_file_is_explained_with_what_it_would_do_to_its_source()
    {
        const string Text = """
            source: people.csv
            schema: {id: integer, email: string, status: string, age: integer}
            validations:
              - email must be valid
              - drop rows where status = 'test'
              - age should be at most 120
            preprocessing: [trim whitespace]
            """;
        File.WriteAllText(Path.Combine(_cli.Shop.Folder, "people.csv"), People);
        var path = Path.Combine(_cli.Shop.Folder, "people.yaml");
        File.WriteAllText(path, Text);
        var json = await _cli.JsonAsync("metadata", "explain", path);
        var preview = json["preview"]!;
        Assert.Equal("""{"records":7,"whole":true,"loaded":2,"rejected":4,"leftOut":1}""", preview.ToJsonString());
        var rules = json["rules"]!.AsArray().ToDictionary(r => (string)r!["text"]!, r => r!);
        Assert.Equal("""[{"record":2,"line":3,"value":"broken"}]""", rules["email must be a valid email"]["first"]!.ToJsonString());
        Assert.Equal("email.IsNull || Rules.IsEmail(email)", (string?)rules["email must be a valid email"]["code"]);
        Assert.Equal("leave out", (string?)rules["status must not equal 'test'"]["effect"]);
        Assert.Equal("drop rows where status = 'test'", (string?)rules["status must not equal 'test'"]["written"]);
        Assert.Equal(1, (int)rules["status must not equal 'test'"]["broken"]!);
        Assert.Equal(("warn", 1), ((string?)rules["age should be at most 120"]["effect"], (int)rules["age should be at most 120"]["broken"]!));
        Assert.Equal("x", (string?)rules["id must be a whole number"]["first"]![0]!["value"]);
        Assert.Equal(6, (int)rules["id must be unique"]["first"]![0]!["record"]!);
        var people = (await _cli.RunAsync("metadata", "explain", path)).Out;
        Assert.Contains("Of 7 records of the source 2 would be loaded, 4 quarantined, 1 left out.", people, StringComparison.Ordinal);
        Assert.Contains("written  drop rows where status = 'test'", people, StringComparison.Ordinal);
        Assert.Equal(["trim email", "trim status"], json["changes"]!.AsArray().Select(c => (string?)c!["step"]));
        Assert.Contains("trim email  changes 0 of 6 cells", people, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_about_the_time_of_the_load_are_judged_by_the_time_of_now()
    {
        const string Text = """
            source: events.csv
            schema: {id: integer, at: timestamp, until: date}
            validations:
              - at must not be in the future
              - {rule: in_future, field: until, severity: drop}
              - {rule: max_age, field: at, max: 9000 days, severity: warn}
            """;
        File.WriteAllText(Path.Combine(_cli.Shop.Folder, "events.csv"), "id,at,until\n1,2020-01-01 00:00:00,2900-01-01\n2,2900-01-01 00:00:00,2900-01-01\n"
            + "3,2020-01-01 00:00:00,2020-01-01\n4,1990-01-01 00:00:00,\n");
        var path = Path.Combine(_cli.Shop.Folder, "events.yaml");
        File.WriteAllText(path, Text);
        var json = await _cli.JsonAsync("metadata", "explain", path);
        Assert.Equal("""{"records":4,"whole":true,"loaded":2,"rejected":1,"leftOut":1}""", json["preview"]!.ToJsonString());
        Assert.Equal([0, 0, 1, 1, 1], json["rules"]!.AsArray().Select(r => (int)r!["broken"]!));
    }

    [Fact]
    public async Task A_source_that_cannot_be_read_does_not_keep_a_file_from_being_explained()
    {
        var path = Path.Combine(_cli.Shop.Folder, "people.json");
        File.WriteAllText(path, """{"source": "absent.csv", "schema": {"id": "integer"}}""");
        var json = await _cli.JsonAsync("metadata", "explain", path);
        Assert.Null(json["preview"]);
        Assert.Contains("does not exist", (string?)json["unreadable"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metadata_is_proposed_from_a_source_and_does_what_it_says()
    {
        var (source, file) = (Path.Combine(_cli.Shop.Folder, "people.csv"), Path.Combine(_cli.Shop.Folder, "proposed.json"));
        var rows = Enumerable.Range(1, 40).Select(i => $"{i},p{i}@example.org,0{(i % 9) + 1}/02/2024\n");
        File.WriteAllText(source, "Person Id,E-Mail,Born\n" + string.Concat(rows));
        var json = await _cli.JsonAsync("metadata", "infer", source, "--out", file);
        Assert.Equal(["person_id", "e_mail", "born"], json["fields"]!.AsArray().Select(f => (string?)f!["name"]));
        Assert.Equal("born", (string?)Assert.Single(json["questions"]!.AsArray())!["field"]);
        Assert.Equal("""{"records":40,"whole":true,"loaded":40,"rejected":0,"leftOut":0}""", json["preview"]!.ToJsonString());
        Assert.Equal(json["metadata"]!.ToJsonString(), JsonNode.Parse(File.ReadAllText(file))!.ToJsonString());
        Assert.Equal(json["preview"]!.ToJsonString(), (await _cli.JsonAsync("metadata", "explain", file))["preview"]!.ToJsonString());

        var again = await _cli.RunAsync("metadata", "infer", source, "--out", file, "--decide", "born=day-first");
        Assert.Equal((4, true), (again.Code, again.Error.Contains("There is a file of that name already", StringComparison.Ordinal)));
        var decided = await _cli.RunAsync("metadata", "infer", source, "--out", file, "--decide", "born=day-first", "--force");
        Assert.Contains("convert born from 'D/M/YYYY'", decided.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("Questions", decided.Out, StringComparison.Ordinal);
        Assert.Contains("db-vc metadata explain", decided.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("metadata infer absent.csv", 1, "source.missing")]
    [InlineData("metadata infer people.csv --decide born", 2, "usage")]
    [InlineData("metadata infer people.csv --decide born=a --decide born=b", 2, "usage")]
    [InlineData("metadata infer people.csv --decide born=a", 2, "infer.decision")]
    [InlineData("metadata infer people.csv --records 0", 2, "usage")]
    [InlineData("metadata infer people.csv --out no/such/folder.json", 2, "metadata.folder")]
    public async Task What_cannot_be_proposed_from_is_named(string line, int exit, string code)
    {
        File.WriteAllText(Path.Combine(_cli.Shop.Folder, "people.csv"), People);
        var arguments = line.Split(' ').Select(a => a.EndsWith(".csv", StringComparison.Ordinal) ? Path.Combine(_cli.Shop.Folder, a) : a);
        var said = await _cli.RunAsync([.. arguments, "--json"]);
        Assert.Equal((exit, code), (said.Code, (string?)JsonNode.Parse(said.Error)!["error"]!["code"]));
    }

    [Theory]
    [InlineData("metadata validate absent.json", "metadata.unreadable")]
    [InlineData("metadata explain absent.json", "metadata.unreadable")]
    public async Task A_file_that_is_not_there_is_named(string line, string code)
    {
        var said = await _cli.RunAsync([.. line.Split(' '), "--json"]);
        Assert.Equal(2, said.Code);
        Assert.Equal(code, (string?)JsonNode.Parse(said.Error)!["error"]!["code"]);
    }

    [Fact]
    public async Task The_schema_is_printed_as_it_is()
    {
        var said = await _cli.RunAsync("metadata", "schema");
        Assert.Equal("object", (string?)JsonNode.Parse(said.Out)!["type"]);
        Assert.Equal(JsonNode.Parse(said.Out)!.ToJsonString(), (await _cli.JsonAsync("metadata", "schema")).ToJsonString());
    }

    private async Task<Said> ValidateAsync(string text)
    {
        var path = Path.Combine(_cli.Shop.Folder, "people.json");
        File.WriteAllText(path, text);
        return await _cli.RunAsync("metadata", "validate", path);
    }
}
