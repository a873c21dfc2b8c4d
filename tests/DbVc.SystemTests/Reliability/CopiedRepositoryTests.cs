using System.Diagnostics;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>A repository's folder that was copied or moved: it works on the database that came along, and never on another repository's.</summary>
public sealed class CopiedRepositoryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-copy-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("shop.db")]
    [InlineData("../shop.db")]
    [InlineData("data/live/shop.db")]
    public async Task A_copy_with_its_database_changes_that_one_and_not_the_original(string database)
    {
        var original = await InitAsync("one/repository", database);
        Sqlite(original, database, "UPDATE people SET name = 'changed'");
        await RunAsync(original, 0, "commit", "-m", "change");
        Run("cp", "-a", At("one"), At("two"));
        await RunAsync(At("two/repository"), 0, "rollback", "--to-commit", "HEAD~1");
        Assert.Equal("changed", Name(original, database));
        Assert.Equal("Ann", Name(At("two/repository"), database));
        await RunAsync(original, 0, "verify");
        await RunAsync(At("two/repository"), 0, "verify");
        await RunAsync(original, 0, "status");
    }

    [Fact]
    public async Task A_copy_without_its_database_keeps_its_hands_off_the_originals()
    {
        var original = await InitAsync("repository", At("elsewhere/shop.db"));
        Run("cp", "-a", original, At("copy"));
        foreach (var command in new[] { "status", "commit -m x", "branch create b", "rollback --to-commit HEAD" })
        {
            var ended = await RunAsync(At("copy"), 4, command.Split(' '));
            Assert.Contains("is a copy", ended.Error, StringComparison.Ordinal);
            Assert.Contains(original, ended.Error, StringComparison.Ordinal);
        }

        await RunAsync(At("copy"), 0, "log");
        await RunAsync(original, 0, "status");
    }

    [Fact]
    public async Task A_copy_beside_the_original_that_shares_the_database_keeps_its_hands_off()
    {
        var original = await InitAsync("repository", "../shop.db");
        Run("cp", "-a", original, At("copy"));
        await RunAsync(At("copy"), 4, "status");
        await RunAsync(original, 0, "status");
    }

    [Theory]
    [InlineData("shop.db")]
    [InlineData("../../elsewhere/shop.db")]
    public async Task A_repository_that_was_moved_goes_on_at_its_new_place(string database)
    {
        var original = await InitAsync("one/repository", database);
        Directory.CreateDirectory(At("two"));
        Directory.Move(original, At("two/renamed"));
        await RunAsync(At("two/renamed"), 0, "status");
        Sqlite(At("two/renamed"), database, "UPDATE people SET name = 'changed'");
        await RunAsync(At("two/renamed"), 0, "commit", "-m", "change");
        await RunAsync(At("two/renamed"), 0, "branch", "create", "work");
        File.CreateSymbolicLink(At("link"), At("two/renamed"));
        await RunAsync(At("link"), 0, "-C", At("link"), "status");
    }

    private async Task<string> InitAsync(string name, string database)
    {
        var root = At(name);
        Directory.CreateDirectory(root);
        var file = Path.GetFullPath(database, root);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        KillableShop.Execute(file, "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO people VALUES (1, 'Ann');");
        await RunAsync(root, 0, "init", "--database", database);
        return root;
    }

    private string At(string name) => Path.Combine(_folder, name);

    private static string Name(string root, string database) =>
        (string)KillableShop.Query(Path.GetFullPath(database, root), "SELECT name FROM people")[0][0];

    private static void Sqlite(string root, string database, string sql) => KillableShop.Execute(Path.GetFullPath(database, root), sql);

    private static async Task<Ended> RunAsync(string folder, int code, params string[] arguments)
    {
        var ended = await Published.RunAsync(folder, new Dictionary<string, string> { ["DBVC_AUTHOR"] = "Tess" }, arguments);
        Assert.True(ended.ExitCode == code, $"{string.Join(' ', arguments)} in {folder}: {ended.ExitCode} {ended.Error}{ended.Output}");
        return ended;
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
