using System.Diagnostics;
using DbVc.Databases;
using DbVc.Model;
using Npgsql;

namespace DbVc.Tests;

/// <summary>What tests of sessions that change a PostgreSQL database share.</summary>
public abstract class PostgresApplying : IDisposable
{
    private protected const string Accounts =
        "CREATE TABLE accounts (id integer PRIMARY KEY, owner text UNIQUE, balance numeric(12,2) NOT NULL CHECK (balance >= 0));"
        + "INSERT INTO accounts VALUES (1, 'a', 10), (2, 'b', 20.5), (3, 'c', 30);";

    private protected static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);
    private protected static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    private readonly List<DatabaseFixture> _fixtures = [];

    public void Dispose()
    {
        _fixtures.ForEach(f => f.Dispose());
        GC.SuppressFinalize(this);
    }

    private protected static DatabaseDelta Change(IDatabase database, string table, int row, Action<Value[]> change)
    {
        var content = DatabaseContent.Read(database);
        var schema = content.Schema.FindTable(table)!;
        var before = content.Rows[table].OrderBy(r => r[0].AsInteger).ElementAt(row);
        var after = before.ToArray();
        change(after);
        return new DatabaseDelta([new TableDelta(schema, schema, [new RowChange(before, after)])], [], []);
    }

    /// <summary>Until somebody waits for a lock there.</summary>
    private protected static void WaitForWaiter(string location)
    {
        using var watcher = PostgresFixture.Connect(location);
        using var command = new NpgsqlCommand(
            "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE NOT l.granted AND a.datname = current_database()", watcher);
        var waited = Stopwatch.StartNew();
        while ((long)command.ExecuteScalar()! == 0)
        {
            if (waited.Elapsed > Long) throw new TimeoutException("Nobody waits for anything.");
            Thread.Sleep(5);
        }
    }

    private protected PostgresFixture Open(int version, bool mayReplicate = false)
    {
        var fixture = new PostgresFixture(version, mayReplicate);
        _fixtures.Add(fixture);
        return fixture;
    }
}
