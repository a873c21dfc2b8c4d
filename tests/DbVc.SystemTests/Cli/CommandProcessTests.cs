using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>The published program on a real shop: exit codes, signals, pipes, and two of it at once.</summary>
public sealed class CommandProcessTests : IDisposable
{
    private static readonly Dictionary<string, string> Environment = new() { ["DBVC_AUTHOR"] = "Tess <tess@example.com>" };
    private readonly string _folder = Directory.CreateTempSubdirectory("db-vc-system-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Piped_output_is_plain_and_json_is_exactly_one_document()
    {
        await InitAsync();
        Sqlite("UPDATE customers SET city = 'Graz' WHERE id = 1");
        foreach (var command in new[] { "status", "diff", "log --graph", "branch list", "op log", "verify" })
        {
            var plain = await RunAsync(command.Split(' '));
            Assert.Equal((0, ""), (plain.ExitCode, plain.Error));
            Assert.DoesNotContain('\x1b', plain.Output);
            var json = await RunAsync([.. command.Split(' '), "--json"]);
            Assert.Equal((0, ""), (json.ExitCode, json.Error));
            using var document = JsonDocument.Parse(json.Output);
            Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
        }
    }

    [Fact]
    public async Task Ctrl_c_stops_an_agent_with_130_and_nothing_is_half_done()
    {
        await InitAsync();
        var process = Published.Start(_folder, Environment, "agent", "create", "--metadata",
            Path.Combine(Published.Root, "samples", "customers.json"), "--branch", "agent-customers");
        Assert.NotNull(await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"])) await kill.WaitForExitAsync();
        var ended = await Published.EndAsync(process);
        Assert.Equal(130, ended.ExitCode);
        Assert.Contains("Interrupted", ended.Error, StringComparison.Ordinal);

        Assert.Contains("\"clean\": true", (await RunAsync("status", "--json")).Output, StringComparison.Ordinal);
        Assert.Contains("\"state\": \"stopped\"", (await RunAsync("agent", "status", "--json")).Output, StringComparison.Ordinal);
        Assert.Equal(4, (await RunAsync("branch", "merge", "agent-customers")).ExitCode);
        Assert.Equal(0, (await RunAsync("verify")).ExitCode);
    }

    [Fact]
    public async Task Two_at_once_take_turns_or_say_so()
    {
        await InitAsync();
        for (var round = 1; round <= 3; round++)
        {
            Sqlite($"UPDATE customers SET age = {round} WHERE id = 1");
            var ended = await Task.WhenAll(RunAsync("commit", "-m", "one"), RunAsync("commit", "-m", "two"));
            Assert.All(ended, e => Assert.True(e.ExitCode is 0 or 5, e.Error));
            Assert.Contains(ended, e => e.ExitCode == 0);
        }

        Assert.Equal(0, (await RunAsync("verify")).ExitCode);
        using var log = JsonDocument.Parse((await RunAsync("log", "--json")).Output);
        Assert.Equal(4, log.RootElement.GetProperty("commits").GetArrayLength());
    }

    [Fact]
    public async Task A_repository_that_may_only_be_read_is_an_error_with_a_reason()
    {
        await InitAsync();
        var ended = await RunAsync("-C", "/proc", "init", "--database", Path.Combine(_folder, "shop.db"));
        Assert.NotEqual(0, ended.ExitCode);
        Assert.StartsWith("error: ", ended.Error);
    }

    private async Task InitAsync()
    {
        Sqlite(await File.ReadAllTextAsync(Path.Combine(Published.Root, "samples", "shop.sql")));
        var ended = await RunAsync("init", "--database", "shop.db");
        Assert.Equal((0, ""), (ended.ExitCode, ended.Error));
    }

    private Task<Ended> RunAsync(params string[] arguments) => Published.RunAsync(_folder, Environment, arguments);

    /// <summary>Writes to the live database past db-vc, as an application does.</summary>
    private void Sqlite(string sql)
    {
        using var sqlite = Process.Start(new ProcessStartInfo("sqlite3", [Path.Combine(_folder, "shop.db")]) { RedirectStandardInput = true })!;
        sqlite.StandardInput.Write(sql + ";\n");
        sqlite.StandardInput.Close();
        sqlite.WaitForExit();
        Assert.Equal(0, sqlite.ExitCode);
    }
}
