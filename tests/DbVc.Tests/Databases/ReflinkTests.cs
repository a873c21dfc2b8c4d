using System.Diagnostics;
using DbVc.Databases;
using Xunit;

namespace DbVc.Tests;

/// <summary>Where the file system can share extents, a copy shares them and is isolated all the same. Needs root and xfsprogs to make one.</summary>
public sealed class ReflinkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-xfs-").FullName;
    private bool _isMounted;

    private string Mount => Path.Combine(_folder, "mount");

    [Fact]
    public void A_copy_on_XFS_shares_its_bytes_and_is_isolated()
    {
        MakeFileSystem();
        var scratch = Directory.CreateDirectory(Path.Combine(Mount, "scratch")).FullName;
        var provider = new SqliteProvider(scratch);
        var (live, copy) = (Path.Combine(Mount, "live.db"), Path.Combine(Mount, "copy.db"));
        provider.Create(live);
        Execute(live, "CREATE TABLE t (id INTEGER PRIMARY KEY, big); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) "
            + "INSERT INTO t SELECT i, randomblob(15000) FROM n");
        using var database = provider.Open(live);
        Assert.True(database.Capabilities.CheapClone);
        Run("sync", ["-f", Mount]);
        var before = new DriveInfo(Mount).AvailableFreeSpace;
        provider.Clone(live, copy);
        Run("sync", ["-f", Mount]);
        var size = new FileInfo(copy).Length;
        Assert.Equal(new FileInfo(live).Length, size);
        Assert.True(before - new DriveInfo(Mount).AvailableFreeSpace < size / 4, "The copy takes its own space.");

        Execute(copy, "DELETE FROM t WHERE id > 10");
        using var clone = provider.Open(copy);
        Assert.Equal(10, DatabaseContent.Read(clone).Rows["t"].Count);
        Assert.Equal(4000, DatabaseContent.Read(database).Rows["t"].Count);
    }

    public void Dispose()
    {
        if (_isMounted) Run("umount", [Mount]);
        Directory.Delete(_folder, recursive: true);
    }

    private static void Execute(string location, string sql)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={location};Pooling=False");
        connection.Open();
        SqliteFixture.Execute(connection, sql);
    }

    private void MakeFileSystem()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root can mount a file system.");
        var image = Path.Combine(_folder, "xfs.img");
        using (var file = File.Create(image)) file.SetLength(400L << 20);
        Assert.SkipUnless(Run("mkfs.xfs", ["-q", "-m", "reflink=1", image]), "There is no mkfs.xfs here (package xfsprogs).");
        Directory.CreateDirectory(Mount);
        _isMounted = Run("mount", ["-o", "loop", image, Mount]);
        Assert.SkipUnless(_isMounted, "This machine mounts no XFS.");
    }

    private static bool Run(string program, string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
