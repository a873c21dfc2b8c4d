using System.Globalization;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>
/// A change that is several times larger than the memory that db-vc may have: committed on a branch, merged into the live database and rolled back, each by a
/// process that dies if it asks for more.
/// </summary>
public sealed class LargeDeltaTests : IDisposable
{
    private const int FirstRows = 1000;
    private const int PayloadLength = 900;
    private const long HeapLimit = 80L << 20;

    /// <summary>Doublings of the first rows: 128,000 rows, 220 MB before and after; in long mode 2,048,000, 3.7 GB.</summary>
    private static readonly int s_doublings = ProofMode.IsLong ? 11 : 7;

    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-large-").FullName;

    public static TheoryData<LiveEngine> Engines => ProofMode.Engines([LiveEngine.SqliteWal, LiveEngine.Postgres18, LiveEngine.MariaDb]);

    [Theory]
    [MemberData(nameof(Engines))]
    public void What_is_larger_than_memory_is_merged_and_rolled_back(LiveEngine engine)
    {
        using var live = LiveUnderTest.Start(engine);
        var rows = Fill(live);
        Workspace.Init(new InitRequest(_folder, live.Address, null), OperationHost.Options, CancellationToken.None);
        LiveShop.AllowBranches(_folder);
        string location;
        using (var workspace = Open()) location = workspace.Branches.Create(BranchName.Parse("work"), null, CancellationToken.None).Database!;

        live.Execute(location, "UPDATE big SET payload = CONCAT('x', payload);\n");
        Assert.Equal(0, Run("commit", "work"));
        Assert.Equal(0, Run("merge", "work"));
        Assert.Equal(rows, live.Scalar("SELECT count(*) FROM big WHERE payload LIKE 'x%'"));
        Assert.Equal(0, Run("rollback", "HEAD~1"));
        Assert.Equal("0", live.Scalar("SELECT count(*) FROM big WHERE payload LIKE 'x%'"));
        using var afterwards = Open();
        Assert.True(afterwards.Status(CancellationToken.None).Clean);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Fill(LiveUnderTest live)
    {
        live.Execute($"CREATE TABLE big (id INTEGER NOT NULL PRIMARY KEY, payload VARCHAR({PayloadLength + 100}) NOT NULL);\n");
        var payload = string.Concat(Enumerable.Range(0, PayloadLength).Select(i => (char)('a' + (i * i % 26))));
        var first = string.Join(", ", Enumerable.Range(1, FirstRows).Select(id => $"({id}, '{payload}')"));
        live.Execute($"INSERT INTO big VALUES {first};\n");
        var rows = FirstRows;
        for (var i = 0; i < s_doublings; i++, rows *= 2) live.Execute($"INSERT INTO big SELECT id + {rows}, payload FROM big;\n");
        return rows.ToString(CultureInfo.InvariantCulture);
    }

    private int Run(string operation, string argument)
    {
        using var host = new OperationHost(HeapLimit);
        host.Begin(operation, _folder, argument);
        return host.Finish();
    }

    private Workspace Open() => Workspace.Open(_folder, OperationHost.Options, CancellationToken.None);
}
