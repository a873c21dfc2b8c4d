using System.Text.Json.Nodes;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>Metadata that is larger than a person writes is compiled, linted and tested like any other.</summary>
public sealed class WidePipelineTests(WorkerFixture worker) : IClassFixture<WorkerFixture>
{
    private static readonly string[] s_types = ["integer", "string", "decimal", "date", "float", "boolean", "timestamp"];

    [Fact]
    public void A_hundred_fields_with_thirty_rules_that_reject_and_thirty_that_drop_pass_lint_and_their_tests()
    {
        var compiled = worker.Compile(GeneratedCode.Of(Metadata(fields: 100, rules: 30), "wide.json"));
        Assert.Empty(compiled.Errors);
        Assert.Empty(compiled.Lint);
        Assert.Empty(compiled.Security);
        using var session = WorkerSession.Start(WorkerFixture.Options);
        var tested = session.RunTests(compiled.Pipeline!, withMutants: false, TestContext.Current.CancellationToken);
        Assert.True(tested.Succeeded, string.Join("\n", tested.Cases.Where(c => c.Outcome != TestOutcome.Passed).Take(10)) + tested.Output);
    }

    private static string Metadata(int fields, int rules)
    {
        var schema = new JsonObject { ["id"] = new JsonObject { ["type"] = "integer", ["primary_key"] = true } };
        for (var i = 1; i < fields; i++) schema[$"field_{i}"] = s_types[i % s_types.Length];
        var validations = new JsonArray();
        for (var i = 1; i <= rules; i++)
        {
            validations.Add((JsonNode)RuleOn(i));
            var drop = RuleOn(i + rules);
            drop["severity"] = "drop";
            validations.Add((JsonNode)drop);
        }

        return new JsonObject
        {
            ["source"] = "wide.csv",
            ["destination"] = "wide",
            ["schema"] = schema,
            ["validations"] = validations,
            ["preprocessing"] = new JsonArray("trim whitespace"),
        }.ToJsonString();
    }

    private static JsonObject RuleOn(int field) => new()
    {
        ["field"] = $"field_{field}",
        ["rule"] = s_types[field % s_types.Length] switch
        {
            "boolean" => "equals",
            "string" => "max_length",
            "date" or "timestamp" => "at_least",
            _ => "at_most",
        },
        ["value"] = s_types[field % s_types.Length] switch
        {
            "boolean" => true,
            "string" => 20 + field,
            "date" => "2000-01-31",
            "timestamp" => "2000-01-31 12:00:00",
            _ => 1000 + field,
        },
    };
}
