using System.Diagnostics;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>Files that an ordinary user may not read. Root may read everything, so as root the program runs as nobody here.</summary>
public sealed class UnreadableTests : IDisposable
{
    private const string Nobody = "65534";
    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-unreadable-").FullName;
    private readonly string _program;

    public UnreadableTests()
    {
        // Where the checkout lies nobody may be allowed to go.
        var published = Path.Combine(Published.Root, "artifacts", "publish", "cli");
        _program = At("program/db-vc.dll");
        Run("cp", "-r", published, At("program"));
        KillableShop.Execute(At("shop.db"), "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT);");
        File.WriteAllText(At("people.csv"), "id,name\n1,Ann\n");
        File.WriteAllText(At("people.json"), """
            {"source": "people.csv", "destination": {"table": "people"}, 
             "schema": {"id": {"type": "integer", "primary_key": true}, "name": "string"} }
            """);
        if (Environment.IsPrivilegedProcess) Run("chown", "-R", Nobody + ":" + Nobody, _folder);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_may_not_be_read_is_named_with_what_to_do_and_nothing_is_made()
    {
        Assert.Equal(0, (await DbVcAsync("init", "--database", "shop.db")).ExitCode);
        await RefusedAsync("people.csv", 1, "The source cannot be opened: Permission denied",
            "agent", "create", "--metadata", "people.json", "--branch", "work");
        await RefusedAsync("people.json", 2, "The metadata file cannot be opened: Permission denied", "agent", "create", "--metadata", "people.json");
        await RefusedAsync(".db-version-control/config.yaml", 1, "The configuration cannot be opened: Permission denied",
            "agent", "create", "--metadata", "people.json");
        await RefusedAsync("shop.db", 1, "shop.db", "status");
        var branches = await DbVcAsync("branch", "list", "--json");
        Assert.Equal(0, branches.ExitCode);
        Assert.DoesNotContain("work", branches.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await DbVcAsync("verify")).ExitCode);
    }

    [Fact]
    public async Task A_database_that_may_not_be_written_is_named_and_stays_as_it_is()
    {
        var mode = File.GetUnixFileMode(At("shop.db"));
        File.SetUnixFileMode(At("shop.db"), UnixFileMode.UserRead);
        var init = await DbVcAsync("init", "--database", "shop.db");
        Assert.True(init.ExitCode == 1 && init.Error.Contains("cannot be written", StringComparison.Ordinal), init.Error);
        Assert.False(Directory.Exists(At(".db-version-control")));
        File.SetUnixFileMode(At("shop.db"), mode);
        Assert.Equal(0, (await DbVcAsync("init", "--database", "shop.db")).ExitCode);
        KillableShop.Execute(At("shop.db"), "INSERT INTO people VALUES (1, 'Ann')");
        File.SetUnixFileMode(At("shop.db"), UnixFileMode.UserRead);
        var commit = await DbVcAsync("commit", "-m", "change");
        Assert.True(commit.ExitCode == 1 && commit.Error.Contains("cannot be written", StringComparison.Ordinal), commit.Error);
        File.SetUnixFileMode(At("shop.db"), mode);
        Assert.Equal(0, (await DbVcAsync("commit", "-m", "change")).ExitCode);
        Assert.Equal(0, (await DbVcAsync("verify")).ExitCode);
    }

    private async Task RefusedAsync(string file, int code, string message, params string[] arguments)
    {
        var mode = File.GetUnixFileMode(At(file));
        File.SetUnixFileMode(At(file), UnixFileMode.None);
        var ended = await DbVcAsync(arguments);
        File.SetUnixFileMode(At(file), mode);
        Assert.True(ended.ExitCode == code && ended.Error.Contains(message, StringComparison.Ordinal), $"{file}: {ended.ExitCode} {ended.Error}{ended.Output}");
        Assert.Contains("try: ", ended.Error, StringComparison.Ordinal);
        Assert.Contains(At(file), ended.Error, StringComparison.Ordinal);
    }

    private Task<Ended> DbVcAsync(params string[] arguments)
    {
        var dotnet = Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet";
        string[] command = Environment.IsPrivilegedProcess
            ? ["setpriv", "--reuid=" + Nobody, "--regid=" + Nobody, "--clear-groups", dotnet, _program, .. arguments]
            : [dotnet, _program, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = _folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DBVC_AUTHOR"] = "Tess <tess@example.com>";
        start.Environment["HOME"] = _folder;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return Published.EndAsync(process);
    }

    private string At(string name) => Path.Combine(_folder, name);

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
