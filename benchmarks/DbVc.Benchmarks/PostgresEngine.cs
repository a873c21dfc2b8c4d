using DbVc.TestServers;
using Npgsql;

namespace DbVc.Benchmarks;

/// <summary>PostgreSQL 18.</summary>
internal sealed class PostgresEngine : ServerEngine
{
    public PostgresEngine(Bench bench) : base("PostgreSQL", bench.StartServer(ServerKind.Postgres18))
    {
        using var connection = ServerDriver.OpenPostgres(Location);
        connection.Execute("CREATE TABLE people (id bigint PRIMARY KEY, name text NOT NULL, email text NOT NULL, amount double precision, created text)");
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

        connection.Execute("VACUUM ANALYZE");
    }

    public override double Update(string location, IEnumerable<long> ids, int version)
    {
        var rows = ids.Select(id => EngineTable.Row(id, version)).ToList();
        using var connection = ServerDriver.OpenPostgres(location, Server.Password);
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

    public override string Numbers(long first, int count) => $"generate_series({first}, {first + count - 1}) i";

    public override double Select()
    {
        using var connection = ServerDriver.OpenPostgres(Location);
        return Bench.Time(() => ServerDriver.ReadAll(connection, "people"));
    }

    public override Written Run(string location, IEnumerable<string> statements)
    {
        using var connection = ServerDriver.OpenPostgres(location);
        return Measure(connection.ProcessID, () =>
        {
            foreach (var statement in statements) connection.Execute(statement);
        });
    }
}
