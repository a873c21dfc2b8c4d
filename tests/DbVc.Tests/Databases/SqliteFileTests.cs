using DbVc.Databases;
using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

/// <summary>Files that are not what they should be, journals, and copies.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private const string Rows = "CREATE TABLE t (id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a'), (2, 'b');";
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);
    private readonly SqliteFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(100)]
    [InlineData(5000)]
    public void Garbage_is_not_a_database(int length)
    {
        var path = _fixture.NewLocation();
        File.WriteAllBytes(path, Enumerable.Range(0, length).Select(i => (byte)(i * 7 + 1)).ToArray());
        Assert.Equal("database.not-a-database", Assert.Throws<DbVcException>(() => _fixture.Provider.Open(path)).Code);
        Assert.Equal(length, new FileInfo(path).Length);
    }

    [Fact]
    public void A_directory_is_not_a_database()
    {
        Assert.Equal("database.not-a-database", Assert.Throws<DbVcException>(() => _fixture.Provider.Open(_fixture.Scratch)).Code);
        Assert.Equal("database.not-a-database", Assert.Throws<DbVcException>(() => _fixture.Provider.Drop(_fixture.Scratch)).Code);
    }

    [Fact]
    public void An_empty_file_is_an_empty_database()
    {
        var path = _fixture.NewLocation();
        File.WriteAllBytes(path, []);
        using var database = _fixture.Provider.Open(path);
        Assert.Empty(DatabaseContent.Read(database).Schema.Tables);
    }

    [Fact]
    public void A_truncated_database_fails_clearly()
    {
        using var database = _fixture.NewDatabase(Rows, out var path);
        using (var file = File.OpenWrite(path)) file.SetLength(4096);
        Assert.StartsWith("database.", Assert.Throws<DbVcException>(() => DatabaseContent.Read(database)).Code);
    }

    [Fact]
    public void A_read_only_file_can_be_read_and_not_written()
    {
        using var database = _fixture.NewDatabase(Rows, out var path);
        var table = DatabaseContent.Read(database).Schema.FindTable("t")!;
        File.SetAttributes(path, FileAttributes.ReadOnly);
        Assert.Equal(2, DatabaseContent.Read(database).Rows["t"].Count);
        Assert.Equal("database.read-only", Assert.Throws<DbVcException>(() => database.BeginApply(Short)).Code);
        Assert.Equal("database.read-only", Assert.Throws<DbVcException>(() => database.BeginLoad(table, Short)).Code);
        File.SetAttributes(path, FileAttributes.Normal);
    }

    [Fact]
    public void A_place_without_folder_is_reported()
    {
        var path = Path.Combine(_fixture.Scratch, "none", "x.db");
        Assert.Equal("database.missing", Assert.Throws<DbVcException>(() => _fixture.Provider.Create(path)).Code);
        _fixture.NewDatabase(Rows, out var source).Dispose();
        Assert.Equal("database.missing", Assert.Throws<DbVcException>(() => _fixture.Provider.Clone(source, path)).Code);
    }

    [Fact]
    public void The_journal_of_a_crashed_writer_is_rolled_back_first()
    {
        foreach (var use in new Func<IDatabase, int>[] { d => DatabaseContent.Read(d).Rows["t"].Count, QueryCount, CloneCount })
        {
            using var database = _fixture.Provider.Open(MakeCrashed());
            Assert.Equal(2, use(database));
        }
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("wal")]
    public void A_clone_holds_all_that_was_committed_however_the_file_is_in_use(string journalMode)
    {
        using var fixture = new SqliteFixture(journalMode);
        using var database = fixture.NewDatabase(Rows, out var path);
        using var open = fixture.Connect(path);
        SqliteFixture.Execute(open, "INSERT INTO t VALUES (3, 'c'); BEGIN; SELECT * FROM t");
        using var reader = database.BeginRead();
        SqliteFixture.Execute(open, "COMMIT");
        fixture.Execute(path, "INSERT INTO t VALUES (4, 'd')");
        using var writer = fixture.HoldWrite(path, "INSERT INTO t VALUES (5, 'e')");
        var copy = fixture.NewLocation();
        fixture.Provider.Clone(path, copy);
        using var clone = fixture.Provider.Open(copy);
        Assert.Equal([1, 2, 3, 4], DatabaseContent.Read(clone).Rows["t"].Select(r => r[0].AsInteger));
        Assert.Equal(3, DatabaseContent.Read(reader).Rows["t"].Count);
    }

    [Fact]
    public void Snapshots_leave_no_file_behind()
    {
        using var database = _fixture.NewDatabase(Rows, out var path);
        using (database.BeginRead())
        {
            if (!OperatingSystem.IsWindows()) Assert.Empty(Directory.GetFiles(_fixture.Scratch));
        }

        _fixture.Provider.Clone(path, _fixture.NewLocation());
        Assert.Empty(Directory.GetFiles(_fixture.Scratch));
        Assert.DoesNotContain(Directory.GetFiles(Path.GetDirectoryName(path)!), f => f.Contains(".new-", StringComparison.Ordinal));
    }

    [Fact]
    public void A_clone_is_as_private_as_its_source()
    {
        if (OperatingSystem.IsWindows()) return;
        _fixture.NewDatabase(Rows, out var path).Dispose();
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var copy = _fixture.NewLocation();
        _fixture.Provider.Clone(path, copy);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(copy));
    }

    [Fact]
    public void A_stray_journal_does_not_harm_a_new_database()
    {
        var crashed = MakeCrashed();
        File.Delete(crashed);
        _fixture.Provider.Create(crashed);
        using var database = _fixture.Provider.Open(crashed);
        Assert.Empty(DatabaseContent.Read(database).Schema.Tables);
    }

    private static int QueryCount(IDatabase database)
    {
        using var result = database.Query("SELECT * FROM t", QueryLimits.Default);
        return result.Rows.Count();
    }

    private int CloneCount(IDatabase database)
    {
        var copy = _fixture.NewLocation();
        _fixture.Provider.Clone(database.Display, copy);
        using var clone = _fixture.Provider.Open(copy);
        return DatabaseContent.Read(clone).Rows["t"].Count;
    }

    /// <summary>A database whose writer died after it had written half of its transaction to the file.</summary>
    private string MakeCrashed()
    {
        _fixture.NewDatabase(Rows, out var path).Dispose();
        var crashed = _fixture.NewLocation();
        using (var writer = _fixture.Connect(path))
        {
            SqliteFixture.Execute(writer,
                """
                PRAGMA cache_size = 1; BEGIN IMMEDIATE; DELETE FROM t;
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO t SELECT i + 10, zeroblob(1000) FROM n;
                """);
            File.Copy(path, crashed);
            File.Copy(path + "-journal", crashed + "-journal");
        }

        Assert.True(new FileInfo(crashed).Length > 100_000);
        return crashed;
    }
}
