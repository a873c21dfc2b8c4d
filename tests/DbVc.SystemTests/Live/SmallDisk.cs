using System.Diagnostics;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>A small file system in memory that can be filled to the last byte. Only root may mount one.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly bool _isOwn;

    /// <param name="size">As mount takes it.</param>
    /// <param name="folder">Where; null makes a folder of its own.</param>
    public SmallDisk(string size, string? folder = null)
    {
        _isOwn = folder is null;
        Path = folder ?? Directory.CreateTempSubdirectory("dbvc-disk-").FullName;
        var isMounted = Run("mount", "-t", "tmpfs", "-o", "size=" + size, "dbvc", Path) == 0;
        if (!isMounted && _isOwn) Directory.Delete(Path);
        Assert.SkipUnless(isMounted, "Only root may mount a small disk.");
    }

    public string Path { get; }

    private string Filler => System.IO.Path.Combine(Path, "filler");

    public void Fill() => Assert.NotEqual(0, Run("cp", "/dev/zero", Filler));

    public void Free() => File.Delete(Filler);

    /// <summary>The live database lies on it, and it is full at init, merge and commit: each time that is said, nothing is half done, and all goes on when
    /// there is space again.</summary>
    /// <param name="shop">Without a repository yet.</param>
    /// <param name="change">Makes the branch <c>work</c> and gives what it holds.</param>
    public void FillAtEachStep(LiveShop shop, Func<string> change)
    {
        var before = shop.Live.Dump();
        Fill();
        Assert.Equal("database.full", Assert.Throws<DbVcException>(shop.Init).Code);
        Free();
        Assert.Equal(before, shop.Live.Dump());
        shop.Init();
        using (var begun = shop.Open()) shop.CheckWhole(begun);

        var after = change();
        Fill();
        Assert.Equal("database.full", Assert.Throws<DbVcException>(() => Merge(shop)).Code);
        Assert.Equal(before, shop.Live.Dump());
        using (var workspace = shop.Open()) shop.CheckWhole(workspace);
        Free();
        Assert.Equal(MergeState.Merged, Merge(shop));
        Assert.Equal(after, shop.Live.Dump());
        CommitWhileFull(shop);
    }

    public static void Commit(LiveShop shop)
    {
        using var workspace = shop.Open();
        Assert.NotNull(workspace.Branches.Commit(BranchName.Main, "Late", null, CancellationToken.None).Commit);
    }

    /// <summary>Merges the branch <c>work</c>.</summary>
    public static MergeState Merge(LiveShop shop, TimeSpan? lockTimeout = null)
    {
        var options = lockTimeout is { } time ? OperationHost.Options with { LockTimeout = time } : OperationHost.Options;
        using var workspace = Workspace.Open(shop.Folder, options, CancellationToken.None);
        return workspace.Merges.Merge(new MergeRequest(BranchName.Parse("work"), BranchName.Main, false, []), CancellationToken.None).State;
    }

    public void Dispose()
    {
        Run("umount", "--lazy", Path);
        if (_isOwn) Directory.Delete(Path, recursive: true);
    }

    /// <summary>The row that a commit writes needs no new page, or it is said.</summary>
    private void CommitWhileFull(LiveShop shop)
    {
        shop.Live.Execute("UPDATE items SET note = 'late' WHERE order_id = 7;\n");
        Fill();
        var (before, head) = (shop.Live.Dump(), shop.Head());
        var failure = Record.Exception(() => Commit(shop));
        Assert.True(failure is null or DbVcException { Code: "database.full" }, failure?.ToString());
        Free();
        Assert.Equal(before, shop.Live.Dump());
        if (failure is not null)
        {
            Assert.Equal(head, shop.Head());
            Commit(shop);
        }

        Assert.NotEqual(head, shop.Head());
        using var workspace = shop.Open();
        shop.CheckWhole(workspace);
    }

    /// <summary>Runs a program and gives its exit code.</summary>
    public static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
