using DbVc.Live;
using DbVc.Model;
using DbVc.Orchestration;
using Microsoft.Data.Sqlite;

namespace DbVc.Tests;

/// <summary>A repository beside a small live shop database, in a folder of its own that goes away with the test.</summary>
internal sealed class ShopRepository : IDisposable
{
    public const string Schema = """
        CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT UNIQUE, balance INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers(id), total REAL NOT NULL);
        CREATE TABLE audit (line TEXT);
        CREATE INDEX orders_by_customer ON orders (customer_id);
        CREATE VIEW rich AS SELECT name FROM customers WHERE balance > 100;
        CREATE TRIGGER log_customer AFTER INSERT ON customers BEGIN INSERT INTO audit VALUES ('customer ' || new.id); END;
        INSERT INTO customers (id, name, email, balance) VALUES (1, 'Ann', 'ann@example.com', 50), (2, 'Bob', 'bob@example.com', 150);
        INSERT INTO orders VALUES (1, 1, 9.5), (2, 2, 20);
        """;

    public ShopRepository(string schema = Schema)
    {
        Folder = Directory.CreateTempSubdirectory("dbvc-test-").FullName;
        Database = Path.Combine(Folder, "shop.db");
        Write(schema);
        Init = Workspace.Init(new InitRequest(Folder, Database, null), Options, CancellationToken.None);
        Workspace = Open();
    }

    public static WorkspaceOptions Options { get; } = new(TimeProvider.System, new Author("Tess", "tess@example.com", AuthorKind.Human), "");

    public string Folder { get; }

    public string Database { get; }

    public InitReport Init { get; }

    public Workspace Workspace { get; private set; }

    /// <summary>Called at each step of publishing: another program's chance to write in between.</summary>
    public Action<PublishStep>? StepReached { get; set; }

    /// <summary>Writes to the live database past db-vc, as an application does.</summary>
    public void Write(string sql) => Execute(Database, sql);

    /// <summary>Writes to a branch's own database.</summary>
    public void WriteBranch(string branch, string sql) => Execute(Workspace.Branches.Show(BranchName.Parse(branch)).Database!, sql);

    /// <summary>One value of the live database as text.</summary>
    public string Ask(string sql) => Ask(Database, sql);

    public string AskBranch(string branch, string sql) => Ask(Workspace.Branches.Show(BranchName.Parse(branch)).Database!, sql);

    /// <summary>Makes a branch, changes it, commits it.</summary>
    public void Branch(string name, string sql)
    {
        Workspace.Branches.Create(BranchName.Parse(name), null, CancellationToken.None);
        WriteBranch(name, sql);
        Workspace.Branches.Commit(BranchName.Parse(name), "Change " + name, null, CancellationToken.None);
    }

    /// <summary>With a person's word that what it takes away may go.</summary>
    public MergeReport Merge(string name, bool dryRun = false, params string[] policies) => Workspace.Merges.Merge(
        new MergeRequest(BranchName.Parse(name), BranchName.Main, dryRun, policies) { AllowDestructive = true }, CancellationToken.None);

    public void Reopen()
    {
        Workspace.Dispose();
        Workspace = Open();
    }

    public void Dispose()
    {
        Workspace.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private Workspace Open() => Workspace.Open(Folder, Options with { StepReached = step => StepReached?.Invoke(step) }, CancellationToken.None);

    public static void Execute(string path, string sql)
    {
        using var connection = Open(path);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static string Ask(string path, string sql)
    {
        using var connection = Open(path);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture) ?? "";
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
