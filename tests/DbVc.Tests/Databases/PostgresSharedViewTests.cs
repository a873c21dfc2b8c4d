using DbVc.Databases;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;
using Npgsql;
using Xunit;

namespace DbVc.Tests;

/// <summary>Several connections read the tables of one database at the same time, and all see one moment of it.</summary>
public sealed class PostgresSharedViewTests : IDisposable
{
    private const int Tables = 6;

    private readonly PostgresFixture _fixture = new(15);
    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-view-").FullName;

    public void Dispose()
    {
        _fixture.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Money_that_moves_between_tables_while_they_are_read_is_neither_lost_nor_doubled()
    {
        using var first = _fixture.NewDatabase(Accounts(4000), out var location);
        using var ended = new CancellationTokenSource();
        var moves = 0;
        var writer = new Thread(() =>
        {
            var random = new Random(1);
            while (!ended.IsCancellationRequested)
            {
                var (from, to) = (random.Next(Tables), random.Next(Tables));
                _fixture.Execute(location, $"UPDATE t{from} SET n = n - 1 WHERE id = {random.Next(4000)}; UPDATE t{to} SET n = n + 1 WHERE id = "
                    + $"{random.Next(4000)}");
                Interlocked.Increment(ref moves);
            }
        })
        { IsBackground = true };
        writer.Start();
        for (var round = 0; round < 5; round++)
        {
            var before = Volatile.Read(ref moves);
            while (Volatile.Read(ref moves) < before + 3) Thread.Yield();
            var captured = Capture(location, readers: 4, out var opened);
            Assert.Equal(Tables * 4000 * 100L, Sum(captured));
            Assert.InRange(opened, 2, 4);
        }

        ended.Cancel();
        writer.Join();
        Assert.Equal(Roots(Capture(location, readers: 1, out var alone)), Roots(Capture(location, readers: 4, out _)));
        Assert.Equal(1, alone);
    }

    [Fact]
    public void Where_no_more_connections_are_to_be_had_one_reads_all()
    {
        using var database = _fixture.NewDatabase(Accounts(10), out var location);
        _fixture.Execute(location, $"ALTER DATABASE \"{ServerAddress.Parse(location).Database}\" CONNECTION LIMIT 1");
        NpgsqlConnection.ClearAllPools();
        Assert.Equal(Tables * 10 * 100L, Sum(CaptureWhenAlone(location)));
    }

    [Fact]
    public void Nobody_waits_for_ever_when_somebody_wants_to_redefine_a_table_meanwhile()
    {
        using var database = _fixture.NewDatabase(Accounts(10), out var location);
        using var live = Provider(4).Open(location);
        Thread altering;
        using (var read = live.BeginRead())
        {
            altering = new Thread(() => _fixture.Execute(location, "ALTER TABLE t3 ADD COLUMN later integer")) { IsBackground = true };
            altering.Start();
            while (IsNobodyWaiting(location)) Thread.Sleep(10);
            var view = read.Share()!;
            Assert.Equal(3, view.Most);
            Assert.Null(view.Open());
            Assert.Equal(Tables * 10 * 100L, Sum(Capture(read)));
        }

        altering.Join();
        Assert.NotNull(DatabaseContent.Read(database).Schema.FindTable(_fixture.TableName("t3"))!.FindColumn("later"));
    }

    [Fact]
    public void A_table_that_cannot_be_read_is_named_whichever_connection_met_it()
    {
        using var database = _fixture.NewDatabase(Accounts(10) + "CREATE VIEW broken AS SELECT 1;", out var location);
        using var live = Provider(4).Open(location);
        using var read = live.BeginRead();
        var schema = read.ReadSchema();
        var failure = Assert.Throws<DbVcException>(() => Capture(new Forged(read)));
        Assert.Contains("nowhere", failure.Message, StringComparison.Ordinal);
        Assert.Equal(Tables, schema.Tables.Count);
    }

    private static string Accounts(int rows) => string.Concat(Enumerable.Range(0, Tables).Select(i =>
        $"CREATE TABLE t{i} (id int PRIMARY KEY, n bigint); INSERT INTO t{i} SELECT i, 100 FROM generate_series(0, {rows - 1}) i; "));

    private static PostgresProvider Provider(int readers) => new() { Readers = readers, ReadTimeout = TimeSpan.FromSeconds(10) };

    private bool IsNobodyWaiting(string location)
    {
        using var database = Provider(1).Open(location);
        using var waiting = database.Query("SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'", QueryLimits.Default);
        return waiting.Rows.Single()[0].AsInteger == 0;
    }

    /// <summary>A server's process of a connection that was closed counts until it has ended, which nobody is told.</summary>
    private (IReadOnlyList<TableSnapshot> Tables, IReadOnlyList<long> Numbers) CaptureWhenAlone(string location)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return Capture(location, readers: 4, out _);
            }
            catch (DbVcException e) when (e.Code == "database.busy" && attempt < 200)
            {
                Thread.Sleep(50);
            }
        }
    }

    private (IReadOnlyList<TableSnapshot> Tables, IReadOnlyList<long> Numbers) Capture(string location, int readers, out int opened)
    {
        using var live = Provider(readers).Open(location);
        using var read = new Counted(live.BeginRead());
        var captured = Capture(read);
        opened = read.Readers;
        return captured;
    }

    private (IReadOnlyList<TableSnapshot> Tables, IReadOnlyList<long> Numbers) Capture(IReadSnapshot read)
    {
        using var store = RepositoryStore.Create(Path.Combine(_folder, Path.GetRandomFileName()));
        using var chunks = store.Chunks.BeginWrite();
        var tables = new SnapshotReader(chunks, DbVc.Live.Capture.Run(read, Snapshot.Empty, chunks, default)).Tables().ToList();
        return (tables, [.. tables.SelectMany(t => RowTree.Diff(chunks, new TableEncoder(t.Schema), TreeRoot.Empty, new TableEncoder(t.Schema), t.Rows))
            .Select(r => r.After![1].AsInteger)]);
    }

    private static IEnumerable<(string, TreeRoot, long)> Roots((IReadOnlyList<TableSnapshot> Tables, IReadOnlyList<long> Numbers) captured) =>
        captured.Tables.Select(t => (t.Schema.Name, t.Rows, t.Count));

    private static long Sum((IReadOnlyList<TableSnapshot> Tables, IReadOnlyList<long> Numbers) captured) => captured.Numbers.Sum();

    /// <summary>Counts who reads.</summary>
    private sealed class Counted(IReadSnapshot whole) : Passed(whole)
    {
        private int _readers = 1;

        public int Readers => _readers;

        public override SharedView? Share() => Whole.Share() is { } view ? view with { Open = () => Count(view.Open()) } : null;

        private IReadSnapshot? Count(IReadSnapshot? reader)
        {
            if (reader is not null) Interlocked.Increment(ref _readers);
            return reader;
        }
    }

    /// <summary>Lies about a table that is not there.</summary>
    private sealed class Forged(IReadSnapshot whole) : Passed(whole)
    {
        public override SharedView? Share() => Whole.Share();

        public override DatabaseSchema ReadSchema()
        {
            var schema = Whole.ReadSchema();
            return schema with { Tables = [.. schema.Tables, schema.Tables[0] with { Name = "nowhere.t" }] };
        }
    }

    private abstract class Passed(IReadSnapshot whole) : IReadSnapshot
    {
        protected IReadSnapshot Whole => whole;

        public IReadOnlyList<UnversionedItem> Unversioned => whole.Unversioned;

        public LiveState? State => whole.State;

        public string? Mark => whole.Mark;

        public virtual DatabaseSchema ReadSchema() => whole.ReadSchema();

        public IRowCursor ReadRows(TableSchema table) => whole.ReadRows(table);

        public abstract SharedView? Share();

        public IChangeReader? ChangesSince(string mark) => whole.ChangesSince(mark);

        public void Dispose() => whole.Dispose();
    }
}
