using System.Diagnostics;
using DbVc.Databases;
using DbVc.Model;
using DbVc.Orchestration;
using DbVc.TestServers;

namespace DbVc.Benchmarks;

/// <summary>Making a branch's database: a file of 1 GB beside <c>cp</c>, and 300 MB on a server; and asking a server about the past.</summary>
internal static class InstanceBenchmark
{
    private const string LargeSql =
        "PRAGMA page_size = 4096; CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB); "
        + "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) INSERT INTO t SELECT i, randomblob(1000) FROM n";

    private const int Branches = 5;

    private static readonly WorkspaceOptions s_options = new(TimeProvider.System, new Author("Bench", "bench@example.com", AuthorKind.Human), "");

    /// <summary>On the disk of the temporary folder, and on an XFS in a file of it where this machine mounts one (root, package xfsprogs).</summary>
    public static void RunSqlite(Bench bench)
    {
        Child.Sqlite(bench.Folder, "live.db", LargeSql);
        Measure(bench.Folder, "this disk");
        var (image, mount) = (bench.PathOf("xfs.img"), bench.NewFolder());
        using (var file = File.Create(image)) file.SetLength(6L << 30);
        try
        {
            Child.Program(bench.Folder, "mkfs.xfs", "-q", "-m", "reflink=1", image);
            Child.Program(bench.Folder, "mount", "-o", "loop", image, mount);
        }
        catch (Exception failure) when (failure is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            Console.WriteLine($"no XFS here: {failure.Message}");
            return;
        }

        try
        {
            File.Copy(bench.PathOf("live.db"), Path.Combine(mount, "live.db"));
            Child.Program(mount, "sync", "-f", mount);
            Measure(mount, "XFS");
        }
        finally
        {
            Child.Program(bench.Folder, "umount", mount);
        }
    }

    public static void RunServers(Bench bench)
    {
        foreach (var kind in new[] { ServerKind.Postgres15, ServerKind.Postgres18, ServerKind.MariaDb }) Measure(bench, kind);
    }

    private static void Measure(string folder, string where)
    {
        var provider = new SqliteProvider(Directory.CreateDirectory(Path.Combine(folder, "scratch")).FullName);
        var (live, copy, other) = (Path.Combine(folder, "live.db"), Path.Combine(folder, "copy.db"), Path.Combine(folder, "other.db"));
        List<double> ours = [], plain = [], durable = [];
        for (var round = 0; round <= Bench.Rounds; round++)
        {
            plain.Add(Child.Program(folder, "cp", "--reflink=auto", live, other).Seconds);
            durable.Add(plain[^1] + Child.Program(folder, "sync", other).Seconds);
            File.Delete(other);
            ours.Add(Bench.Time(() => provider.Clone(live, copy)));
            File.Delete(copy);
        }

        Console.WriteLine($"{where}: {new FileInfo(live).Length >> 20} MiB");
        Bench.Print("  cp", [.. plain.Skip(1)]);
        Bench.Print("  cp, then sync of the copy", [.. durable.Skip(1)]);
        Bench.Print("  an instance, durable", [.. ours.Skip(1)], $"{Bench.Median(ours.Skip(1)) / Bench.Median(plain.Skip(1)):0.00} × cp, "
            + $"{Bench.Median(ours.Skip(1)) / Bench.Median(durable.Skip(1)):0.00} × cp and sync");
    }

    private static void Measure(Bench bench, ServerKind kind)
    {
        var server = bench.StartServer(kind);
        var url = server.CreateDatabase();
        var (name, numbers) = kind == ServerKind.MariaDb ? ("seq", "seq_1_to_300000") : ("i", "generate_series(1, 300000) i");
        var text = kind == ServerKind.MariaDb ? $"repeat(md5({name}), 28)" : $"repeat(md5({name}::text), 28)";
        server.Run($"CREATE TABLE t (id INT PRIMARY KEY, n INT, body TEXT); INSERT INTO t SELECT {name}, {name} % 100, {text} FROM {numbers}"
            + (kind == ServerKind.MariaDb ? "" : $"; GRANT ALL ON t TO {DatabaseServer.User}; ALTER TABLE t OWNER TO {DatabaseServer.User}"),
            Uri.UnescapeDataString(new Uri(url).AbsolutePath.TrimStart('/')));
        var folder = bench.NewFolder();
        Workspace.Init(new InitRequest(folder, url, null), s_options, CancellationToken.None);
        var config = Path.Combine(folder, ".db-version-control", "config.yaml");
        File.WriteAllText(config, File.ReadAllText(config).Replace("server: \"\"", "server: production", StringComparison.Ordinal));
        using var workspace = Workspace.Open(folder, s_options, CancellationToken.None);
        var first = Bench.Time(() => workspace.Branches.Create(BranchName.Parse("first"), null, CancellationToken.None));
        Console.WriteLine($"{kind}: {workspace.Upkeep.ReadShadow().Bytes >> 20} MiB; the first branch, main's copy made for it: {first:0.000} s");
        if (kind != ServerKind.MariaDb) MeasureInstances(server, workspace.Upkeep.ReadShadow().Place!, folder);
        List<double> branches = [], questions = [];
        for (var i = 0; i < Branches; i++)
        {
            // Time for the server to make the next copy ready, where it does.
            if (kind != ServerKind.MariaDb) Thread.Sleep(TimeSpan.FromSeconds(4));
            branches.Add(Bench.Time(() => workspace.Branches.Create(BranchName.Parse("b" + i), null, CancellationToken.None)));
        }

        Bench.Print("  a branch more, capture of main included", branches);
        for (var i = 0; i <= Branches; i++) questions.Add(Bench.Time(() => Ask(workspace)));
        Bench.Print("  a question about the past, first time", questions[..1]);
        Bench.Print("  the same again", questions[1..]);
        foreach (var branch in workspace.Branches.List().Where(b => b.Name != "main")) workspace.Branches.Delete(BranchName.Parse(branch.Name));
    }

    /// <summary>The database alone, from the pool: no capture of main before it, no commit and no branch.</summary>
    private static void MeasureInstances(DatabaseServer server, string shown, string folder)
    {
        var password = Path.Combine(folder, "password");
        File.WriteAllText(password, server.Password);
        var shadow = ServerAddress.Parse(shown).WithOption("password_file", password);
        var provider = new PostgresProvider(shadow.WithDatabase(null));
        List<double> seconds = [];
        for (var i = 0; i < Branches; i++)
        {
            var place = shadow.WithDatabase($"{shadow.Database}{i}").ToString();
            Thread.Sleep(TimeSpan.FromSeconds(4));
            seconds.Add(Bench.Time(() => provider.Clone(shadow.ToString(), place)));
            provider.Drop(place);
        }

        Bench.Print("  an instance, the database alone", seconds);
    }

    private static void Ask(Workspace workspace)
    {
        using var report = workspace.History.Query(new QueryRequest("SELECT n, count(*) FROM t GROUP BY n", "HEAD", null, 1_000_000));
        Trace.Assert(report.Rows.Count() == 100);
    }
}
