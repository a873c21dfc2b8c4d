using System.Globalization;
using DbVc.Databases;
using DbVc.Live;
using DbVc.Model;
using DbVc.VersionControl;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DbVc.Tests;

/// <summary>A capture that starts from a mark gives exactly what reading everything gives, whatever was done to the file in between.</summary>
public sealed class ChangeCaptureTests(ITestOutputHelper output)
{
    private const int StepsPerSeed = 40;

    /// <summary>A long run takes more of them: DBVC_CAPTURE_SEEDS.</summary>
    public static TheoryData<int> Seeds => new(Enumerable.Range(1, ModelRun.Setting("DBVC_CAPTURE_SEEDS", 25)));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Capture_by_pages_equals_capture_of_everything(int seed) => Check(seed, tracks: false);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Capture_by_triggers_equals_capture_of_everything(int seed) => Check(seed, tracks: true);

    private void Check(int seed, bool tracks)
    {
        var random = new Random(seed);
        using var run = new Run(random, tracks);
        for (var step = 1; step <= StepsPerSeed; step++)
        {
            try
            {
                run.Write();
                run.Compare();
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"seed {seed}, step {step}\n{string.Join('\n', run.Log.TakeLast(30))}", failure);
            }
        }

        output.WriteLine($"seed {seed}: {run.ByChanges} of {run.Captures} captures started from a mark, {run.Answers[0]} tables the same, "
            + $"{run.Answers[1]} by rows, {run.Answers[2]} unknown");
        Assert.True(run.ByChanges > StepsPerSeed / 2, "Nearly every capture should start from a mark.");
        Assert.True(run.Answers[0] > 0 && run.Answers[1] + run.Answers[2] > 0, "Some tables should be the same, some not.");
    }

    /// <summary>One database, one history of random writes.</summary>
    private sealed class Run : IDisposable
    {
        private readonly Random _random;
        private readonly SqliteFixture _fixture;
        private readonly MemoryChunks _chunks = new();
        private readonly RandomTables _tables;
        private readonly IDatabase _database;
        private readonly string _location;
        private readonly bool _tracks;
        private SqliteConnection _standing;
        private Snapshot _previous = Snapshot.Empty;
        private (string Mark, Snapshot Then)? _known;

        public Run(Random random, bool tracks)
        {
            (_random, _tracks) = (random, tracks);
            _fixture = new SqliteFixture();
            _location = _fixture.NewLocation();
            var pageSize = 512 << random.Next(8);
            var vacuum = random.Next(3);
            using (var creating = new SqliteConnection($"Data Source={_location};Pooling=False"))
            {
                creating.Open();
                SqliteFixture.Execute(creating, $"PRAGMA page_size = {pageSize}; PRAGMA auto_vacuum = {vacuum}; CREATE TABLE _dbvc_x (a); VACUUM");
            }

            _database = _fixture.Provider.Open(_location);
            _standing = Connect();
            SqliteFixture.Execute(_standing, $"PRAGMA journal_mode = {(random.Next(2) == 0 ? "WAL" : "DELETE")}");
            _tables = new RandomTables(random);
            Log.Add($"page size {pageSize}, auto_vacuum {vacuum}");
        }

        public List<string> Log { get; } = [];

        public int Captures { get; private set; }

        public int ByChanges { get; private set; }

        public int[] Answers { get; } = new int[3];

        public void Write()
        {
            foreach (var statement in _tables.NextWrites())
            {
                Log.Add(statement.Length > 300 ? statement[..300] : statement);
                // A log cannot be given up while others have the database open.
                var isSwitch = statement.StartsWith("PRAGMA journal_mode", StringComparison.Ordinal);
                if (isSwitch || _random.Next(12) == 0) _standing.Dispose();
                if (_random.Next(3) > 0 && !isSwitch && _standing.State == System.Data.ConnectionState.Open)
                {
                    Try(_standing, statement);
                    continue;
                }

                using (var other = Connect()) Try(other, statement);
                if (_standing.State != System.Data.ConnectionState.Open) _standing = Connect();
            }

            if (_tracks) Track();
            // Bytes written past SQL fire no trigger; the documents say so.
            else if (_random.Next(4) == 0 && _tables.FindBlob(_standing) is { } blob) WriteInto(blob);
        }

        public void Compare()
        {
            Captures++;
            // A writer that is in the middle of something must not be seen.
            using var writer = _random.Next(5) == 0 ? Connect() : null;
            if (writer is not null) SqliteFixture.Execute(writer, $"BEGIN IMMEDIATE; DELETE FROM {_tables.Names[0]}");
            var captured = CaptureNow();
            using var whole = _database.BeginRead();
            Assert.Equal(Capture.Run(whole, _previous, _chunks, CancellationToken.None), captured);
            Assert.Equal(Capture.Run(whole, Snapshot.Empty, _chunks, CancellationToken.None).Files, captured.Files);
            _previous = captured;
        }

        public void Dispose()
        {
            _standing.Dispose();
            _database.Dispose();
            _fixture.Dispose();
        }

        /// <summary>Switches tracking on, again and for new tables, sometimes off; sometimes lets go of what the last capture saw.</summary>
        private void Track()
        {
            var wait = TimeSpan.FromSeconds(1);
            switch (_random.Next(8))
            {
                case 0:
                    _database.StopTracking(wait, _random.Next(2) == 0 ? null : [_tables.Names[0]]);
                    break;
                case < 4:
                    _database.StartTracking(wait, _random.Next(2) == 0 ? null : [_tables.Names[0], _tables.Names[1]]);
                    break;
                case 4 when _known is { } known:
                    using (var session = _database.BeginApply(wait))
                    {
                        session.Forget(known.Mark);
                        session.Commit();
                    }

                    break;
            }
        }

        private SqliteConnection Connect()
        {
            var connection = new SqliteConnection($"Data Source={_location};Pooling=False;Foreign Keys=False;Default Timeout=1");
            connection.Open();
            SqliteFixture.Execute(connection, $"PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = {_random.Next(4) * 30}; "
                + $"PRAGMA secure_delete = {_random.Next(2)}");
            return connection;
        }

        /// <summary>What a constraint refuses is no write.</summary>
        private static void Try(SqliteConnection connection, string statement)
        {
            try
            {
                SqliteFixture.Execute(connection, statement);
            }
            catch (SqliteException failure) when (failure.SqliteErrorCode is 19 or 20)
            {
                Assert.Contains("t", statement, StringComparison.Ordinal);
            }
        }

        private Snapshot CaptureNow()
        {
            using var read = _database.BeginCapture();
            using var changes = _known is { } known && read.ChangesSince(known.Mark) is { } found ? new Counted(found, Answers) : null;
            if (changes is not null) ByChanges++;
            var scope = changes is null ? null : new CaptureScope(null, new KnownChanges(_known!.Value.Then, changes));
            var captured = Capture.Run(read, _previous, _chunks, CancellationToken.None, scope);
            // Not each time: a mark may be older than the last capture.
            if ((_known is null || _random.Next(3) > 0) && read.Mark is { } mark) _known = (mark, captured);
            return captured;
        }

        /// <summary>Changes bytes in the middle of a value, perhaps in pages of overflow alone.</summary>
        private void WriteInto((string Table, string Column, long RowId, long Length) blob)
        {
            Log.Add($"-- blob write into {blob}");
            using var stream = new SqliteBlob(_standing, blob.Table, blob.Column, blob.RowId);
            stream.Position = _random.NextInt64(blob.Length);
            stream.Write(new byte[] { (byte)_random.Next(256) });
        }
    }

    private sealed class Counted(IChangeReader reader, int[] answers) : IChangeReader
    {
        public bool IsUnchanged => reader.IsUnchanged;

        public TableChanges Find(TableSchema table)
        {
            var found = reader.Find(table);
            answers[found == TableChanges.Same ? 0 : found is TableChanges.Rows ? 1 : 2]++;
            return found;
        }

        public void Dispose() => reader.Dispose();
    }

    /// <summary>Tables of every make, and random statements about them.</summary>
    private sealed class RandomTables(Random random)
    {
        private readonly Dictionary<string, string> _makes = [];
        private readonly HashSet<string> _grown = [];
        private int _made;
        private long _next = 1;

        public List<string> Names => [.. _makes.Keys];

        public IEnumerable<string> NextWrites()
        {
            while (_makes.Count < 3) yield return Make();
            for (var i = random.Next(4); i >= 0; i--)
            {
                var name = Names[random.Next(_makes.Count)];
                foreach (var statement in random.Next(24) switch
                {
                    0 => ["VACUUM"],
                    1 => ["PRAGMA incremental_vacuum(3)"],
                    2 => [$"PRAGMA wal_checkpoint({(random.Next(2) == 0 ? "TRUNCATE" : "RESTART")})"],
                    3 => [Drop(name), Make()],
                    4 => Again(name),
                    5 => [Grow(name)],
                    6 => [$"DELETE FROM {name}"],
                    7 => [],
                    8 => [$"PRAGMA journal_mode = {(random.Next(2) == 0 ? "WAL" : "DELETE")}"],
                    < 14 => [Insert(name, random.Next(1, 60))],
                    < 18 => [Update(name)],
                    _ => (string[])[DeleteSome(name)],
                })
                {
                    yield return statement;
                }
            }
        }

        /// <summary>A value long enough to write into; null if there is none.</summary>
        public (string Table, string Column, long RowId, long Length)? FindBlob(SqliteConnection connection)
        {
            foreach (var name in Names.Where(n => !_makes[n].Contains("WITHOUT", StringComparison.Ordinal)))
            {
                using var command = connection.CreateCommand();
                command.CommandText = $"SELECT rowid, length(big) FROM {name} WHERE typeof(big) = 'blob' AND length(big) > 600 ORDER BY rowid DESC LIMIT 1";
                using var row = command.ExecuteReader();
                if (row.Read()) return (name, "big", row.GetInt64(0), row.GetInt64(1));
            }

            return null;
        }

        private string Make()
        {
            var name = $"t{(random.Next(3) == 0 && _made > 3 ? random.Next(3) : _made++)}";
            if (_makes.ContainsKey(name)) name = $"t{_made++}";
            var make = random.Next(8) switch
            {
                0 => "(k INTEGER PRIMARY KEY, a, big)",
                1 => "(k INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, big BLOB)",
                2 => "(k INTEGER PRIMARY KEY, a INTEGER UNIQUE ON CONFLICT REPLACE, big)",
                3 => "(k TEXT PRIMARY KEY, a, big)",
                4 => "(k INTEGER NOT NULL, a NOT NULL, big, PRIMARY KEY (a, k))",
                5 => "(k TEXT COLLATE NOCASE PRIMARY KEY, a, big) WITHOUT ROWID",
                6 => "(k PRIMARY KEY, a, big) WITHOUT ROWID",
                _ => "(k, a, big)",
            };
            _makes[name] = make;
            return $"CREATE TABLE {name} {make}; CREATE INDEX {name}_i ON {name} (a)";
        }

        private string Drop(string name)
        {
            _makes.Remove(name);
            _grown.Remove(name);
            return $"DROP TABLE {name}";
        }

        private string Grow(string name)
        {
            if (!_grown.Add(name)) return $"UPDATE {name} SET a = a";
            return $"ALTER TABLE {name} ADD COLUMN added DEFAULT 'x'";
        }

        /// <summary>Rows go, and the same rows come again: pages that were let go get the content that they have already.</summary>
        private static string[] Again(string name) =>
            [$"CREATE TEMP TABLE kept AS SELECT * FROM {name}; DELETE FROM {name}; INSERT OR IGNORE INTO {name} SELECT * FROM kept; DROP TABLE kept"];

        private string Insert(string name, int rows)
        {
            var values = Enumerable.Range(0, rows).Select(_ => $"({Key()}, {Any()}, {Big()})");
            return $"INSERT OR {(random.Next(2) == 0 ? "REPLACE" : "IGNORE")} INTO {name} (k, a, big) VALUES {string.Join(", ", values)}";
        }

        private string Update(string name) => random.Next(4) switch
        {
            0 => $"UPDATE OR REPLACE {name} SET k = k + {random.Next(1, 100)} WHERE {Some()}",
            1 => $"UPDATE {name} SET big = {Big()} WHERE {Some()}",
            2 => $"UPDATE OR IGNORE {name} SET a = {Any()}, big = big WHERE {Some()}",
            _ => $"UPDATE OR IGNORE {name} SET k = upper(k) WHERE {Some()}",
        };

        private string DeleteSome(string name) => random.Next(3) == 0
            ? $"DELETE FROM {name} WHERE k BETWEEN {_next - random.Next(80)} AND {_next - random.Next(40)}"
            : $"DELETE FROM {name} WHERE {Some()}";

        private string Some() => $"abs(coalesce(length(big), 0) + coalesce(k, 0) * 7919) % {random.Next(2, 40)} = 0";

        private string Key()
        {
            var key = random.Next(3) == 0 ? random.NextInt64(_next + 1) : _next++;
            return random.Next(60) == 0 ? "1000000000000" : key.ToString(CultureInfo.InvariantCulture);
        }

        private string Any() => random.Next(5) switch
        {
            0 => "NULL",
            1 => random.Next(1000).ToString(CultureInfo.InvariantCulture),
            2 => $"{random.Next(100)}.5",
            3 => $"'{(char)('a' + random.Next(26))}{random.Next(50)}'",
            _ => $"x'{random.Next(256):x2}'",
        };

        private string Big() => random.Next(12) switch
        {
            0 => $"zeroblob({random.Next(20_000)})",
            1 => $"randomblob({random.Next(200, 3_000)})",
            2 => $"printf('%.*c', {random.Next(9_000)}, 'z')",
            _ => $"'{new string('y', random.Next(40))}'",
        };
    }
}
