using DbVc.Databases;
using DbVc.Model;
using DbVc.Orchestration;
using DbVc.TestServers;
using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

/// <summary>Tables as they were are filled once, are never read half, and go when nobody asks for them.</summary>
public sealed class PastCopiesTests : IDisposable
{
    private const int Rows = 6_000;
    private const string SumSql = "SELECT count(*), sum(v) FROM t";

    private static int s_count;

    private readonly string _repository = $"{0x30000000 + (Environment.ProcessId * 50) + Interlocked.Increment(ref s_count):x8}ffff";
    private readonly string _password = Path.GetTempFileName();
    private readonly List<(DatabaseServer Server, string Url)> _urls = [];
    private readonly List<IDatabaseProvider> _providers = [];
    private readonly MemoryChunks _chunks = new();

    public static TheoryData<ServerKind> Kinds => new(Enum.GetValues<ServerKind>());

    public static TheoryData<string, string> Surpluses => new()
    {
        { "1/60 1/120", "" },
        { "1/60 1/100000", "1/100000" },
        { "1/1 1/2 1/3 1/4 1/5 1/6 1/7 1/8 1/9 1/10", "1/9 1/10" },
        { "9000/5", "" },
        { "9000/5 1/6", "1/6" },
        { "3000/1 2000/2 1000/3", "2000/2" },
        { "3000/90000", "3000/90000" },
    };

