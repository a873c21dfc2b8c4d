using DbVc.Model;
using DbVc.TestServers;

namespace DbVc.Benchmarks;

/// <summary>MariaDB 10.11.</summary>
internal sealed class MariaDbEngine : ServerEngine
{
    private const int RowsToAStatement = 500;
    public MariaDbEngine(Bench bench) : base("MariaDB", bench.StartServer(ServerKind.MariaDb))
    {
        // Without it nobody can be told that nothing was written.
        Server.Run($"GRANT PROCESS ON *.* TO {DatabaseServer.User}@'%'");
        using var handle = ServerDriver.OpenMariaDb(Location);
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

    public override double Update(string location, IEnumerable<long> ids, int version)
    {
        var rows = ids.Select(id => EngineTable.Row(id, version)).ToList();
        using var handle = ServerDriver.OpenMariaDb(location, Server.Password);
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

    public override string Numbers(long first, int count) => $"(SELECT seq + {first - 1} AS i FROM seq_1_to_{count}) n";

    public override double Select()
    {
        using var handle = ServerDriver.OpenMariaDb(Location);
        return Bench.Time(() =>
        {
            using var statement = handle.Prepare("SELECT * FROM people");
            using var rows = statement.Query();
            var sum = 0L;
            while (rows.Read())
            {
                for (var i = 0; i < rows.FieldCount; i++)
                {
                    sum += rows.KindAt(i) switch
                    {
                        ValueKind.Integer => rows.IntegerAt(i),
                        ValueKind.Real => (long)rows.RealAt(i),
                        ValueKind.Null => 0,
                        _ => rows.BytesAt(i).Length,
                    };
                }
            }

            if (sum == 0) throw new InvalidOperationException("Nothing was read.");
        });
    }

    public override Written Run(string location, IEnumerable<string> statements)
    {
        using var handle = ServerDriver.OpenMariaDb(location);
        return Measure(Server.ProcessId, () =>
        {
            foreach (var statement in statements) handle.Execute(statement);
        });
    }
}
