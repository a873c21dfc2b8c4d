using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>Code that a person edited is generated again, and plain <c>dotnet test</c> judges it in the folder where it lies.</summary>
public sealed class EditedPipelineTests : IDisposable
{
    private const string Metadata = """
        {
          "task_id": "members", "source": "members.csv", "destination": { "table": "members", "disposition": "upsert", "evolution": "evolve" },
          "schema": { "id": { "type": "integer", "primary_key": true }, "email": "string", "score": "decimal" },
          "validations": [ "email must be valid", "score between 0 and 100" ],
          "preprocessing": [ "trim email" ],
          "test_data": { "sample_size": 10, "validation_threshold": 0.5 }
        }
        """;

    private const string OwnTests = """
        using Xunit;

        namespace MembersPipeline.Tests;

        public sealed class TeamTests
        {
            [Fact]
            public void The_score_of_the_team_is_valid() => Assert.True(Validators.ScoreMustBeBetween0And100(99.5m));
        }

        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-edited-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Edits_of_generated_code_survive_other_metadata_and_contradictions_are_named_before_anything_is_done()
    {
        await MakeEdited("agent-members");
        var ran = await Do("gate", "run", "agent-members");
        Assert.Equal("[{\"step\":\"trim email\",\"field\":\"email\",\"operation\":\"trim\",\"changed\":1,\"of\":2}]",
            JsonSerializer.Serialize(ran.GetProperty("changes").GetProperty("steps")));
        Assert.Contains("\"changed\": 1", await ReadAsync("agent-members", "results/changes.json"), StringComparison.Ordinal);
        Assert.Contains("Changed: trim email 1 of 2 cells", (await Say("branch", "review", "agent-members")).Output, StringComparison.Ordinal);
        await Do("branch", "merge", "agent-members");

        // A rule, a step and a field more: both what was edited and what is new are there, and the gates pass.
        await File.WriteAllTextAsync(PathOf("next.json"), Metadata
            .Replace("\"score\": \"decimal\"", "\"score\": \"decimal\", \"city\": \"string\"", StringComparison.Ordinal)
            .Replace("\"score between 0 and 100\"", "\"score between 0 and 100\", \"city must be at most 20 characters long\"", StringComparison.Ordinal)
            .Replace("members.csv", "next.csv", StringComparison.Ordinal));
        await File.WriteAllTextAsync(PathOf("next.csv"),
            "id,email,score,city\n1,a@x.org,1.5,Rome\n3,c@x.org,3,Paris\n4,d@x.org,4,Llanfairpwllgwyngyllgogerychwyrndrobwll\n");
        var made = await Do("pipeline", "generate", "members", "--metadata", "next.json", "--branch", "next");
        Assert.Equal("ready", made.GetProperty("state").GetString());
        Assert.Equal(2, made.GetProperty("rows").GetProperty("loaded").GetInt64());
        var validators = await ReadAsync("next", "generated/Validators.cs");
        Assert.Contains("Agreed with the mail team", validators, StringComparison.Ordinal);
        Assert.Contains("CityMustBeAtMost20CharactersLong", validators, StringComparison.Ordinal);
        Assert.Contains("City", await ReadAsync("next", "generated/Ingestion.cs"), StringComparison.Ordinal);
        Assert.Equal(OwnTests, await ReadAsync("next", "tests/TeamTests.cs"));
        await Do("branch", "merge", "next");
        await Do("pipeline", "run", "members", "--source", "next.csv", "--again");

        // The same lines edited and generated otherwise: file and lines are named, and there is no branch.
        await File.WriteAllTextAsync(PathOf("other.json"), (await File.ReadAllTextAsync(PathOf("next.json")))
            .Replace("email must be valid", "email must end with '.org'", StringComparison.Ordinal));
        var refused = await Say("pipeline", "generate", "members", "--metadata", "other.json", "--branch", "other");
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("generated/Validators.cs (lines ", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("ValidatorsTests", refused.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await Say("branch", "show", "other")).ExitCode);
        Assert.False(Directory.Exists(PathOf("branches/other")));

        var marked = await Say("pipeline", "generate", "members", "--metadata", "other.json", "--branch", "other", "--conflicts", "mark");
        Assert.NotEqual(0, marked.ExitCode);
        Assert.Contains("<<<<<<< edited", await ReadAsync("other", "generated/Validators.cs"), StringComparison.Ordinal);
        var taken = await Do("pipeline", "generate", "members", "--metadata", "other.json", "--branch", "taken", "--conflicts", "generated");
        Assert.Equal("ready", taken.GetProperty("state").GetString());
        Assert.DoesNotContain("Agreed with the mail team", await ReadAsync("taken", "generated/Validators.cs"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_dotnet_test_in_the_folder_of_a_branch_names_the_rule_that_an_edit_broke()
    {
        await MakeEdited("agent-members");
        var (passed, output) = await TestAsync("agent-members");
        Assert.True(passed, output);
        Assert.Contains("failed: 0", output, StringComparison.Ordinal);

        await EditAsync("agent-members", "score <= 100m", "score <= 1000m");
        (passed, output) = await TestAsync("agent-members");
        Assert.False(passed, output);
        Assert.Contains("ScoreMustBeBetween0And100", output, StringComparison.Ordinal);
        Assert.DoesNotContain("failed EmailMustBeValid", output, StringComparison.Ordinal);

        await EditAsync("agent-members", "score <= 1000m", "score <= 100m");
        (passed, output) = await TestAsync("agent-members");
        Assert.True(passed, output);
    }

    /// <summary>A pipeline whose code a person edited on its branch, with a test of their own.</summary>
    private async Task MakeEdited(string branch)
    {
        await Do("init", "--database", "shop.db");
        await File.WriteAllTextAsync(PathOf("members.json"), Metadata);
        await File.WriteAllTextAsync(PathOf("members.csv"), "id,email,score\n1,a@x.org,1.5\n2, b@x.org,2\n");
        await Do("agent", "create", "--metadata", "members.json", "--branch", branch);
        await EditAsync(branch, "EmailMustBeValid(Text email) =>\n        email.IsNull || Rules.IsEmail(email);",
            "EmailMustBeValid(Text email)\n    {\n        // Agreed with the mail team.\n"
            + "        if (email.IsNull) return true;\n        return Rules.IsEmail(email);\n    }");
        await File.WriteAllTextAsync(PathOf($"branches/{branch}/tests/TeamTests.cs"), OwnTests);
        await Do("commit", "--branch", branch, "-m", "The rule for addresses as agreed");
    }

    private async Task EditAsync(string branch, string before, string after)
    {
        var path = PathOf($"branches/{branch}/generated/Validators.cs");
        var text = await File.ReadAllTextAsync(path);
        Assert.Contains(before, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, text.Replace(before, after, StringComparison.Ordinal));
    }

    private Task<string> ReadAsync(string branch, string path) => File.ReadAllTextAsync(PathOf($"branches/{branch}/{path}"));

    private async Task<(bool Passed, string Output)> TestAsync(string branch)
    {
        var start = new ProcessStartInfo("dotnet", ["test"])
        {
            WorkingDirectory = PathOf($"branches/{branch}/tests"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        var ended = await Published.EndAsync(Process.Start(start)!);
        return (ended.ExitCode == 0, ended.Output + ended.Error);
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private async Task<JsonElement> Do(params string[] arguments)
    {
        var ended = await Say([.. arguments, "--json"]);
        Assert.True(ended.ExitCode == 0, $"db-vc {string.Join(' ', arguments)}: {ended.ExitCode}\n{ended.Output}\n{ended.Error}");
        return JsonDocument.Parse(ended.Output).RootElement.Clone();
    }

    private Task<Ended> Say(params string[] arguments) => Published.RunAsync(_folder, new Dictionary<string, string>(), arguments);
}