    /// <summary>Each is MiB/seconds unused; those that go.</summary>
    [Theory]
    [MemberData(nameof(Surpluses))]
    public void What_may_go_is_what_is_too_old_too_many_or_too_large(string copies, string expected)
    {
        var all = copies.Split(' ').Select(c => c.Split('/')).Select(c => new PastCopy(string.Join('/', c), long.Parse(c[0]) << 20,
            TimeSpan.FromSeconds(int.Parse(c[1])))).Reverse();
        Assert.Equal(expected, string.Join(' ', PastCopies.Surplus(all, null).Select(c => c.Database)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_second_question_reads_nothing_out_of_history_and_another_content_gets_its_own_answer(ServerKind kind)
    {
        var (provider, database, url) = Make(kind);
        var past = Capture(database);
        Assert.Equal("6000|18003000", Ask(provider, past));
        Assert.True(past.Opened > 0);
        past.Opened = 0;
        Assert.Equal("6000|18003000", Ask(provider, past));
        // The same content at another commit is the same content.
        var same = Capture(database);
        Assert.Equal("6000|18003000", Ask(provider, same));
        Assert.Equal((0, 0), (past.Opened, same.Opened));
        ServerLogin.Ask(url, "UPDATE t SET v = v + 1 WHERE id = 7", null, tls: false);
        Assert.Equal("6000|18003001", Ask(provider, Capture(database)));
        Assert.Equal("6000|18003000", Ask(provider, past));
        Assert.Equal(2, provider.SweepHistory(_repository, null).Databases);
        database.Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_filling_that_broke_off_is_not_taken_for_the_whole(ServerKind kind)
    {
        var (provider, database, _) = Make(kind);
        var broken = Capture(database);
        broken.BreakAfter = Rows / 2;
        Assert.Throws<IOException>(() => Ask(provider, broken));
        Assert.Equal(0, provider.SweepHistory(_repository, null).Databases);
        broken.BreakAfter = int.MaxValue;
        Assert.Equal("6000|18003000", Ask(provider, broken));
        database.Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Two_who_ask_at_once_fill_it_once(ServerKind kind)
    {
        var (provider, database, _) = Make(kind);
        var histories = Enumerable.Range(0, 3).Select(_ => Capture(database)).ToList();
        Parallel.ForEach(histories, history => Assert.Equal("6000|18003000", Ask(provider, history)));
        Assert.Equal(1, histories.Count(h => h.Opened > 0));
        Assert.Equal(1, provider.SweepHistory(_repository, null).Databases);
        database.Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_being_read_stays_when_others_sweep_and_everything_else_goes(ServerKind kind)
    {
        var (provider, database, url) = Make(kind);
        var first = Capture(database);
        Assert.Equal("6000|18003000", Ask(provider, first));
        ServerLogin.Ask(url, "DELETE FROM t WHERE id > 5500", null, tls: false);
        var second = Capture(database);
        using (var reading = provider.QueryHistory(second, "SELECT id, v FROM t ORDER BY id", QueryLimits.Default))
        {
            using var rows = reading.Rows.GetEnumerator();
            Assert.True(rows.MoveNext());
            var kept = provider.SweepHistory(_repository, TimeSpan.Zero);
            Assert.Equal((1, 1), (kept.Databases, kept.Dropped));
            var count = 1;
            while (rows.MoveNext()) count++;
            Assert.Equal(5500, count);
        }

        Assert.Equal(1, provider.SweepHistory(_repository, TimeSpan.FromHours(1)).Databases);
        Assert.Equal((0, 0L, 1), Tuple(provider.SweepHistory(_repository, TimeSpan.Zero)));
        Assert.Equal("6000|18003000", Ask(provider, first));
        Assert.Equal(1, provider.SweepHistory(_repository, TimeSpan.Zero, evenUsed: true).Dropped);
        Assert.Equal(0, provider.SweepHistory(_repository, null).Databases);
        database.Dispose();
    }

    public void Dispose()
    {
        foreach (var provider in _providers) provider.SweepHistory(_repository, TimeSpan.Zero, evenUsed: true);
        foreach (var (provider, location) in _providers.SelectMany(p => p.ListPrivate(_repository).Select(l => (p, l)))) provider.Drop(location);
        foreach (var (server, url) in _urls) server.DropDatabase(url);
        File.Delete(_password);
    }

    private static (int Databases, long Bytes, int Dropped) Tuple(PastKept kept) => (kept.Databases, kept.Bytes, kept.Dropped);

    private static string Ask(IDatabaseProvider provider, IHistory history)
    {
        using var answer = provider.QueryHistory(history, SumSql, QueryLimits.Default);
        return string.Join('|', answer.Rows.Single().Select(v => v.ToString()));
    }

    private (IDatabaseProvider Provider, IDatabase Database, string Url) Make(ServerKind kind)
    {
        var server = DatabaseServer.Shared(kind);
        var url = server.CreateDatabase();
        _urls.Add((server, url));
        File.WriteAllText(_password, server.Password);
        var address = ServerAddress.Parse(url).WithOption("password_file", _password);
        var options = new ProviderOptions(Path.GetTempPath(), TimeSpan.FromSeconds(5), ServerAddress.Parse(address.WithDatabase(null).ToString()));
        var provider = DatabaseEngines.For(address.ToString(), options);
        _providers.Add(provider);
        var numbers = kind == ServerKind.MariaDb ? "SELECT seq, seq FROM seq_1_to_6000" : "SELECT i, i FROM generate_series(1, 6000) i";
        ServerLogin.Ask(url, "CREATE TABLE t (id INT PRIMARY KEY, v INT)", null, tls: false);
        ServerLogin.Ask(url, "INSERT INTO t " + numbers, null, tls: false);
        return (provider, provider.Open(address.ToString()), url);
    }

    private CountedHistory Capture(IDatabase database)
    {
        using var read = database.BeginRead();
        var snapshot = DbVc.Live.Capture.Run(read, Snapshot.Empty, _chunks, CancellationToken.None);
        return new CountedHistory(new HistoricTables(new SnapshotReader(_chunks, snapshot), _repository));
    }

    /// <summary>Counts how often rows are asked for, and breaks off where it is told to.</summary>
    private sealed class CountedHistory(IHistory history) : IHistory
    {
        private int _opened;

        public int Opened { get => _opened; set => _opened = value; }

        public int BreakAfter { get; set; } = int.MaxValue;

        public string Repository => history.Repository;

        public IHistoricTable? FindTable(string name) => history.FindTable(name) is { } table ? new CountedTable(this, table) : null;

        public SchemaObject? FindView(string name) => history.FindView(name);

        public DatabaseSchema ReadSchema() => history.ReadSchema();

        private sealed class CountedTable(CountedHistory owner, IHistoricTable table) : IHistoricTable
        {
            public TableSchema Schema => table.Schema;

            public string ContentId => table.ContentId;

            public long Count => table.Count;

            public IHistoricCursor Open(bool[] wanted)
            {
                Interlocked.Increment(ref owner._opened);
                return new BreakingCursor(table.Open(wanted), owner.BreakAfter);
            }
        }

        private sealed class BreakingCursor(IHistoricCursor cursor, int breakAfter) : IHistoricCursor
        {
            private int _read;

            public long Number => cursor.Number;

            public void Seek(KeyRange range, bool backward = false) => cursor.Seek(range, backward);

            public void Seek(long number) => cursor.Seek(number);

            public bool Read() => ++_read <= breakAfter ? cursor.Read() : throw new IOException("The store breaks off.");

            public ValueKind KindAt(int column) => cursor.KindAt(column);

            public long IntegerAt(int column) => cursor.IntegerAt(column);

            public double RealAt(int column) => cursor.RealAt(column);

            public ReadOnlySpan<byte> BytesAt(int column) => cursor.BytesAt(column);

            public void Dispose() => cursor.Dispose();
        }
    }
}
