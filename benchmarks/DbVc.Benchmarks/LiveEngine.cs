using DbVc.Databases;
using DbVc.TestServers;
using Npgsql;

namespace DbVc.Benchmarks;

/// <summary>A live database of one engine that holds the table of the engine's benchmark, and how its users write to it by hand.</summary>
internal abstract class LiveEngine(string name)
{
    public string Name => name;

    /// <summary>What <c>init</c> is told.</summary>
    public abstract string Location { get; }

    /// <summary>Changes can be tracked by triggers.</summary>
    public virtual bool IsTracked => true;

    /// <summary>Those that <c>DBVC_ENGINES</c> names, else all.</summary>
    public static IEnumerable<LiveEngine> Start(Bench bench)
    {
        var chosen = Environment.GetEnvironmentVariable("DBVC_ENGINES")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var engines = new (string Name, Func<LiveEngine> Start)[]
        {
            ("SQLite", () => new Sqlite(bench)),
            ("PostgreSQL", () => new Postgres(bench)),
            ("MariaDB", () => new MariaDb(bench)),
        };
        return engines.Where(e => chosen is null || chosen.Contains(e.Name, StringComparer.OrdinalIgnoreCase)).Select(e => e.Start());
    }

    /// <summary>Gives rows a new version in one transaction, each by a prepared statement as a program does; how long that took.</summary>
    /// <param name="location">The live database or a branch's, as db-vc shows it.</param>
    public abstract double Update(string location, IEnumerable<long> ids, int version);

    private sealed class Sqlite : LiveEngine
    {
        public Sqlite(Bench bench) : base("SQLite")
        {
            Location = bench.PathOf("live.db");
            EngineTable.Create(Location, bench.Rows);
        }

        public override string Location { get; }

        public override double Update(string location, IEnumerable<long> ids, int version) => EngineTable.Update(location, ids, version);
    }

    private sealed class Postgres : LiveEngine
    {
        private readonly DatabaseServer _server;

        public Postgres(Bench bench) : base("PostgreSQL")
        {
            _server = bench.StartServer(ServerKind.Postgres18);
            Location = _server.CreateDatabase();
            using var connection = Connect(Location);
            Execute(connection, "CREATE TABLE people (id bigint PRIMARY KEY, name text NOT NULL, email text NOT NULL, amount double precision, created text)");
            using (var copy = connection.BeginBinaryImport("COPY people FROM STDIN (FORMAT binary)"))
            {
                for (var id = 1; id <= bench.Rows; id++)
                {
                    copy.StartRow();
                    var row = EngineTable.Row(id, 0);
                    copy.Write(row[0].AsInteger);
                    copy.Write(row[1].ToString());
                    copy.Write(row[2].ToString());
                    copy.Write(row[3].AsReal);
                    copy.Write(row[4].ToString());
                }

                copy.Complete();
            }

            Execute(connection, "VACUUM ANALYZE");
        }

        public override string Location { get; }

        public override double Update(string location, IEnumerable<long> ids, int version)
        {
            var rows = ids.Select(id => EngineTable.Row(id, version)).ToList();
            using var connection = Connect(location);
            using var command = new NpgsqlCommand("UPDATE people SET name = $2, email = $3, amount = $4, created = $5 WHERE id = $1", connection);
            var (id, name, email) = (new NpgsqlParameter<long>(), new NpgsqlParameter<string>(), new NpgsqlParameter<string>());
            var (amount, created) = (new NpgsqlParameter<double>(), new NpgsqlParameter<string>());
            command.Parameters.AddRange(new NpgsqlParameter[] { id, name, email, amount, created });
            command.Prepare();
            return Bench.Time(() =>
            {
                using var transaction = connection.BeginTransaction();
                foreach (var row in rows)
                {
                    (id.TypedValue, name.TypedValue, email.TypedValue) = (row[0].AsInteger, row[1].ToString(), row[2].ToString());
                    (amount.TypedValue, created.TypedValue) = (row[3].AsReal, row[4].ToString());
                    command.ExecuteNonQuery();
                }

                transaction.Commit();
            });
        }

        private NpgsqlConnection Connect(string location)
        {
            var address = ServerAddress.Parse(location);
            var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder
            {
                Host = address.Host,
                Port = address.Port!.Value,
                Username = address.User,
                Password = _server.Password,
                Database = address.Database,
                CommandTimeout = 0,
                Pooling = false,
            }.ConnectionString);
            connection.Open();
            return connection;
        }

        private static void Execute(NpgsqlConnection connection, string sql)
        {
            using var command = new NpgsqlCommand(sql, connection);
            command.ExecuteNonQuery();
        }
    }

    /// <summary>Through the product's binding, as there is no other driver.</summary>
    private sealed class MariaDb : LiveEngine
    {
        private const int RowsToAStatement = 500;
        private readonly DatabaseServer _server;

        public MariaDb(Bench bench) : base("MariaDB")
        {
            _server = bench.StartServer(ServerKind.MariaDb);
            Location = _server.CreateDatabase();
            using var handle = Connect(Location);
            handle.Execute("CREATE TABLE people (id bigint PRIMARY KEY, name varchar(200) NOT NULL, email varchar(200) NOT NULL, amount double, "
                + "created varchar(40))");
            handle.Execute("START TRANSACTION");
            using var insert = handle.Prepare("INSERT INTO people VALUES " + string.Join(", ", Enumerable.Repeat("(?, ?, ?, ?, ?)", RowsToAStatement)));
            foreach (var block in Enumerable.Range(1, bench.Rows).Chunk(RowsToAStatement))
            {
                if (block.Length < RowsToAStatement) throw new InvalidOperationException($"The rows must be a multiple of {RowsToAStatement}.");
                var parameter = 0;
                foreach (var value in block.SelectMany(id => EngineTable.Row(id, 0))) insert.Bind(parameter++, value);
                insert.Execute();
            }

            handle.Execute("COMMIT");
        }

        public override string Location { get; }

        public override double Update(string location, IEnumerable<long> ids, int version)
        {
            var rows = ids.Select(id => EngineTable.Row(id, version)).ToList();
            using var handle = Connect(location);
            using var update = handle.Prepare("UPDATE people SET name = ?, email = ?, amount = ?, created = ? WHERE id = ?");
            return Bench.Time(() =>
            {
                handle.Execute("START TRANSACTION");
                foreach (var row in rows)
                {
                    for (var i = 1; i < row.Length; i++) update.Bind(i - 1, row[i]);
                    update.Bind(row.Length - 1, row[0]);
                    update.Execute();
                }

                handle.Execute("COMMIT");
            });
        }

        private MySqlHandle Connect(string location)
        {
            var address = ServerAddress.Parse(location);
            return MySqlHandle.Open(new MySqlAddress
            {
                Port = address.Port!.Value,
                User = DatabaseServer.User,
                Password = _server.Password,
                Database = address.Database!,
            });
        }
    }
}
