using System.Text;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>A process killed at the first, second, third … time the store touches the disk: the next command finds old or new, and finishes.</summary>
public sealed class DyingAtEveryWriteTests : IDisposable
{
    private const int MaxWrites = 200;
    private const string Secret = "Secret-of-customer-20000";

    private readonly KillableShop _shop = new();
    private readonly string _backup = Directory.CreateTempSubdirectory("dbvc-backup-").FullName;
    private OperationHost _spare = new();

    public void Dispose()
    {
        _spare.Dispose();
        _shop.Dispose();
        Directory.Delete(_backup, recursive: true);
    }

    [Fact]
    public void A_commit() => DieEverywhere("commit", "work", Prepare(), atLeast: 8);

    [Fact]
    public void A_merge()
    {
        Prepare(commit: true);
        _shop.Write("UPDATE customers SET city = 'moved' WHERE id = 500");
        using (var workspace = _shop.Open()) workspace.Branches.Commit(BranchName.Main, "Move", null, CancellationToken.None);
        var before = _shop.Dump();
        var undisturbed = Path.Combine(_backup, "undisturbed");
        Copy(_shop.Folder, undisturbed);
        using (var workspace = _shop.Open())
        {
            workspace.Merges.Merge(new MergeRequest(BranchName.Parse("work"), BranchName.Main, false, []), CancellationToken.None);
        }

        var after = _shop.Dump();
        Directory.Delete(_shop.Folder, recursive: true);
        Copy(undisturbed, _shop.Folder);
        DieEverywhere("merge", "work", (before, after), atLeast: 8);
    }

    [Fact]
    public void A_gc()
    {
        var before = Prepare(commit: true);
        using (var workspace = _shop.Open())
        {
            for (var i = 0; i < 3; i++)
            {
                _shop.Branch("gone" + i, $"UPDATE customers SET name = name || '{i}'");
                workspace.Branches.Delete(BranchName.Parse("gone" + i));
            }
        }

        DieEverywhere("gc", "", (before.Before, before.Before), atLeast: 5);
        using var after = _shop.Open();
        var rest = after.Upkeep.Collect(new GcRequest(true, TimeSpan.Zero), CancellationToken.None);
        Assert.Equal((0L, 0L), (rest.Commits, rest.Packs));
    }

    [Fact]
    public void A_purge()
    {
        _shop.Write($"INSERT INTO customers VALUES (20000, '{Secret}', 'first')");
        using (var workspace = _shop.Open()) workspace.Branches.Commit(BranchName.Main, "Secret", null, CancellationToken.None);
        _shop.Branch("other", "UPDATE customers SET city = 'second' WHERE id = 20000");
        _shop.Write("UPDATE customers SET city = 'third' WHERE id = 20000");
        using (var workspace = _shop.Open()) workspace.Branches.Commit(BranchName.Main, "Again", null, CancellationToken.None);
        var before = _shop.Dump();
        var copy = Path.Combine(_backup, "without.db");
        File.Copy(_shop.Database, copy);
        KillableShop.Execute(copy, "DELETE FROM customers WHERE id = 20000");
        var after = KillableShop.Dump(copy);
        File.Delete(copy);
        DieEverywhere("purge", "20000", (before, after), atLeast: 15, RequireForgotten);
    }

    [Fact]
    public void An_import()
    {
        var before = _shop.Dump();
        _shop.Branch("travels", "UPDATE customers SET city = 'far'");
        var file = Path.Combine(_backup, "travels.dbvc");
        using (var workspace = _shop.Open())
        {
            workspace.Upkeep.Export(new ExportRequest(file, BranchName.Parse("travels")), CancellationToken.None);
            workspace.Branches.Delete(BranchName.Parse("travels"));
            workspace.Upkeep.Collect(new GcRequest(false, TimeSpan.Zero), CancellationToken.None);
        }

        DieEverywhere("import", file, (before, before), atLeast: 6);
        using var after = _shop.Open();
        Assert.Equal("Change travels", after.History.Log(new LogRequest("travels", 1, null, false))[0].Commit.Commit.Message);
    }

    /// <summary>A branch with changes, committed or not; the live database as it is and as a merge makes it.</summary>
    private (string Before, string After) Prepare(bool commit = false)
    {
        var before = _shop.Dump();
        var after = _shop.Branch("work", 1);
        if (commit) return (before, after);
        using var workspace = _shop.Open();
        KillableShop.Execute(workspace.Branches.Show(BranchName.Parse("work")).Database!, "UPDATE orders SET total = total + 1");
        return (before, before);
    }

    private void DieEverywhere(string operation, string argument, (string Before, string After) live, int atLeast, Action? whenNew = null)
    {
        Copy(_shop.Folder, Path.Combine(_backup, "shop"));
        for (var write = 1; write < MaxWrites; write++)
        {
            Directory.Delete(_shop.Folder, recursive: true);
            Copy(Path.Combine(_backup, "shop"), _shop.Folder);
            using var host = Take();
            host.BeginDying(operation, _shop.Folder, argument, write);
            var died = host.Finish() != 0;
            using (var workspace = _shop.Open())
            {
                _shop.CheckWhole(workspace);
                var found = _shop.Dump();
                Assert.True(found == live.Before || found == live.After, $"After {operation} died at write {write} the database is neither old nor new.");
                if (found == live.After) whenNew?.Invoke();
            }

            if (!died)
            {
                Assert.True(write > atLeast, $"{operation} touched the disk {write - 1} times only.");
                return;
            }

            Repeat(operation, argument, live.After, write);
            whenNew?.Invoke();
        }

        Assert.Fail($"{operation} did not end.");
    }

    private void Repeat(string operation, string argument, string expected, int write)
    {
        using var host = Take();
        host.Begin(operation, _shop.Folder, argument);
        var code = host.Finish();
        // What was finished already cannot be done twice: a purge finds no row.
        Assert.True(code == 0 || operation == "purge", $"{operation} failed with {code} after it had died at write {write}.");
        using var workspace = _shop.Open();
        _shop.CheckWhole(workspace);
        Assert.Equal(expected, _shop.Dump());
    }

    private void RequireForgotten()
    {
        foreach (var path in Directory.EnumerateFiles(_shop.Folder, "*", SearchOption.AllDirectories))
        {
            Assert.True(File.ReadAllBytes(path).AsSpan().IndexOf(Encoding.UTF8.GetBytes(Secret)) < 0, $"{path} still holds the value.");
        }
    }

    private OperationHost Take()
    {
        var host = _spare;
        _spare = new OperationHost();
        return host;
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var folder in Directory.GetDirectories(from)) Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        foreach (var file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
