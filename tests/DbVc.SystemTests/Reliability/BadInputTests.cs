using Xunit;

namespace DbVc.SystemTests;

/// <summary>Sources and names that cannot be, given to the published program.</summary>
public sealed class BadInputTests : IDisposable
{
    private static readonly Dictionary<string, string> s_environment = new() { ["DBVC_AUTHOR"] = "Tess <tess@example.com>" };
    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-bad-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Each_bad_input_has_its_exit_code_and_a_message_and_changes_nothing()
    {
        await InitAsync();
        foreach (var (name, message) in new[] { ("", "empty"), ("..", "'..'"), ("/", "'/'"), ("a/../b", "'..'"), ("main", "There is a branch 'main' already") })
        {
            await FailsAsync(2, message, "branch", "create", name);
        }

        var differs = Metadata("differs", "id,name\n1,Ann\n"u8, "orders");
        await FailsAsync(2, "does not fit the metadata", "agent", "create", "--metadata", differs, "--branch", "work");
        await FailsAsync(2, "", "agent", "create", "--metadata", Path.Combine(_folder, "absent.json"), "--branch", "work");
        var branches = await Published.RunAsync(_folder, s_environment, "branch", "list", "--json");
        Assert.DoesNotContain("work", branches.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_in_another_encoding_than_declared_has_its_records_rejected_with_the_reason()
    {
        await InitAsync();
        var latin = Metadata("latin", [.. "id,name\n1,Ann\n2,M"u8, 0xfc, .. "ller\n3,Bob\n"u8], "people");
        await Published.RunAsync(_folder, s_environment, "agent", "create", "--metadata", latin, "--branch", "latin");
        var quarantine = await File.ReadAllLinesAsync(Path.Combine(_folder, "branches", "latin", "results", "quarantine.jsonl"));
        Assert.Contains("encoding", Assert.Single(quarantine), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, (await Published.RunAsync(_folder, s_environment, "verify")).ExitCode);
    }

    [Fact]
    public async Task A_source_of_a_header_only_loads_nothing_and_the_gates_say_so()
    {
        await InitAsync();
        var header = Metadata("header", "id,name\n"u8, "nobody");
        var created = await Published.RunAsync(_folder, s_environment, "agent", "create", "--metadata", header, "--branch", "header");
        Assert.Equal(4, created.ExitCode);
        Assert.Contains("integration", created.Output + created.Error, StringComparison.Ordinal);
        await FailsAsync(4, "", "branch", "merge", "header");
        var status = await Published.RunAsync(_folder, s_environment, "status", "--json");
        Assert.Contains("\"clean\": true", status.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_of_a_newer_version_and_an_export_cut_short_are_refused_with_what_to_do()
    {
        await InitAsync();
        var file = Path.Combine(_folder, "shop.dbvc");
        Assert.Equal(0, (await Published.RunAsync(_folder, s_environment, "export", file)).ExitCode);
        var whole = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, whole[..(whole.Length / 2)]);
        await FailsAsync(1, $"byte {whole.Length / 2}", "import", file);
        await FailsAsync(2, "no terminal", "purge", "customers", "--key", "1");
        KillableShop.Execute(Path.Combine(_folder, ".db-version-control", "commit-history.db"), "UPDATE format SET version = 99");
        await FailsAsync(1, "Use a newer db-vc", "status");
    }

    private async Task FailsAsync(int code, string message, params string[] arguments)
    {
        var ended = await Published.RunAsync(_folder, s_environment, arguments);
        Assert.Equal(code, ended.ExitCode);
        Assert.Contains(message, ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("\\n", ended.Error, StringComparison.Ordinal);
    }

    private async Task InitAsync()
    {
        KillableShop.Execute(Path.Combine(_folder, "shop.db"), await File.ReadAllTextAsync(Path.Combine(Published.Root, "samples", "shop.sql")));
        Assert.Equal(0, (await Published.RunAsync(_folder, s_environment, "init", "--database", "shop.db")).ExitCode);
    }

    /// <summary>Writes a source and metadata for it that declare no preprocessing and no rule but the key.</summary>
    private string Metadata(string name, ReadOnlySpan<byte> source, string table)
    {
        File.WriteAllBytes(Path.Combine(_folder, name + ".csv"), source.ToArray());
        var path = Path.Combine(_folder, name + ".json");
        File.WriteAllText(path, $$"""
            {"source": {"type": "csv", "location": "{{name}}.csv", "encoding": "utf-8"}, "destination": {"table": "{{table}}"},
             "schema": {"id": {"type": "integer", "primary_key": true}, "name": "string"} }
            """);
        return path;
    }
}
