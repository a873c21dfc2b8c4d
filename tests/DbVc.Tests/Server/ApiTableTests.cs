using System.CommandLine;
using DbVc.Commands;
using DbVc.Orchestration;
using DbVc.Server;
using Xunit;

namespace DbVc.Tests;

public sealed class ApiTableTests
{
    [Fact]
    public void Every_verb_is_an_endpoint_or_says_why_not()
    {
        var verbs = ApiTable.Verbs(new CommandLine().Root).ToList();
        var here = verbs.Where(v => v.Verb.HereBecause is not null).ToList();
        Assert.Equal(verbs.Select(v => v.Name).Order(), ApiTable.All.Select(e => e.Verb).Concat(here.Select(v => v.Name)).Order());
        Assert.Equal(["chat", "completion", "init", "mcp", "serve", "work"], here.Select(v => v.Name).Order());
        Assert.All(AccessTable.Rules.SelectMany(r => r.Verbs), verb => Assert.Contains(verb, verbs.Select(v => v.Name)));
    }

    [Fact]
    public void What_names_a_file_of_the_host_is_read_from_uploads_or_made_for_the_answer_or_not_offered()
    {
        var places = from endpoint in ApiTable.All
                     from parameter in endpoint.Parameters
                     where parameter.File == FileUse.None
                     let symbol = Symbols(endpoint.Command).Single(s => ParameterName.Of(s) == parameter.Name)
                     let hint = (symbol as Option)?.HelpName ?? symbol.Name
                     where $"{endpoint.Verb} {parameter.Name}" != "request comment file" // a file of the branch
                     where hint.Contains("FILE", StringComparison.Ordinal) || hint.Contains("DIR", StringComparison.Ordinal)
                         || hint.Contains("PATH", StringComparison.Ordinal) || hint.Contains("DATABASE", StringComparison.Ordinal)
                     select $"{endpoint.Verb} {parameter.Name}";
        Assert.Empty(places);
    }

    [Fact]
    public void Only_what_a_viewer_may_do_is_a_GET()
    {
        Assert.All(ApiTable.All.Where(e => e.Asked is not null), e => Assert.Equal(AccessAction.Read, AccessTable.FindVerb(e.Verb)!.Action));
        Assert.DoesNotContain(ApiTable.All.Single(e => e.Verb == "tag").Asked!, p => p.Name == "delete");
    }

    [Fact]
    public void Parameters_of_a_verb_have_names_of_their_own()
    {
        Assert.All(ApiTable.All, e => Assert.Equal(e.Parameters.Count, e.Parameters.Select(p => p.Name).Distinct().Count()));
    }

    [Fact]
    public void Every_request_that_can_be_written_is_read_by_the_commands_as_it_was_meant()
    {
        var commands = new CommandLine();
        foreach (var endpoint in ApiTable.All)
        {
            var given = endpoint.Parameters.ToDictionary(p => p.Name, p => (IReadOnlyList<string>)[Sample(p)]);
            var parsed = commands.Parse(CommandWords.Of(endpoint, given, "/tmp", "--json"));
            Assert.True(parsed.Errors.Count == 0, $"{endpoint.Verb}: {string.Join(' ', parsed.Errors.Select(e => e.Message))}");
            Assert.Equal(endpoint.Verb, CommandContext.NameOf(parsed.CommandResult.Command));
            foreach (var parameter in endpoint.Parameters)
            {
                var symbol = Symbols((Verb)parsed.CommandResult.Command).Single(s => ParameterName.Of(s) == parameter.Name);
                var tokens = parsed.GetResult(symbol)!.Tokens.Select(t => t.Value).ToList();
                if (!parameter.IsFlag) Assert.Equal([Sample(parameter)], tokens);
            }
        }
    }

    /// <summary>What words of a command line would not survive.</summary>
    private static string Sample(Parameter parameter) => parameter.IsFlag ? "true" : parameter.IsNumber ? "-7" :
        parameter.Choices.FirstOrDefault() ?? "--all=x -C / @y";

    private static IEnumerable<Symbol> Symbols(Verb verb) => [.. verb.Arguments, .. verb.Options];

    [Fact]
    public void The_OpenAPI_document_is_one_and_says_what_it_said_before()
    {
        var bytes = OpenApiDocument.Write(ApiTable.All);
        var read = Microsoft.OpenApi.OpenApiDocument.Load(new MemoryStream(bytes), "json");
        Assert.Empty(read.Diagnostic!.Errors.Select(e => $"{e.Pointer} {e.Message}"));
        Assert.Empty(read.Diagnostic.Warnings.Select(e => $"{e.Pointer} {e.Message}"));
        Assert.Equal(ApiTable.All.Count, read.Document!.Paths.Count);
        // The dashboard's client is generated from this file.
        var approved = Path.Combine(SourceTree.Root, "dashboard", "openapi.json");
        if (Environment.GetEnvironmentVariable("DBVC_APPROVE") == "1") File.WriteAllBytes(approved, bytes);
        Assert.Equal(File.ReadAllText(approved), System.Text.Encoding.UTF8.GetString(bytes), ignoreLineEndingDifferences: true);
    }
}
