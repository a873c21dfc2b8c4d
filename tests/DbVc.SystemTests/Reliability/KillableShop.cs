using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DbVc.Model;
using DbVc.Orchestration;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>A repository over a live shop of 4000 rows in three tables, and the questions that a crash must not change the answers to.</summary>
internal sealed class KillableShop : IDisposable
{
    private const string Schema = """
        CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT);
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers(id), total REAL NOT NULL);
        CREATE TABLE items (order_id INTEGER NOT NULL REFERENCES orders(id), line INTEGER NOT NULL, note TEXT, PRIMARY KEY (order_id, line)) WITHOUT ROWID;
        CREATE INDEX orders_by_customer ON orders (customer_id);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO customers SELECT i, 'name ' || i, 'city ' || (i % 17) FROM n;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500) INSERT INTO orders SELECT i, 1 + i % 1000, i * 0.5 FROM n;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500) INSERT INTO items SELECT i, i % 3, 'note ' || i FROM n;
        """;

    public KillableShop(bool init = true)
    {
        Folder = Directory.CreateTempSubdirectory("dbvc-kill-").FullName;
        Write(Schema);
        if (init) Workspace.Init(new InitRequest(Folder, Database, null), OperationHost.Options, CancellationToken.None);
    }

    public string Folder { get; }

    public string Database => Path.Combine(Folder, "shop.db");

    /// <summary>Makes a branch that changes about 1500 rows in all tables, in some rounds the schema too; returns what its database then holds.</summary>
    public string Branch(string name, int round)
    {
        var schema = round % 10 == 4 ? $"ALTER TABLE customers ADD COLUMN extra{round} TEXT; CREATE INDEX by_total{round} ON orders (total);" : "";
        return Branch(name, $"""
            {schema}
            UPDATE customers SET name = name || '*{round}' WHERE id % 2 = {round % 2};
            UPDATE orders SET total = total + {round} WHERE id % 3 = 0;
            UPDATE items SET note = 'round {round}' WHERE order_id % 4 = 1;
            DELETE FROM items WHERE order_id % 50 = {round % 50};
            INSERT INTO customers (id, name) VALUES ({10000 + round}, 'new');
            INSERT INTO orders VALUES ({10000 + round}, {10000 + round}, 1);
            """);
    }

    public string Branch(string name, string sql)
    {
        using var workspace = Open();
        var branch = BranchName.Parse(name);
        var path = workspace.Branches.Create(branch, null, CancellationToken.None).Database!;
        Execute(path, sql);
        workspace.Branches.Commit(branch, "Change " + name, null, CancellationToken.None);
        return Dump(path);
    }

    public Workspace Open() => Workspace.Open(Folder, OperationHost.Options, CancellationToken.None);

    public void Write(string sql) => Execute(Database, sql);

    /// <summary>Everything an application can see, as one hash: each definition and each row.</summary>
    public string Dump() => Dump(Database);

    public long CountIntents() => (long)Query(Path.Combine(Folder, ".db-version-control", "commit-history.db"),
        "SELECT count(*) FROM documents WHERE collection = 'intents'")[0][0];

    /// <summary>What must hold after any command that followed a crash, whatever became of the crashed one.</summary>
    public void CheckWhole(Workspace workspace)
    {
        Assert.Equal(0, CountIntents());
        var status = workspace.Status(CancellationToken.None);
        Assert.True(status.Clean, string.Join("; ", status.Changes));
        Assert.Equal(status.Head.ToString(), (string)Query(Database, "SELECT \"commit\" FROM _dbvc_state")[0][0]);
        Assert.Equal("ok", (string)Query(Database, "PRAGMA integrity_check")[0][0]);
        Assert.Empty(Query(Database, "PRAGMA foreign_key_check"));
        var verify = workspace.Upkeep.Verify(CancellationToken.None);
        Assert.True(verify.Ok, string.Join("; ", verify.Problems));
        Assert.Contains("at commit " + status.Head.Short, File.ReadLines(Path.Combine(Folder, "main", "schema.sql")).First(), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public static void Execute(string path, string sql)
    {
        using var connection = Connect(path);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static SqliteConnection Connect(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    public static string Dump(string path)
    {
        var text = new StringBuilder();
        var objects = Query(path,
            "SELECT name, sql, type FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT IN ('_dbvc_state') AND name NOT LIKE 'sqlite_%' ORDER BY name");
        foreach (var item in objects)
        {
            text.Append(item[1]).Append('\n');
            if ((string)item[2] != "table") continue;
            foreach (var row in Query(path, $"SELECT * FROM \"{item[0]}\" ORDER BY 1, 2")) text.AppendJoin('\t',
                row.Select(v => Convert.ToString(v, CultureInfo.InvariantCulture))).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    public static List<object[]> Query(string path, string sql)
    {
        using var connection = Connect(path);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<object[]>();
        while (reader.Read())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return rows;
    }
}
