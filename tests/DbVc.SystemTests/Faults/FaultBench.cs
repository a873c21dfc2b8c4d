using System.Globalization;
using System.Text;
using DbVc.Model;
using DbVc.Orchestration;
using Microsoft.Data.Sqlite;

namespace DbVc.SystemTests;

/// <summary>A shop with a branch whose pipeline is good: faults are put into it, judged by the real gates, and taken out again.</summary>
public sealed class FaultBench : IDisposable
{
    private static readonly string[] s_countries = ["de", "FR", "it", "ES"];
    private static readonly string[] s_notes = ["   ", "  ring twice ", "please call", "Größe L", "\"a, b\""];

    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-faults-").FullName;
    private readonly Workspace _workspace;

    public FaultBench()
    {
        MakeDatabase(Path.Combine(_folder, "shop.db"));
        var options = new WorkspaceOptions(TimeProvider.System, new Author("Tess", "", AuthorKind.Human), Published.WorkerFolder) { KeepsCompiler = true };
        Workspace.Init(new InitRequest(_folder, Path.Combine(_folder, "shop.db"), null), options, CancellationToken.None);
        // What leaks is seen before the sandbox ends it.
        var settings = Path.Combine(_folder, ".db-version-control", "config.yaml");
        File.WriteAllText(settings, File.ReadAllText(settings).Replace("memory_mib: 1024", "memory_mib: 256", StringComparison.Ordinal));
        _workspace = Workspace.Open(_folder, options, CancellationToken.None);
        File.WriteAllText(PathOf("orders.json"), Metadata);
        File.WriteAllText(PathOf("orders.csv"), Orders());
        Made = _workspace.Agents.Create(new AgentRequest(PathOf("orders.json"), Name, null, null, false), new SilentProgress(), CancellationToken.None);
        Branch = new SeededBranch(Path.Combine(_folder, "branches", Name.Folder), PathOf("orders.csv"));
    }

    public static string Metadata { get; } = File.ReadAllText(Path.Combine(Published.Root, "tests", "DbVc.SystemTests", "Faults", "Data", "orders.json"));

    public static BranchName Name { get; } = BranchName.Parse("orders");

    /// <summary>How the good branch was judged.</summary>
    public AgentReport Made { get; }

    public SeededBranch Branch { get; }

    /// <summary>What gates say of a branch that something was done to.</summary>
    public GateRunReport Judge(Action<SeededBranch> seed, params IReadOnlyList<string> gates)
    {
        try
        {
            seed(Branch);
            return _workspace.Agents.RunSomeGates(Name, gates, new SilentProgress(), CancellationToken.None);
        }
        finally
        {
            Branch.Restore();
        }
    }

    /// <summary>What all gates say of other metadata: a branch of its own, that is deleted afterwards.</summary>
    public AgentReport Make(string metadata, Action<SeededBranch>? seed = null)
    {
        var name = BranchName.Parse("other");
        try
        {
            File.WriteAllText(PathOf("other.json"), metadata);
            seed?.Invoke(Branch);
            return _workspace.Agents.Create(new AgentRequest(PathOf("other.json"), name, null, null, false), new SilentProgress(), CancellationToken.None);
        }
        finally
        {
            Branch.Restore();
            if (_workspace.Branches.List().Any(b => b.Name == name.Text)) _workspace.Branches.Delete(name);
        }
    }

    public void Dispose()
    {
        _workspace.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    /// <summary>300 good orders, 13 that break one rule each, at its bound where it has one, one that breaks two, and 5 that stay just within.</summary>
    private static string Orders()
    {
        var text = new StringBuilder("id,customer_id,email,first_name,last_name,country,quantity,price,ordered_at,delivered_on,note\n");
        for (var n = 1; n <= 300; n++)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{n},{(n % 20) + 1}, C{n}@Example.org,First{n},Last{n},{s_countries[n % 4]},{(n % 99) + 1},{n % 100}.{n % 90 + 10},")
                .Append(CultureInfo.InvariantCulture, $"2026-03-{n % 28 + 1:00}T{n % 24:00}:{n % 60:00}:00Z,2026-04-{n % 28 + 1:00},{s_notes[n % 5]}\n");
        }

        string[] bad =
        [
            "301,1,x301@example.org,a,b,DE,0,1.00,2026-03-01T08:00:00Z,2026-04-01,", "302,1,x302@example.org,a,b,DE,100,1.00,2026-03-01T08:00:00Z,2026-04-01,",
            "303,1,x303@example.org,a,b,DE,1,-0.01,2026-03-01T08:00:00Z,2026-04-01,", "304,1,x304@example.org,a,b,DE,1,100000,2026-03-01T08:00:00Z,2026-04-01,",
            "305,1,x305,a,b,DE,1,1.00,2026-03-01T08:00:00Z,2026-04-01,", "306,1,x306@example.org,a,b,UK,1,1.00,2026-03-01T08:00:00Z,2026-04-01,",
            "307,1,x307@example.org,a,b,DE,1,1.00,2026-03-01T08:00:00Z,2026-02-28,", "308,1,x308@example.org,a,b,DE,1,1.005,2026-03-01T08:00:00Z,2026-04-01,",
            $"309,1,{new string('x', 49)}@example.org,a,b,DE,1,1.00,2026-03-01T08:00:00Z,2026-04-01,",
                "310,1,c300@example.org,a,b,DE,1,1.00,2026-03-21T12:00:00Z,2026-04-01,",
            "311,99,x311@example.org,a,b,DE,1,1.00,2026-03-01T08:00:00Z,2026-04-01,",
                $"312,1,x312@example.org,{new string('ü', 41)},b,DE,1,1.00,2026-03-01T08:00:00Z,2026-04-01,",
            "313,1,,a,b,DE,1,1.00,2026-03-01T08:00:00Z,2026-04-01,", "319,1,,a,b,DE,0,1.00,2026-03-01T08:00:00Z,2026-04-01,",
        ];
        string[] atTheBounds =
        [
            "314,1,x314@example.org,a,b,DE,1,0,2026-03-01T08:00:00Z,2026-04-01,", "315,1,x315@example.org,a,b,DE,99,99999.99,2026-03-01T08:00:00Z,,",
            $"316,1,{new string('y', 48)}@example.org,a,b,DE,1,,2026-03-01T08:00:00Z,2026-04-01,",
                "317,1,c299@example.org,a,b,DE,1,1.00,2026-05-01T00:00:00Z,2026-05-01,",
            $"318,1,x318+plus@example.org,{new string('ü', 40)},{new string('ß', 40)},DE,1,1.00,2026-03-01T08:00:00Z,2026-04-01,",
        ];
        return text.AppendJoin('\n', bad).Append('\n').AppendJoin('\n', atTheBounds).Append('\n').ToString();
    }

    private static void MakeDatabase(string path)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL); INSERT INTO customers "
            + "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 20) SELECT i, 'n' || i FROM n;";
        command.ExecuteNonQuery();
    }
}
